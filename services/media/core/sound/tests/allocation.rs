//! A call under way takes no memory: the packet path of a media thread never waits for the allocator.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;

use sound::speech::{Cast, Talk};
use sound::{Codec, Count, Happening, Mode, Out, Prompt, Role, Slot, Tapped, Then, LEGS_MAX};
use support::{address, packet, Line, CUSTOMER, MS, OPERATOR, SUPERVISOR};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: all work is the system allocator's; counting touches a thread-local without a destructor.
#[allow(unsafe_code, reason = "an allocator can't be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Takes what comes out without keeping it.
#[derive(Default)]
struct Sink {
    sent: u64,
    tapped: u64,
    heard: u64,
}

impl Out for Sink {
    fn send(&mut self, _: Slot, _: SocketAddr, _: &[u8]) {
        self.sent += 1;
    }

    fn tap(&mut self, _: Tapped<'_>) {
        self.tapped += 1;
    }

    fn hear(&mut self, _: Tapped<'_>, _: bool) {
        self.heard += 1;
    }

    fn happened(&mut self, _: Happening) {}

    fn count(&mut self, _: Count, _: u64) {}
}

#[test]
fn packets_deadlines_and_modes_allocate_nothing() {
    let mut line = Line::of_three([1_000, 4_000, 12_000], [0; 3]);
    line.call.set_tapped(true);
    let prompts = vec![Arc::new(Prompt::from_pcmu(&[1; 1_600]))];
    line.call.play(
        line.seen.now,
        CUSTOMER,
        1,
        prompts,
        Then::End,
        &mut line.seen,
    );
    let mut packets = Vec::new();
    for _ in 0..100 {
        for phone in &mut line.phones {
            packets.push((phone.slot, packet(phone, 0, phone.timestamp, &[0x33; 160])));
            phone.sequence = phone.sequence.wrapping_add(1);
            phone.timestamp = phone.timestamp.wrapping_add(160);
        }
    }
    let modes = [
        None,
        Some(Mode::Listen),
        Some(Mode::Whisper),
        Some(Mode::Barge),
        Some(Mode::Takeover),
    ];
    let mut sink = Sink::default();
    let mut now = line.now();
    let before = ALLOCATIONS.with(Cell::get);
    for (n, (slot, bytes)) in packets.iter().enumerate() {
        line.call
            .on_packet(now, *slot, address(*slot), bytes, &mut sink);
        line.call.on_deadline(now, &mut sink);
        line.call
            .supervise(SUPERVISOR, modes[n / 36 % 5], &mut sink);
        now += 7 * MS;
    }
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert!(
        sink.sent > 250 && sink.tapped > 200 && sink.heard == 300,
        "{} sent, {} tapped",
        sink.sent,
        sink.tapped
    );
}

#[test]
fn listening_to_a_talk_allocates_nothing() {
    let mut roles = [None; LEGS_MAX];
    roles[..3].copy_from_slice(&[Role::Customer, Role::Operator, Role::Supervisor].map(Some));
    let mut talk = Talk::new(0, &Cast { roles, held: false });
    let payload = [0x33; 160];
    let mut noted = 0;
    let before = ALLOCATIONS.with(Cell::get);
    for frame in 0..500_u32 {
        for slot in [CUSTOMER, OPERATOR, SUPERVISOR] {
            let tapped = Tapped {
                role: Role::Customer,
                leg: slot,
                source: 1,
                timestamp: frame * 160,
                at: u64::from(frame + 1) * 20 * MS,
                codec: Codec::Pcmu,
                payload: &payload,
            };
            talk.hear(true, &tapped, &mut |_| noted += 1);
        }
    }
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert!(noted >= 9, "{noted} noted");
}
