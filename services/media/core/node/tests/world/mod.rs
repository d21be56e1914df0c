//! Calls in a world that does anything in any order, and what must hold of what they say.

mod phones;
mod steps;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sasayaki_node::announced::Announced;
use sasayaki_node::calls::{Act, Calls, Limits};
use sasayaki_node::media::{CallId, LegId, Media, MediaHappening, MediaOrder, NoPort, PlayId};
use sasayaki_node::registrar::Registrar;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{Order, PutPrompt, SetNumbers};
use sip::digest::Verifier;
use sip::leg::Say;
use sip::location::{Change, Location, Registration};
use sip::names::Names;

use phones::Phones;

const NUMBER: &str = "+81312345678";
const CONTACTS: [&str; 4] = ["con_0", "con_1", "con_2", "con_3"];
const PLACED: [&str; 2] = ["con_p", "con_q"];
const OUTSIDE: &str = "+819011112222";
const LEGS: [&str; 3] = ["leg_0", "leg_1", "leg_2"];
const USERS: [&str; 2] = ["usr_op", "usr_nobody"];
/// Mostly the first.
const TENANTS: [&str; 2] = ["out_a", "out_b"];
const SUPERVISORS: [&str; 3] = ["usr_sv", "usr_op", "usr_nobody"];

fn sdp(port: u16) -> Vec<u8> {
    format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n").into_bytes()
}

#[derive(Debug, Clone)]
pub struct Step {
    pub kind: usize,
    pub a: usize,
    pub b: usize,
}

/// The calls with everything that was said about them.
pub struct World {
    pub calls: Calls,
    pub now_ms: u64,
    pub orders: u32,
    pub ports: (u16, u16),
    pub legs: Vec<LegId>,
    pub forgotten: HashSet<LegId>,
    pub plays: Vec<(CallId, PlayId)>,
    pub called: Vec<CallId>,
    pub invited: Vec<String>,
    pub settled: HashMap<String, u32>,
    pub admitted: HashSet<String>,
    pub drawn: HashMap<String, String>,
    pub ended: HashMap<String, u32>,
    /// Calls in silence, and how many silences there were.
    pub silent: HashSet<String>,
    pub silences: usize,
    /// Customers on hold, as was told; the sound's calls in which one is; how often one was, and what the sound answers.
    pub held: HashSet<String>,
    pub on_hold: HashSet<CallId>,
    pub holds: usize,
    answers: Vec<MediaHappening>,
    pub placed: HashSet<String>,
    /// Dialled legs by contact and leg: how often they ended.
    pub dialled: HashMap<(String, String), u32>,
    /// Which legs are in which call of the sound, and those on their way.
    pub rooms: HashMap<CallId, HashSet<LegId>>,
    pub moving: Vec<(CallId, LegId)>,
    pub moved: usize,
    pub phones: Phones,
}

impl World {
    pub fn new(media: &Media, ports: (u16, u16)) -> Self {
        let mut location = Location::default();
        let phone = Registration {
            call_id: "c",
            cseq: 1,
            flow: sip::flow::Flow::udp("127.0.0.1:4000".parse().unwrap()),
            change: Change::Set(vec![("sip:usr_op@127.0.0.1:4000", 3600)]),
        };
        location.register(0, "usr_op", &phone).unwrap();
        let phone = Registration {
            call_id: "d",
            change: Change::Set(vec![("sip:usr_sv@127.0.0.1:4000", 3600)]),
            ..phone
        };
        location.register(0, "usr_sv", &phone).unwrap();
        let registrar = Registrar {
            verifier: Verifier::new([0; 32], [0; 32], BTreeSet::new()),
            location,
            names: Names::default(),
        };
        let media = media.clone();
        let limits = Limits {
            calls_max: 3,
            calls_late_max: 3,
            parked_ms: 60_000,
            rtp: ("127.0.0.1".parse().unwrap(), ports.0, ports.1),
            announced: Announced::default(),
            lease: Box::new(move || media.reserve_port()),
            browser_lease: Box::new(|| Err(NoPort)),
            trunk: Some(sip::trunk::Trunk::new("carrier", 100)),
        };
        let mut world = Self {
            calls: Calls::new("node".to_owned(), registrar, limits, Arc::default()),
            now_ms: 0,
            orders: 0,
            ports,
            legs: Vec::new(),
            forgotten: HashSet::new(),
            plays: Vec::new(),
            called: Vec::new(),
            invited: Vec::new(),
            settled: HashMap::new(),
            admitted: HashSet::new(),
            drawn: HashMap::new(),
            ended: HashMap::new(),
            silent: HashSet::new(),
            silences: 0,
            held: HashSet::new(),
            on_hold: HashSet::new(),
            holds: 0,
            answers: Vec::new(),
            placed: HashSet::new(),
            dialled: HashMap::new(),
            rooms: HashMap::new(),
            moving: Vec::new(),
            moved: 0,
            phones: Phones::default(),
        };
        world.order(Asked::SetNumbers(SetNumbers {
            numbers: vec![NUMBER.to_owned()],
        }));
        world.order(Asked::PutPrompt(PutPrompt {
            sha256: "a".repeat(64),
            pcmu: vec![0; 800],
        }));
        world
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "an order reads best where it is made"
    )]
    fn order(&mut self, order: Asked) {
        self.orders += 1;
        let order_id = self.orders.to_string();
        self.calls.order(
            self.now_ms,
            Order {
                order_id,
                order: Some(order.clone()),
            },
        );
        if self.look() == Some("") {
            self.carried_out(&order);
        }
    }

    fn carried_out(&mut self, order: &Asked) {
        match order {
            Asked::Admit(admit) if self.admitted.insert(admit.contact_id.clone()) => {
                *self.settled.entry(admit.node_call_id.clone()).or_default() += 1;
            }
            Asked::Place(place) => {
                self.placed.insert(place.contact_id.clone());
            }
            Asked::Refuse(refuse) => {
                *self.settled.entry(refuse.node_call_id.clone()).or_default() += 1;
            }
            Asked::Dial(dial) => {
                self.dialled
                    .entry((dial.contact_id.clone(), dial.leg_id.clone()))
                    .or_default();
            }
            Asked::Supervise(supervise) => {
                self.dialled
                    .entry((supervise.contact_id.clone(), supervise.leg_id.clone()))
                    .or_default();
            }
            _ => {}
        }
    }

    /// Takes what followed; the answer to an order, if there was one.
    fn look(&mut self) -> Option<&'static str> {
        let mut answer = None;
        for act in self.calls.take_acts() {
            match act {
                Act::Applied { error, .. } => answer = Some(error),
                Act::Say { leg, say } => {
                    assert!(!self.forgotten.contains(&leg), "{say:?} after the end");
                    if say == Say::Forget {
                        self.forgotten.insert(leg);
                    }
                }
                Act::Invite { leg, .. } => self.legs.push(leg),
                Act::Media(order) => self.sound(&order),
                Act::Happened { contact_id, what } => self.happened(&contact_id, what),
                Act::Browser(order) => panic!("no browser is here for {order:?}"),
                Act::Told(_) => {}
            }
        }
        answer
    }

    fn sound(&mut self, order: &MediaOrder) {
        match order {
            MediaOrder::OpenCall { call } => {
                self.called.push(*call);
                self.rooms.insert(*call, HashSet::new());
            }
            MediaOrder::AddLeg { call, leg, .. } => {
                assert!(self.rooms.get_mut(call).unwrap().insert(*leg));
            }
            MediaOrder::MoveLeg { call, to, leg } => {
                assert!(self.rooms.get_mut(call).unwrap().remove(leg));
                self.moving.push((*to, *leg));
                self.moved += 1;
            }
            MediaOrder::RemoveLeg { call, leg } => {
                assert!(self.rooms.get_mut(call).is_none_or(|legs| legs.remove(leg)));
            }
            MediaOrder::Supervise { call, leg, .. } => {
                assert!(self.rooms[call].contains(leg), "the leg is elsewhere");
            }
            MediaOrder::EndCall { call } => {
                assert!(self.rooms.remove(call).is_some());
            }
            MediaOrder::Play { call, play, .. } => {
                assert!(!self.on_hold.contains(call), "music on hold is cut short");
                self.plays.push((*call, *play));
            }
            MediaOrder::Hold { call, .. } => {
                self.on_hold.insert(*call);
                self.holds += 1;
                self.answers
                    .push(MediaHappening::CustomerHeld { call: *call });
            }
            MediaOrder::Resume { call } => {
                assert!(self.on_hold.remove(call), "nobody is on hold");
                self.answers
                    .push(MediaHappening::CustomerResumed { call: *call });
            }
            MediaOrder::SetPeer { peer, .. } => {
                assert!(!(self.ports.0..=self.ports.1).contains(&peer.port()));
            }
            _ => {}
        }
    }

    fn happened(&mut self, contact_id: &str, what: What) {
        let over = self.ended.contains_key(contact_id);
        assert!(
            !over || matches!(what, What::TapClosed(_)),
            "{what:?} after the end"
        );
        let over = |contact: &str, leg: &str| {
            let leg = (contact.to_owned(), leg.to_owned());
            self.dialled.get(&leg).is_some_and(|ends| *ends > 0)
        };
        self.phones.happened(&what, over);
        match what {
            What::Invited(invited) => self.invited.push(invited.node_call_id),
            What::Withdrawn(gone) => *self.settled.entry(gone.node_call_id).or_default() += 1,
            What::SilenceBegan(_) => {
                assert!(self.silent.insert(contact_id.to_owned()));
                self.silences += 1;
            }
            What::CustomerHeld(_) => assert!(self.held.insert(contact_id.to_owned())),
            What::CustomerResumed(_) => assert!(self.held.remove(contact_id)),
            What::SilenceEnded(_) => assert!(self.silent.remove(contact_id)),
            What::CallEnded(_) => {
                assert!(!self.silent.contains(contact_id), "silent after the end");
                *self.ended.entry(contact_id.to_owned()).or_default() += 1;
            }
            What::LegEnded(ended) => {
                *self
                    .dialled
                    .entry((contact_id.to_owned(), ended.leg_id))
                    .or_default() += 1;
            }
            _ => {}
        }
    }

    /// Lets a leg that is on its way arrive, if its call is still there.
    fn arrive(&mut self) {
        if self.moving.is_empty() {
            return;
        }
        let (call, leg) = self.moving.remove(0);
        let room = self.rooms.get_mut(&call);
        let arrived = room.is_some_and(|legs| legs.insert(leg));
        assert!(arrived, "the call ended before its leg arrived");
        let happening = MediaHappening::LegMoved { call, leg, arrived };
        self.calls.sounded(self.now_ms, &happening);
        self.look();
    }

    fn pass(&mut self, ms: u64) {
        while !self.moving.is_empty() {
            self.arrive();
        }
        self.now_ms += ms;
        self.calls.due(self.now_ms);
        self.look();
    }

    /// Ends everything and lets all time pass that anything may take.
    pub fn finish(&mut self) {
        self.calls.end_all(self.now_ms);
        self.look();
        for _ in 0..100 {
            self.pass(1_000);
        }
    }
}
