//! What a phone's SIP goes over: datagrams, or one connection with messages cut by their length.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Mutex;
use std::time::Duration;

use super::PATIENCE;

pub enum Wire {
    Udp(UdpSocket),
    Tcp(TcpStream, Mutex<Vec<u8>>),
}

impl Wire {
    pub fn udp() -> Self {
        Self::Udp(super::socket())
    }

    pub fn tcp(node: SocketAddr) -> Self {
        let stream = TcpStream::connect(node).unwrap();
        stream.set_nodelay(true).unwrap();
        let wire = Self::Tcp(stream, Mutex::default());
        wire.wait_no_longer_than(PATIENCE);
        wire
    }

    /// The next connection that the node opens.
    pub fn accepted(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        let wire = Self::Tcp(stream, Mutex::default());
        wire.wait_no_longer_than(PATIENCE);
        wire
    }

    /// As it stands in a Via.
    pub fn token(&self) -> &'static str {
        match self {
            Self::Udp(_) => "UDP",
            Self::Tcp(..) => "TCP",
        }
    }

    pub fn local_addr(&self) -> SocketAddr {
        match self {
            Self::Udp(socket) => socket.local_addr().unwrap(),
            Self::Tcp(stream, _) => stream.local_addr().unwrap(),
        }
    }

    pub fn wait_no_longer_than(&self, time: Duration) {
        match self {
            Self::Udp(socket) => socket.set_read_timeout(Some(time)).unwrap(),
            Self::Tcp(stream, _) => stream.set_read_timeout(Some(time)).unwrap(),
        }
    }

    pub fn send(&self, bytes: &[u8], to: SocketAddr) {
        match self {
            Self::Udp(socket) => {
                socket.send_to(bytes, to).unwrap();
            }
            Self::Tcp(stream, _) => {
                let mut stream = stream;
                stream.write_all(bytes).unwrap();
            }
        }
    }

    /// The next message; none when none comes, or the connection is closed.
    pub fn receive(&self) -> Option<(Vec<u8>, SocketAddr)> {
        match self {
            Self::Udp(socket) => {
                let mut bytes = vec![0; 65_536];
                let (length, from) = socket.recv_from(&mut bytes).ok()?;
                bytes.truncate(length);
                Some((bytes, from))
            }
            Self::Tcp(stream, held) => {
                let mut held = held.lock().unwrap();
                loop {
                    if let Some(whole) = whole(&held) {
                        let message = held.drain(..whole).collect();
                        return Some((message, stream.peer_addr().unwrap()));
                    }
                    let mut chunk = [0; 4096];
                    let mut stream = stream;
                    let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
                    held.extend_from_slice(&chunk[..count]);
                }
            }
        }
    }

    /// Whether the node has closed the connection.
    pub fn is_closed(&self) -> bool {
        let Self::Tcp(stream, _) = self else {
            return false;
        };
        let mut stream = stream;
        loop {
            match stream.read(&mut [0; 4096]) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() == std::io::ErrorKind::ConnectionReset,
            }
        }
    }
}

fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).unwrap();
    let said = text
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length:"));
    let whole = head + said.map_or(0, |said| said.trim().parse().unwrap());
    (bytes.len() >= whole).then_some(whole)
}
