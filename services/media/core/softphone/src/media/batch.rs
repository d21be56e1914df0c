//! Datagrams with their kernel receive time: one `recvmmsg` for up to [`BATCH`] of them.
#![allow(unsafe_code)] // recvmmsg and the walk over its control messages

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;

use crate::clock::{realtime_ns, SECOND_NS};

pub const BATCH: usize = 16;
/// A longer datagram is cut; no RTP packet of a telephone is.
const DATAGRAM_BYTES: usize = 1500;
const CONTROL_BYTES: usize = 64;

/// Room for 20 s of a stream: a listener that gets no processor for long still loses nothing.
const BUFFER_BYTES: libc::c_int = 1 << 20;

/// The kernel stamps what arrives at this socket (`SO_TIMESTAMPNS`) and keeps it until it is taken.
pub fn stamp_arrivals(socket: &UdpSocket) -> io::Result<()> {
    set(socket, libc::SO_TIMESTAMPNS, 1)?;
    // The system may grant less.
    set(socket, libc::SO_RCVBUF, BUFFER_BYTES)
}

fn set(socket: &UdpSocket, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: a live int of the size given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; CONTROL_BYTES]);

/// Buffers for one receive call, used again and again.
pub struct Batch {
    payloads: Vec<[u8; DATAGRAM_BYTES]>,
    controls: Vec<Control>,
    filled: Vec<Arrival>,
}

#[derive(Clone, Copy)]
struct Arrival {
    at_ns: u64,
    from: SocketAddr,
    length: usize,
}

impl Batch {
    pub fn new() -> Self {
        Self {
            payloads: vec![[0; DATAGRAM_BYTES]; BATCH],
            controls: vec![Control([0; CONTROL_BYTES]); BATCH],
            filled: Vec::with_capacity(BATCH),
        }
    }

    /// Takes what waits in the socket, without waiting; true when there may be more.
    pub fn receive(&mut self, socket: &UdpSocket) -> bool {
        // SAFETY: all-zero bytes are valid values of these plain C structs.
        let mut names: [libc::sockaddr_in; BATCH] = unsafe { std::mem::zeroed() };
        let mut pieces: [libc::iovec; BATCH] = unsafe { std::mem::zeroed() };
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { std::mem::zeroed() };
        for index in 0..BATCH {
            pieces[index].iov_base = self.payloads[index].as_mut_ptr().cast();
            pieces[index].iov_len = DATAGRAM_BYTES;
            let header = &mut headers[index].msg_hdr;
            header.msg_name = (&raw mut names[index]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            header.msg_iov = &raw mut pieces[index];
            header.msg_iovlen = 1;
            header.msg_control = self.controls[index].0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL_BYTES;
        }
        // SAFETY: every pointer set above outlives the call; lengths are those of the buffers.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as u32,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        let count = count.max(0) as usize;
        self.filled.clear();
        for index in 0..count {
            self.filled.push(Arrival {
                at_ns: kernel_time(&headers[index].msg_hdr).unwrap_or_else(realtime_ns),
                from: address(&names[index]),
                length: headers[index].msg_len as usize,
            });
        }
        count == BATCH
    }

    /// What the last [`Batch::receive`] took: (kernel time, sender, datagram).
    pub fn arrivals(&self) -> impl Iterator<Item = (u64, SocketAddr, &[u8])> {
        self.filled
            .iter()
            .zip(self.payloads.iter())
            .map(|(arrival, payload)| (arrival.at_ns, arrival.from, &payload[..arrival.length]))
    }
}

fn address(name: &libc::sockaddr_in) -> SocketAddr {
    let ip = Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr));
    SocketAddr::V4(SocketAddrV4::new(ip, u16::from_be(name.sin_port)))
}

fn kernel_time(header: &libc::msghdr) -> Option<u64> {
    // SAFETY: the kernel filled `msg_control` with well-formed control messages; the CMSG walk stays inside.
    unsafe {
        let mut control = libc::CMSG_FIRSTHDR(header);
        while let Some(found) = control.as_ref() {
            if found.cmsg_level == libc::SOL_SOCKET && found.cmsg_type == libc::SCM_TIMESTAMPNS {
                let time = libc::CMSG_DATA(control)
                    .cast::<libc::timespec>()
                    .read_unaligned();
                return Some(time.tv_sec as u64 * SECOND_NS + time.tv_nsec as u64);
            }
            control = libc::CMSG_NXTHDR(header, control);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_arrive_with_the_kernels_time_and_their_senders_address() {
        let here = UdpSocket::bind("127.0.0.1:0").unwrap();
        let there = UdpSocket::bind("127.0.0.1:0").unwrap();
        stamp_arrivals(&here).unwrap();
        let before = realtime_ns();
        for length in [3usize, 172] {
            there
                .send_to(&vec![7; length], here.local_addr().unwrap())
                .unwrap();
        }
        let mut batch = Batch::new();
        assert!(!batch.receive(&here));
        let after = realtime_ns();
        let seen: Vec<_> = batch
            .arrivals()
            .map(|(at, from, data)| (at, from, data.len()))
            .collect();
        assert_eq!(
            seen.iter().map(|entry| entry.2).collect::<Vec<_>>(),
            [3, 172]
        );
        assert!(seen
            .iter()
            .all(|entry| entry.1 == there.local_addr().unwrap()));
        assert!(seen.iter().all(|entry| (before..=after).contains(&entry.0)));
    }
}
