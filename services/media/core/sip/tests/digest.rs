//! Digest authentication: the published vectors, and what our challenges ask for.

use std::collections::BTreeSet;

use sip::digest::{
    response, secret, Algorithm, Asked, Outcome, Verifier, NONCES_MAX, NONCE_LIFE_MS,
};

const KEY: [u8; 32] = [9; 32];
const NOW: u64 = 1_000_000;

fn verifier() -> Verifier {
    Verifier::new(KEY, [3; 32], ["usr_old".to_owned()].into())
}

fn parameter<'a>(challenge: &'a str, name: &str) -> &'a str {
    let at = challenge.find(&format!("{name}=")).unwrap() + name.len() + 1;
    challenge[at..]
        .split([',', ' '])
        .next()
        .unwrap()
        .trim_matches('"')
}

struct Phone<'a> {
    user: &'a str,
    algorithm: Algorithm,
    password: String,
}

fn phone(user: &str) -> Phone<'_> {
    let algorithm = if user == "usr_old" {
        Algorithm::Md5
    } else {
        Algorithm::Sha256
    };
    Phone {
        user,
        algorithm,
        password: secret(&KEY, user),
    }
}

impl Phone<'_> {
    fn answer(&self, challenge: &str, nc: &str) -> String {
        let (nonce, realm) = (parameter(challenge, "nonce"), parameter(challenge, "realm"));
        let uri = "sip:192.0.2.1";
        let asked = Asked {
            algorithm: self.algorithm,
            realm,
            nonce,
            nc,
            cnonce: "xyz",
            method: "REGISTER",
            uri,
        };
        let response = response(&asked, self.user, &self.password);
        format!(
            "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", \
             algorithm={}, cnonce=\"xyz\", qop=auth, nc={nc}",
            self.user,
            self.algorithm.token()
        )
    }
}

#[test]
fn the_vectors_of_rfc_7616_hold() {
    let asked = |algorithm| Asked {
        algorithm,
        realm: "http-auth@example.org",
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        nc: "00000001",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        method: "GET",
        uri: "/dir/index.html",
    };
    assert_eq!(
        response(&asked(Algorithm::Sha256), "Mufasa", "Circle of Life"),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
    assert_eq!(
        response(&asked(Algorithm::Md5), "Mufasa", "Circle of Life"),
        "8ca523f5e9506fed4657c9700eebdbec"
    );
}

#[test]
fn a_secret_is_lower_case_base32_of_the_users_hmac() {
    // Computed with Python's hmac, hashlib and base64.
    assert_eq!(
        secret(&[0; 32], "usr_a"),
        "dfqpzhneafw47k4gk5s6r25yon3tlmssag4e2irtloocxd2vgyiq"
    );
    assert_ne!(secret(&KEY, "usr_a"), secret(&KEY, "usr_b"));
}

#[test]
fn a_phone_that_knows_its_secret_is_accepted_in_either_hash() {
    for user in ["usr_new", "usr_old"] {
        let mut verifier = verifier();
        let challenge = verifier.challenge(NOW, user, false);
        let answer = phone(user).answer(&challenge, "00000001");
        assert_eq!(
            verifier.verify(NOW, "REGISTER", &answer),
            Outcome::Accepted(user.to_owned())
        );
    }
}

#[test]
fn a_challenge_names_one_hash() {
    let mut verifier = verifier();
    assert_eq!(
        parameter(&verifier.challenge(NOW, "usr_new", false), "algorithm"),
        "SHA-256"
    );
    assert_eq!(
        parameter(&verifier.challenge(NOW, "usr_old", false), "algorithm"),
        "MD5"
    );
    assert!(!verifier.challenge(NOW, "usr_new", false).contains("stale"));
    assert!(verifier
        .challenge(NOW, "usr_new", true)
        .ends_with("stale=true"));
}

#[test]
fn one_nonce_serves_many_counts_and_none_twice() {
    let mut verifier = verifier();
    let challenge = verifier.challenge(NOW, "usr_new", false);
    let phone = phone("usr_new");
    for nc in ["00000001", "00000009", "0000000a", "00000100", "0000ffff"] {
        let answer = phone.answer(&challenge, nc);
        assert_eq!(
            verifier.verify(NOW, "REGISTER", &answer),
            Outcome::Accepted("usr_new".to_owned()),
            "{nc}"
        );
        assert_ne!(
            verifier.verify(NOW, "REGISTER", &answer),
            Outcome::Accepted("usr_new".to_owned()),
            "{nc} again"
        );
    }
    let earlier = phone.answer(&challenge, "0000000b");
    assert_eq!(verifier.verify(NOW, "REGISTER", &earlier), Outcome::Stale);
    let zero = verifier.challenge(NOW, "usr_new", false);
    assert_eq!(
        verifier.verify(NOW, "REGISTER", &phone.answer(&zero, "00000000")),
        Outcome::Refused
    );
}

#[test]
fn an_old_nonce_is_stale_only_to_those_who_know_the_secret() {
    let mut verifier = verifier();
    let challenge = verifier.challenge(NOW, "usr_new", false);
    let late = NOW + NONCE_LIFE_MS + 1;
    let right = phone("usr_new").answer(&challenge, "00000001");
    assert_eq!(verifier.verify(late, "REGISTER", &right), Outcome::Stale);
    let wrong = Phone {
        password: "guess".to_owned(),
        ..phone("usr_new")
    }
    .answer(&challenge, "00000001");
    assert_eq!(verifier.verify(late, "REGISTER", &wrong), Outcome::Refused);
}

#[test]
fn what_is_not_right_is_refused() {
    let mut verifier = verifier();
    let challenge = verifier.challenge(NOW, "usr_new", false);
    let right = phone("usr_new").answer(&challenge, "00000001");
    let foreign = Verifier::new(KEY, [4; 32], BTreeSet::default()).challenge(NOW, "usr_new", false);
    let mut table = vec![
        (
            "another's nonce",
            phone("usr_new").answer(&foreign, "00000001"),
        ),
        (
            "weaker hash",
            Phone {
                algorithm: Algorithm::Md5,
                ..phone("usr_new")
            }
            .answer(&challenge, "00000001"),
        ),
        ("other user", right.replace("usr_new", "usr_other")),
        ("other scheme", right.replace("Digest", "Basic")),
        ("other realm", right.replace("sasayaki", "other")),
        ("no nonce", right.replace("nonce=", "once=")),
        ("short count", right.replace("nc=00000001", "nc=1")),
        ("signed count", right.replace("nc=00000001", "nc=+0000001")),
        ("integrity asked", right.replace("qop=auth", "qop=auth-int")),
        ("given twice", format!("{right}, nc=00000002")),
        (
            "unclosed quote",
            right.replace("cnonce=\"xyz\"", "cnonce=\"xyz"),
        ),
        ("empty", String::new()),
        ("too long", format!("{right}, x=\"{}\"", "x".repeat(3000))),
    ];
    for (what, sent) in table.drain(..) {
        assert_eq!(
            verifier.verify(NOW, "REGISTER", &sent),
            Outcome::Refused,
            "{what}"
        );
    }
    assert_eq!(
        verifier.verify(NOW, "INVITE", &right),
        Outcome::Refused,
        "other method"
    );
    assert_eq!(
        verifier.verify(NOW, "REGISTER", &right),
        Outcome::Accepted("usr_new".to_owned())
    );
}

#[test]
fn strangers_leave_nothing_behind_and_the_memory_has_an_end() {
    let mut verifier = verifier();
    for _ in 0..1000 {
        let challenge = verifier.challenge(NOW, "usr_new", false);
        let wrong = Phone {
            password: "guess".to_owned(),
            ..phone("usr_new")
        }
        .answer(&challenge, "00000001");
        verifier.verify(NOW, "REGISTER", &wrong);
    }
    assert_eq!(verifier.remembered(), 0);
    let phone = phone("usr_new");
    for _ in 0..NONCES_MAX {
        let challenge = verifier.challenge(NOW, "usr_new", false);
        verifier.verify(NOW, "REGISTER", &phone.answer(&challenge, "00000001"));
    }
    let challenge = verifier.challenge(NOW + 1, "usr_new", false);
    let answer = phone.answer(&challenge, "00000001");
    assert_eq!(
        verifier.verify(NOW + 1, "REGISTER", &answer),
        Outcome::Stale
    );
    assert_eq!((verifier.remembered(), verifier.overflows), (NONCES_MAX, 1));
    let later = NOW + NONCE_LIFE_MS + 1;
    assert_eq!(
        verifier.verify(later, "REGISTER", &answer),
        Outcome::Accepted("usr_new".to_owned())
    );
    assert_eq!(verifier.remembered(), 1);
}
