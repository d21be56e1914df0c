//! The program: its settings, its health, its end.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

fn program(folder: &Path, http: u16, sip: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sasayaki-node"));
    std::fs::write(folder.join("key"), [7; 32]).unwrap();
    command
        .env_clear()
        .env("SASAYAKI_NODE_SIP", format!("127.0.0.1:{sip}"))
        .env("SASAYAKI_NODE_HTTP", format!("127.0.0.1:{http}"))
        .env("SASAYAKI_NODE_SOCKET", folder.join("node.sock"))
        .env("SASAYAKI_NODE_JOURNAL", folder.join("journal"))
        .env("SASAYAKI_NODE_SPOOL", folder.join("spool"))
        .env("SASAYAKI_NODE_SIP_KEY_FILE", folder.join("key"))
        .stderr(Stdio::piped());
    command
}

fn free_tcp() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn free_udp() -> u16 {
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn get(http: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", http)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: node\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn wait_ready(http: u16) {
    let until = Instant::now() + PATIENCE;
    while !get(http, "/healthz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200 ")) {
        assert!(Instant::now() < until, "never ready");
        std::thread::yield_now();
    }
}

fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_node_is_ready_counts_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let (http, sip) = (free_tcp(), free_udp());
    let child = program(folder.path(), http, sip).spawn().unwrap();
    wait_ready(http);
    let metrics = get(http, "/metrics").unwrap();
    for name in [
        "sasayaki_node_dialogs 0",
        "sasayaki_node_happenings_total 0",
        "sasayaki_media_ports{state=\"leased\"} 0",
    ] {
        assert!(metrics.contains(&format!("\n{name}\n")), "{name}");
    }
    assert!(get(http, "/").unwrap().starts_with("HTTP/1.1 404 "));
    let id = child.id().to_string();
    assert!(Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .unwrap()
        .success());
    let (code, log) = end(child);
    assert_eq!(code, Some(0), "{log}");
    assert!(
        log.lines().all(|line| line.starts_with("{\"timestamp\"")),
        "{log}"
    );
}

#[test]
fn a_setting_that_is_missing_or_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("SIP_KEY_FILE", "/nowhere"),
        ("RTP_PORTS", "9-1"),
        ("CALLS_MAX", "many"),
        ("GATHER_US", "2001"),
        ("SIP", "here"),
        ("ANNOUNCED_ADDRESS", "node.example"),
        ("ANNOUNCED_ADDRESS", "0.0.0.0"),
        ("LOCAL_NETWORKS", "10.0.0.0/8"),
        ("TENANT", "out.a"),
    ] {
        let name = format!("SASAYAKI_NODE_{name}");
        let child = program(folder.path(), 1, 1)
            .env(&name, value)
            .spawn()
            .unwrap();
        let (code, log) = end(child);
        assert_eq!(code, Some(2));
        assert!(log.contains(&name), "{log}");
    }
    let child = program(folder.path(), 1, 1)
        .env_remove("SASAYAKI_NODE_SOCKET")
        .spawn()
        .unwrap();
    assert_eq!(end(child).0, Some(2));
}

#[test]
fn logs_hold_no_number_and_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let (http, sip) = (free_tcp(), free_udp());
    let child = program(folder.path(), http, sip).spawn().unwrap();
    wait_ready(http);
    let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
    phone.set_read_timeout(Some(PATIENCE)).unwrap();
    let invite = format!(
        "INVITE sip:0312345678@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0};rport;branch=z9hG4bK1\r\nFrom: <sip:09012345678@h>;tag=1\r\n\
         To: <sip:0312345678@127.0.0.1>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:a@{0}>\r\nContent-Length: 0\r\n\r\n",
        phone.local_addr().unwrap()
    );
    phone
        .send_to(invite.as_bytes(), ("127.0.0.1", sip))
        .unwrap();
    let mut answer = [0; 2048];
    let (length, _) = phone.recv_from(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"SIP/2.0 503 "));
    let id = child.id().to_string();
    assert!(Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap()
        .success());
    let (_, log) = end(child);
    assert!(!log.contains("12345678"), "{log}");
}
