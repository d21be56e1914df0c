//! A phone of raw SIP and RTP over UDP: as much of a user agent as the tests need, and none of the node's own code.

use std::fmt::Write as _;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use sip::digest::{response, secret, Algorithm, Asked};

use super::wire::Wire;
use super::{socket, Node, PATIENCE};

static SERIAL: AtomicU32 = AtomicU32::new(1);

pub struct Phone {
    pub user: String,
    pub sip: Wire,
    pub rtp: UdpSocket,
    node: SocketAddr,
    key: [u8; 32],
    sequence: AtomicU32,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub from: SocketAddr,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn code(&self) -> u16 {
        self.start
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .unwrap_or(0)
    }

    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap()
    }

    /// The RTP port of the description.
    pub fn rtp_port(&self) -> u16 {
        let line = self
            .body
            .lines()
            .find(|line| line.starts_with("m=audio "))
            .unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn parse(bytes: &[u8], from: SocketAddr) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        Self {
            start,
            headers: headers.collect(),
            body: body.to_owned(),
            from,
        }
    }
}

/// A dialog from the phone's side.
#[derive(Debug, Clone)]
pub struct Dialog {
    pub call_id: String,
    pub local: String,
    pub remote: String,
    pub target: String,
    pub cseq: u32,
    pub rtp_port: u16,
    invite_branch: String,
}

impl Phone {
    pub fn new(node: &Node, user: &str) -> Self {
        Self::over(Wire::udp(), node, user)
    }

    /// A phone with a connection to the node.
    pub fn over_tcp(node: &Node, user: &str) -> Self {
        Self::over(Wire::tcp(node.sip), node, user)
    }

    pub fn over(sip: Wire, node: &Node, user: &str) -> Self {
        Self {
            user: user.to_owned(),
            sip,
            rtp: socket(),
            node: node.sip,
            key: node.settings.sip_key,
            sequence: AtomicU32::new(1),
        }
    }

    fn address(&self) -> SocketAddr {
        self.sip.local_addr()
    }

    fn contact(&self) -> String {
        let (user, address) = (&self.user, self.address());
        match self.sip {
            Wire::Udp(_) => format!("sip:{user}@{address}"),
            Wire::Tcp(..) => format!("sip:{user}@{address};transport=tcp"),
        }
    }

    pub fn sdp(&self, direction: &str) -> String {
        let port = self.rtp.local_addr().unwrap().port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na={direction}\r\n"
        )
    }

    pub fn send(&self, text: &str) {
        self.sip.send(text.as_bytes(), self.node);
    }

    pub fn receive(&self) -> Message {
        let (bytes, from) = self.sip.receive().expect("nothing came");
        Message::parse(&bytes, from)
    }

    /// The next message that starts so; others (repeats, 100 Trying) are passed over.
    pub fn expect(&self, start: &str) -> Message {
        let until = Instant::now() + PATIENCE;
        let mut passed = Vec::new();
        while Instant::now() < until {
            let message = self.receive();
            if message.start.starts_with(start) {
                return message;
            }
            passed.push(message.start);
        }
        panic!("no {start:?} but {passed:?}");
    }

    /// Whether nothing comes for so long.
    pub fn is_quiet(&self, ms: u64) -> bool {
        self.sip
            .wait_no_longer_than(std::time::Duration::from_millis(ms));
        let quiet = self.sip.receive().is_none();
        self.sip.wait_no_longer_than(PATIENCE);
        quiet
    }

    pub fn request(&self, method: &str, uri: &str, dialog: &Dialog, more: &str, body: &str) {
        let branch = if method == "ACK" || method == "CANCEL" {
            dialog.invite_branch.clone()
        } else {
            branch()
        };
        self.request_as(&branch, method, uri, dialog, more, body);
    }

    pub fn request_as(
        &self,
        branch: &str,
        method: &str,
        uri: &str,
        dialog: &Dialog,
        more: &str,
        body: &str,
    ) {
        let address = self.address();
        let Dialog {
            call_id,
            local,
            remote,
            cseq,
            ..
        } = dialog;
        let length = body.len();
        let (transport, contact) = (self.sip.token(), self.contact());
        self.send(&format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {address};rport;branch={branch}\r\nMax-Forwards: 70\r\n\
             From: {local}\r\nTo: {remote}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <{contact}>\r\n{more}Content-Length: {length}\r\n\r\n{body}",
        ));
    }

    /// Registers with that secret and hash; the last status.
    pub fn register_with(&self, password: &str, expires_s: u32) -> u16 {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let user = &self.user;
        let address = format!("<sip:{user}@127.0.0.1>");
        let mut dialog = self.fresh(&format!("reg-{serial}"), &address);
        let more = format!("Expires: {expires_s}\r\n");
        self.request("REGISTER", "sip:127.0.0.1", &dialog, &more, "");
        let challenge = self.expect("SIP/2.0 ");
        if challenge.code() != 401 {
            return challenge.code();
        }
        dialog.cseq += 1;
        let more = format!("{more}{}", self.authorization(&challenge, password, 1));
        self.request("REGISTER", "sip:127.0.0.1", &dialog, &more, "");
        self.expect("SIP/2.0 ").code()
    }

    pub fn authorization(&self, challenge: &Message, password: &str, count: u32) -> String {
        let asked = challenge.header("WWW-Authenticate");
        let parameter = |name: &str| {
            let at = asked.find(&format!("{name}=")).unwrap() + name.len() + 1;
            asked[at..]
                .split([',', ' '])
                .next()
                .unwrap()
                .trim_matches('"')
        };
        let algorithm = match parameter("algorithm") {
            "MD5" => Algorithm::Md5,
            _ => Algorithm::Sha256,
        };
        let (realm, nonce, nc) = (
            parameter("realm"),
            parameter("nonce"),
            format!("{count:08x}"),
        );
        let uri = "sip:127.0.0.1";
        let asked = Asked {
            algorithm,
            realm,
            nonce,
            nc: &nc,
            cnonce: "c",
            method: "REGISTER",
            uri,
        };
        let response = response(&asked, &self.user, password);
        format!(
            "Authorization: Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm={}, cnonce=\"c\", qop=auth, nc={nc}\r\n",
            self.user,
            algorithm.token()
        )
    }

    pub fn register(&self) {
        assert_eq!(self.register_with(&secret(&self.key, &self.user), 60), 200);
    }

    /// Takes its registration back; the status.
    pub fn unregister(&self) -> u16 {
        self.register_with(&secret(&self.key, &self.user), 0)
    }

    /// A dialog that has only our half.
    pub fn fresh(&self, call_id: &str, to: &str) -> Dialog {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        Dialog {
            call_id: format!("{call_id}-{}", std::process::id()),
            local: format!("<sip:{}@127.0.0.1>;tag=t{serial}", self.user),
            remote: to.to_owned(),
            target: String::new(),
            cseq: 1,
            rtp_port: 0,
            invite_branch: branch(),
        }
    }

    /// Calls a number.
    pub fn invite(&self, number: &str) -> Dialog {
        self.invite_with(number, &self.sdp("sendrecv"))
    }

    pub fn invite_with(&self, number: &str, sdp: &str) -> Dialog {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let uri = format!("sip:{number}@127.0.0.1");
        let mut dialog = self.fresh(&format!("call-{serial}"), &format!("<{uri}>"));
        dialog.target.clone_from(&uri);
        let branch = dialog.invite_branch.clone();
        let more = if sdp.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        self.request_as(&branch, "INVITE", &uri, &dialog, more, sdp);
        dialog
    }

    /// Waits for that final answer and confirms it.
    pub fn finish(&self, dialog: &mut Dialog, code: u16) -> Message {
        let mut answer = self.expect(&format!("SIP/2.0 {code}"));
        while answer.header("CSeq") != format!("{} INVITE", dialog.cseq)
            || answer.header("Call-ID") != dialog.call_id
        {
            answer = self.expect(&format!("SIP/2.0 {code}"));
        }
        self.acknowledge(dialog, &answer, "");
        answer
    }

    pub fn acknowledge(&self, dialog: &mut Dialog, answer: &Message, sdp: &str) {
        answer.header("To").clone_into(&mut dialog.remote);
        let more = if sdp.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        if answer.code() < 300 {
            sip::message::address(answer.header("Contact"))
                .unwrap()
                .clone_into(&mut dialog.target);
            if !answer.body.is_empty() {
                dialog.rtp_port = answer.rtp_port();
            }
            self.request_as(&branch(), "ACK", &dialog.target.clone(), dialog, more, sdp);
        } else {
            self.request("ACK", &dialog.target.clone(), dialog, more, sdp);
        }
    }

    /// Calls and is answered.
    pub fn cancel(&self, dialog: &Dialog) {
        self.request("CANCEL", &dialog.target, dialog, "", "");
    }

    pub fn bye(&self, dialog: &mut Dialog) {
        dialog.cseq += 1;
        self.request("BYE", &dialog.target.clone(), dialog, "", "");
    }

    /// Answers a request with that status.
    pub fn respond(&self, request: &Message, status: &str, to_tag: &str, sdp: &str) {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for (name, value) in &request.headers {
            let tag = if name == "To" && !value.contains("tag=") && !to_tag.is_empty() {
                format!(";tag={to_tag}")
            } else {
                String::new()
            };
            if ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name.as_str()) {
                write!(text, "{name}: {value}{tag}\r\n").unwrap();
            }
        }
        let kind = if sdp.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        let (contact, length) = (self.contact(), sdp.len());
        write!(
            text,
            "Contact: <{contact}>\r\n{kind}Content-Length: {length}\r\n\r\n{sdp}"
        )
        .unwrap();
        self.sip.send(text.as_bytes(), request.from);
    }

    /// Waits for the INVITE of the node and rings.
    pub fn ring(&self) -> Message {
        let invite = self.expect("INVITE ");
        self.respond(&invite, "180 Ringing", "p", "");
        invite
    }

    /// Picks up; the dialog from this side.
    pub fn pick_up(&self, invite: &Message) -> Dialog {
        self.respond(invite, "200 OK", "p", &self.sdp("sendrecv"));
        self.expect("ACK ");
        Dialog {
            call_id: invite.header("Call-ID").to_owned(),
            local: format!("{};tag=p", invite.header("To")),
            remote: invite.header("From").to_owned(),
            target: sip::message::address(invite.header("Contact"))
                .unwrap()
                .to_owned(),
            cseq: 1,
            rtp_port: invite.rtp_port(),
            invite_branch: branch(),
        }
    }

    /// Waits for the node's BYE and confirms it.
    pub fn expect_bye(&self) {
        let bye = self.expect("BYE ");
        self.respond(&bye, "200 OK", "", "");
    }

    /// Sends one RTP packet.
    pub fn speak(&self, port: u16, payload_type: u8, payload: &[u8]) {
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        let mut packet = vec![0x80, payload_type];
        packet.extend_from_slice(&(number as u16).to_be_bytes());
        packet.extend_from_slice(&(number * 160).to_be_bytes());
        packet.extend_from_slice(&self.address().port().to_be_bytes());
        packet.extend_from_slice(&[0, 1]);
        packet.extend_from_slice(payload);
        self.rtp.send_to(&packet, ("127.0.0.1", port)).unwrap();
    }

    /// Presses a key (RFC 4733): three packets while it is held, three with the end bit.
    pub fn press(&self, port: u16, key: u8) {
        let began = self.sequence.load(Ordering::Relaxed) * 160;
        for duration in [160_u16, 320, 480] {
            let [high, low] = duration.to_be_bytes();
            self.event(port, began, &[key, 10, high, low]);
        }
        for _ in 0..3 {
            self.event(
                port,
                began,
                &[
                    key,
                    0x8a,
                    640_u16.to_be_bytes()[0],
                    640_u16.to_be_bytes()[1],
                ],
            );
        }
    }

    /// All packets of one event bear the instant of its beginning.
    fn event(&self, port: u16, began: u32, payload: &[u8]) {
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        let mut packet = vec![0x80, 101];
        packet.extend_from_slice(&(number as u16).to_be_bytes());
        packet.extend_from_slice(&began.to_be_bytes());
        packet.extend_from_slice(&self.address().port().to_be_bytes());
        packet.extend_from_slice(&[0, 1]);
        packet.extend_from_slice(payload);
        self.rtp.send_to(&packet, ("127.0.0.1", port)).unwrap();
    }

    /// Whether this payload is heard before long.
    pub fn hears_soon(&self, payload: &[u8]) -> bool {
        self.heard_soon().is_some_and(|heard| heard == payload)
    }

    /// The payload of the next packet, if one comes before long.
    pub fn heard_soon(&self) -> Option<Vec<u8>> {
        self.rtp
            .set_read_timeout(Some(std::time::Duration::from_millis(20)))
            .unwrap();
        let mut packet = [0; 2048];
        let received = self.rtp.recv_from(&mut packet);
        self.rtp.set_read_timeout(Some(PATIENCE)).unwrap();
        let (length, _) = received.ok()?;
        Some(packet[12..length].to_vec())
    }

    /// The payload of the next RTP packet.
    #[track_caller]
    pub fn hear(&self) -> Vec<u8> {
        let mut packet = [0; 2048];
        let (length, _) = self.rtp.recv_from(&mut packet).expect("no sound came");
        packet[12..length].to_vec()
    }
}

fn branch() -> String {
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    format!("z9hG4bK-{}-{serial}", std::process::id())
}
