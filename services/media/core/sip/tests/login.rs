//! A trunk's challenge is answered as the RFCs' own examples have it, by the strongest hash, or not at all.

use sip::login::{answer, Request};
use sip::trunk::Login;

fn login(user: &str, secret: &str) -> Login {
    Login {
        user: user.to_owned(),
        secret: secret.to_owned(),
    }
}

fn answered(challenges: &[&str]) -> Option<String> {
    let challenges: Vec<String> = challenges.iter().map(|text| (*text).to_owned()).collect();
    // RFC 7616, 3.9.1, whose user, secret, nonce and cnonce these are.
    let request = Request {
        method: "GET",
        uri: "/dir/index.html",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    };
    answer(&challenges, &login("Mufasa", "Circle of Life"), request)
}

const SHA: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, \
    nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
const MD5: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, \
    nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"";

#[test]
fn the_examples_of_rfc_7616_come_out() {
    let sha = answered(&[SHA]).unwrap();
    assert!(sha
        .contains("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""));
    assert!(sha.contains("opaque=\"FQhe/"));
    let md5 = answered(&[MD5]).unwrap();
    assert!(md5.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""));
}

#[test]
fn without_qop_the_answer_is_the_old_one() {
    // RFC 2617, 3.5, without its qop: MD5(HA1:nonce:HA2).
    let challenges = [
        "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""
            .to_owned(),
    ];
    let request = Request {
        method: "GET",
        uri: "/dir/index.html",
        cnonce: "c",
    };
    let text = answer(&challenges, &login("Mufasa", "Circle Of Life"), request).unwrap();
    assert!(
        text.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""),
        "{text}"
    );
    assert!(!text.contains("cnonce") && !text.contains("algorithm"));
}

#[test]
fn of_several_challenges_the_strongest_is_answered() {
    assert!(answered(&[MD5, SHA]).unwrap().contains("algorithm=SHA-256"));
    assert!(answered(&[
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512-256",
        MD5
    ])
    .unwrap()
    .contains("algorithm=MD5"));
}

#[test]
fn what_we_do_not_know_or_could_not_quote_is_not_answered() {
    for challenge in [
        "",
        "Basic realm=\"a\"",
        "Digest realm=\"a\"",
        "Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
        "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
        "Digest realm=\"a\\\"b\", nonce=\"b\"",
        "Digest nonsense",
    ] {
        assert_eq!(answered(&[challenge]), None, "{challenge}");
    }
}
