//! `GET /healthz` and `GET /metrics`, one connection after another, on a thread of their own.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::media::Media;
use crate::metrics::Metrics;

/// Bytes of a request line with its headers, and how long they may take.
const REQUEST_BYTES_MAX: usize = 4096;
const REQUEST_MAX: Duration = Duration::from_millis(500);

/// The media threads, once they run.
pub type Sounding = Arc<OnceLock<Media>>;

/// Answers on that address for ever; returns the address that was bound.
pub fn start(
    address: SocketAddr,
    metrics: Arc<Metrics>,
    sounding: Sounding,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    thread::Builder::new()
        .name("health".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever asked and left gets no answer.
                let _ = answer(stream, &metrics, sounding.get());
            }
        })?;
    Ok(bound)
}

fn answer(mut stream: TcpStream, metrics: &Metrics, media: Option<&Media>) -> io::Result<()> {
    stream.set_read_timeout(Some(REQUEST_MAX))?;
    stream.set_write_timeout(Some(REQUEST_MAX))?;
    let until = Instant::now() + REQUEST_MAX;
    let (mut request, mut length) = ([0; REQUEST_BYTES_MAX], 0);
    while Instant::now() < until
        && length < request.len()
        && !request[..length].windows(4).any(|end| end == b"\r\n\r\n")
    {
        match stream.read(&mut request[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let line = request[..length]
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let (status, body) = match line {
        b"GET /healthz HTTP/1.1" | b"GET /healthz HTTP/1.0" => {
            if metrics.ready.load(Ordering::Relaxed) {
                ("200 OK", "ready\n".to_owned())
            } else {
                ("503 Service Unavailable", "not ready\n".to_owned())
            }
        }
        b"GET /metrics HTTP/1.1" | b"GET /metrics HTTP/1.0" => ("200 OK", text(metrics, media)),
        _ => ("404 Not Found", "not found\n".to_owned()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn text(metrics: &Metrics, media: Option<&Media>) -> String {
    let mut text = metrics.text();
    if let Some(media) = media {
        let (leased, all) = media.ports();
        text.push_str(
            "# HELP sasayaki_media_ports RTP ports by state.\n# TYPE sasayaki_media_ports gauge\n",
        );
        for (state, ports) in [("leased", leased), ("free", all - leased)] {
            // Writing to a string can't fail.
            let _ = writeln!(text, "sasayaki_media_ports{{state=\"{state}\"}} {ports}");
        }
        text.push_str(&media.metrics().text());
    }
    text
}
