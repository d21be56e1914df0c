//! What a step of a walk does.

use sasayaki_node::calls::Caller;
use sasayaki_node::media::{CallId, Digits, LegId, MediaHappening, PlayOutcome};
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{
    Admit, Answer, Dial, HangUp, Hold, PauseTap, Place, Play, Refuse, ReleasePhone, StopPlay,
    Supervise, Unsupervise,
};
use sip::leg::Heard;

use super::{
    sdp, Step, World, CONTACTS, LEGS, NUMBER, OUTSIDE, PLACED, SUPERVISORS, TENANTS, USERS,
};

impl World {
    pub fn step(&mut self, step: &Step) {
        for answer in std::mem::take(&mut self.answers) {
            self.calls.sounded(self.now_ms, &answer);
            self.look();
        }
        let Step { kind, a, b } = *step;
        // Mostly of the call that was admitted last, so that calls get far.
        let at = if a.is_multiple_of(5) {
            b
        } else {
            self.admitted.len().max(1) - 1
        };
        let at = if kind == 2 || kind == 3 {
            self.admitted.len()
        } else {
            at
        };
        let contact_id = match a % 7 {
            0 if kind > 4 => PLACED[b % PLACED.len()].to_owned(),
            _ => CONTACTS[at % CONTACTS.len()].to_owned(),
        };
        let (leg_id, user_id) = (
            LEGS[b % LEGS.len()].to_owned(),
            USERS[usize::from(b.is_multiple_of(5))].to_owned(),
        );
        let node_call_id = self
            .invited
            .iter()
            .rev()
            .nth(a % 2)
            .cloned()
            .unwrap_or_default();
        let play_id = "play".to_owned();
        match kind {
            0 | 1 => self.invite(if b.is_multiple_of(7) {
                self.ports.0
            } else {
                4000
            }),
            2 | 3 => self.admit(node_call_id, contact_id),
            4 => self.order(Asked::Refuse(Refuse {
                node_call_id,
                sip_code: 404,
            })),
            5 | 6 => self.order(Asked::Answer(Answer {
                contact_id,
                record_after_guidance: true,
            })),
            7 => self.order(Asked::Play(Play {
                contact_id,
                play_id,
                prompt_sha256: vec!["a".repeat(64)],
                guidance: true,
                ..Play::default()
            })),
            8 => self.order(Asked::StopPlay(StopPlay {
                contact_id,
                play_id,
            })),
            9 | 10 => self.order(Asked::Dial(Dial {
                contact_id,
                leg_id,
                user_id,
                ring_ms_max: 0,
                ..Dial::default()
            })),
            11 | 23 | 24 => self.order(Asked::Supervise(Supervise {
                contact_id,
                leg_id,
                user_id: SUPERVISORS[[0, 0, 0, 0, 1, 2][a % 6]].to_owned(),
                mode: 1 + (b % 4) as i32,
                keep_phone: a % 4 > 0,
                tenant_id: TENANTS[usize::from(a.is_multiple_of(10))].to_owned(),
            })),
            28..=31 => self.step_further(kind, a, b, contact_id, leg_id),
            12 => self.order(Asked::Unsupervise(Unsupervise { contact_id, leg_id })),
            13 => self.order(Asked::HangUp(HangUp {
                contact_id,
                leg_id: if b.is_multiple_of(3) {
                    String::new()
                } else {
                    leg_id
                },
            })),
            14..=18 => self.phone(a, b),
            19 | 20 => self.media(a, b),
            21 => self.arrive(),
            22 if a.is_multiple_of(4) => self.order(Asked::ReleasePhone(ReleasePhone {
                user_id: SUPERVISORS[b % 2].to_owned(),
                tenant_id: TENANTS[usize::from(b.is_multiple_of(10))].to_owned(),
            })),
            25 => self.talk(b),
            _ => self.pass(match b % 20 {
                0 => 31_000,
                1 => 6_000,
                2..=4 => 1_000,
                _ => 50,
            }),
        }
    }

    /// Holds, pauses and calls out.
    fn step_further(
        &mut self,
        kind: usize,
        a: usize,
        b: usize,
        contact_id: String,
        leg_id: String,
    ) {
        match kind {
            28 => self.order(Asked::Hold(Hold {
                contact_id,
                held: !b.is_multiple_of(3),
                music_sha256: if a.is_multiple_of(2) {
                    String::new()
                } else {
                    "a".repeat(64)
                },
            })),
            29 => {
                let paused = b.is_multiple_of(2);
                self.order(Asked::PauseTap(PauseTap { contact_id, paused }));
            }
            30 => self.order(Asked::Dial(Dial {
                contact_id,
                leg_id,
                number: OUTSIDE.to_owned(),
                from_number: NUMBER.to_owned(),
                ..Dial::default()
            })),
            _ => self.place(b),
        }
    }

    /// A call that we place has a contact id of its own.
    fn place(&mut self, b: usize) {
        let contact_id = PLACED[b % PLACED.len()].to_owned();
        if self.placed.contains(&contact_id) {
            return;
        }
        self.order(Asked::Place(Place {
            contact_id,
            number: OUTSIDE.to_owned(),
            from_number: NUMBER.to_owned(),
            ring_ms_max: 0,
            record_after_guidance: true,
        }));
    }

    /// A contact id is drawn for one call and never again.
    fn admit(&mut self, node_call_id: String, contact_id: String) {
        let drawn = self
            .drawn
            .entry(contact_id.clone())
            .or_insert_with(|| node_call_id.clone());
        if *drawn == node_call_id {
            self.order(Asked::Admit(Admit {
                node_call_id,
                contact_id,
            }));
        }
    }

    fn invite(&mut self, port: u16) {
        let caller = Caller {
            source: "127.0.0.1".parse().unwrap(),
            dialled: "0312345678",
            from: "090",
            sdp: &sdp(port),
        };
        if let Ok(leg) = self.calls.invited(self.now_ms, &caller, true) {
            self.legs.push(leg);
        }
        self.look();
    }

    fn phone(&mut self, a: usize, b: usize) {
        let alive: Vec<LegId> = self
            .legs
            .iter()
            .filter(|leg| !self.forgotten.contains(leg))
            .copied()
            .collect();
        let Some(leg) = alive.get(a % alive.len().max(1)).copied() else {
            return;
        };
        let heard = match b % 20 {
            0..=4 => Heard::Progress(180),
            7..=13 => Heard::Accepted(sdp(4002)),
            5 => Heard::Refused(486),
            14..=17 => Heard::Acknowledged(Vec::new()),
            6 => Heard::Bye,
            18 => Heard::Cancelled,
            _ => Heard::Reoffered {
                reply: 1,
                sdp: sdp(self.ports.0),
            },
        };
        self.calls.heard(self.now_ms, leg, heard);
        self.look();
    }

    fn media(&mut self, a: usize, b: usize) {
        let Some(call) = self.called.get(a % self.called.len().max(1)).copied() else {
            return;
        };
        let played = self.plays.get(b % self.plays.len().max(1)).copied();
        let happening = match (b % 4, played) {
            (0 | 1, Some((call, play))) => MediaHappening::Played {
                call,
                play,
                heard_ms: 100,
                total_ms: 100,
                outcome: PlayOutcome::Completed,
                digits: Digits::default(),
            },
            (2, _) => MediaHappening::Joined {
                call,
                leg: self.legs[a % self.legs.len()],
            },
            _ => MediaHappening::RtpSilent {
                call,
                leg: self.legs[a % self.legs.len()],
                silent_ms: 15_000,
            },
        };
        self.calls.sounded(self.now_ms, &happening);
        self.look();
    }

    /// The same of all calls: few of them are talks.
    fn talk(&mut self, b: usize) {
        for call in self.called.clone() {
            self.talk_goes_on(call, b);
        }
    }

    fn talk_goes_on(&mut self, call: CallId, b: usize) {
        let lasted_ms = 3_000;
        let happening = match b % 4 {
            0 | 1 => MediaHappening::SilenceBegan {
                call,
                since_unix_us: 0,
                silent_ms: lasted_ms,
            },
            2 => MediaHappening::SilenceEnded {
                call,
                silent_ms: lasted_ms,
            },
            _ => MediaHappening::OverlapBegan {
                call,
                overlap_ms: lasted_ms,
            },
        };
        self.calls.sounded(self.now_ms, &happening);
        self.look();
    }
}
