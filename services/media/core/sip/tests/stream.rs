//! Messages are cut out of a stream wherever its pieces end, and a stream that can't be cut is told of.

use sip::guard::{self, Verdict};
use sip::stream::{Piece, Stream};

fn message(length: &str, body: &str) -> Vec<u8> {
    format!(
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n{length}\r\n{body}"
    )
    .into_bytes()
}

fn whole() -> Vec<u8> {
    message("Content-Length: 4\r\n", "abcd")
}

fn all(bytes: &[u8]) -> Vec<Piece> {
    let mut stream = Stream::default();
    stream.push(bytes);
    let mut pieces = Vec::new();
    while let Some(piece) = stream.take() {
        let broken = matches!(piece, Piece::Broken { .. });
        pieces.push(piece);
        if broken {
            break;
        }
    }
    pieces
}

#[test]
fn a_message_is_whole_wherever_the_pieces_of_the_stream_end() {
    let bytes = [whole(), whole()].concat();
    for cut in 0..bytes.len() {
        let mut stream = Stream::default();
        let mut got = Vec::new();
        for part in [&bytes[..cut], &bytes[cut..]] {
            stream.push(part);
            while let Some(piece) = stream.take() {
                got.push(piece);
            }
        }
        let expected = [Piece::Message(whole()), Piece::Message(whole())];
        assert_eq!(got, expected, "cut at {cut}");
        assert_eq!(stream.waiting(), 0);
    }
}

#[test]
fn byte_by_byte_it_is_the_same() {
    let mut stream = Stream::default();
    let mut got = 0;
    for byte in [b"\r\n\r\n".to_vec(), whole(), whole()].concat() {
        stream.push(&[byte]);
        got += std::iter::from_fn(|| stream.take()).count();
    }
    assert_eq!(got, 3);
}

#[test]
fn two_line_ends_are_a_ping_and_one_before_a_message_is_nothing() {
    assert_eq!(all(b"\r\n\r\n"), [Piece::Ping]);
    assert_eq!(all(b"\r\n"), []);
    let late = [b"\r\n".to_vec(), whole()].concat();
    assert_eq!(all(&late), [Piece::Message(whole())]);
}

#[test]
fn the_short_name_of_the_length_counts() {
    let bytes = message("l: 4\r\n", "abcd");
    assert_eq!(all(&bytes), [Piece::Message(bytes.clone())]);
}

#[test]
fn a_stream_that_does_not_say_how_long_its_message_is_is_broken() {
    let table = [
        ("", 400, "no content-length"),
        ("Content-Length: -1\r\n", 400, "bad content-length"),
        ("Content-Length: four\r\n", 400, "bad content-length"),
        (
            "Content-Length: 4\r\nl: 4\r\n",
            400,
            "content-length given twice",
        ),
        ("Content-Length: 9000\r\n", 513, "message too long"),
    ];
    for (length, code, fault) in table {
        let pieces = all(&message(length, "abcd"));
        let [Piece::Broken {
            code: said,
            fault: why,
            head,
        }] = &pieces[..]
        else {
            panic!("{length:?}: {pieces:?}")
        };
        assert_eq!((*said, *why), (code, fault), "{length:?}");
        assert!(guard::answer(head, code).is_some(), "{length:?}");
    }
}

#[test]
fn a_head_without_an_end_is_broken_at_the_limit_and_not_kept() {
    let mut stream = Stream::default();
    let mut pushed = 0;
    let broken = loop {
        stream.push(&[b'x'; 100]);
        pushed += 100;
        if let Some(piece) = stream.take() {
            break piece;
        }
    };
    assert!(matches!(broken, Piece::Broken { code: 513, .. }));
    assert!(pushed <= guard::MESSAGE_BYTES_MAX + 100);
}

#[test]
fn what_was_cut_passes_the_strict_look_or_is_answered_alone() {
    let Verdict::Pass { bytes } = guard::inspect(&whole()) else {
        panic!("refused")
    };
    assert_eq!(bytes, whole().len());
    let unknown = String::from_utf8(whole())
        .unwrap()
        .replace("OPTIONS", "FROB");
    let pieces = all(&[unknown.clone().into_bytes(), whole()].concat());
    assert_eq!(pieces.len(), 2, "the next message is there");
    assert!(
        matches!(guard::inspect(unknown.as_bytes()), Verdict::Answer(reply) if reply.code == 501)
    );
}
