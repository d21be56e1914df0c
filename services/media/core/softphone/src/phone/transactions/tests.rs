//! Retransmission, in virtual time.

use super::*;

const SECOND: u64 = 1000 * MILLISECOND_NS;

fn request(method: &str) -> Message {
    Message::request(method, "sip:x@h")
        .with("Via", "SIP/2.0/UDP h;branch=z9hG4bKx")
        .with("From", "<sip:a@h>;tag=1")
        .with("To", "<sip:x@h>")
        .with("Call-ID", "c")
        .with("CSeq", format!("1 {method}"))
}

fn peer() -> (Transactions, UdpSocket, SocketAddr) {
    let there = UdpSocket::bind("127.0.0.1:0").unwrap();
    there.set_nonblocking(true).unwrap();
    let address = there.local_addr().unwrap();
    (
        Transactions::new(UdpSocket::bind("127.0.0.1:0").unwrap()),
        there,
        address,
    )
}

fn arrived(socket: &UdpSocket) -> usize {
    std::iter::from_fn(|| socket.recv(&mut [0; 2000]).ok()).count()
}

#[test]
fn a_request_is_sent_again_with_growing_pauses_and_given_up_after_32_s() {
    let (mut transactions, there, address) = peer();
    transactions.start(0, Purpose::Bye, request("BYE"), address);
    let mut expired = Vec::new();
    while let Some(deadline) = transactions.next_deadline() {
        expired.extend(transactions.expire(deadline));
    }
    assert_eq!(arrived(&there), 11);
    assert_eq!(
        expired,
        [Expired::Request(Purpose::Bye, Box::new(request("BYE")))]
    );
}

#[test]
fn a_provisional_answer_stops_an_invite_and_a_final_one_ends_it() {
    let (mut transactions, _there, address) = peer();
    transactions.start(0, Purpose::Invite, request("INVITE"), address);
    let ringing = Message::response(&request("INVITE"), 180, "t");
    assert_eq!(transactions.response(&ringing).unwrap().0, Purpose::Invite);
    assert_eq!(transactions.next_deadline(), None);
    transactions.limit_invite(SECOND);
    assert_eq!(transactions.next_deadline(), Some(33 * SECOND));
    assert!(transactions
        .response(&Message::response(&request("INVITE"), 487, "t"))
        .is_some());
    assert!(transactions.idle());
}

#[test]
fn an_answer_is_repeated_until_it_is_acknowledged() {
    let (mut transactions, there, address) = peer();
    let ok = Message::response(&request("INVITE"), 200, "t");
    transactions.answer_invite(0, &ok, address);
    assert!(transactions.expire(SECOND).is_empty());
    assert!(transactions.repeated(&request("INVITE"), address));
    assert_eq!(arrived(&there), 3);
    let mut ack = request("ACK");
    ack.set("CSeq", "1 ACK".into());
    assert!(transactions.acknowledged(&ack));
    assert!(transactions.idle());
    transactions.answer_invite(0, &ok, address);
    assert_eq!(
        transactions.expire(40 * SECOND),
        [Expired::Unacknowledged("c".into())]
    );
}

#[test]
fn a_repeated_bye_gets_its_answer_again() {
    let (mut transactions, there, address) = peer();
    let bye = request("BYE");
    assert!(!transactions.repeated(&bye, address));
    transactions.reply(&bye, &Message::response(&bye, 200, "t"), address);
    assert!(transactions.repeated(&bye, address));
    assert_eq!(arrived(&there), 2);
}
