//! Calls on a clock that a test sets, and browsers that are what it says they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use sasayaki_node::announced::Announced;
use sasayaki_node::browsers::{BrowserOrder, ConnectionId, Told};
use sasayaki_node::calls::{Act, Caller, Calls, Limits};
use sasayaki_node::media::{LegId, Media, MediaConfig};
use sasayaki_node::registrar::Registrar;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{
    Admit, Answer, Browser, BrowserState, ConnectBrowser, Dial, LegEnd, Mode, Order, PickUp,
    ReleasePhone, SetNumbers, Supervise,
};
use sip::digest::Verifier;
use sip::leg::Heard;
use sip::location::Location;
use sip::names::Names;
use tempfile::TempDir;

const NUMBER: &str = "+81312345678";
const OFFER: &[u8] =
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

/// A tenant and a user of theirs.
pub type Who<'a> = (&'a str, &'a str);

pub struct Clocked {
    pub calls: Calls,
    pub now_ms: u64,
    pub asked: Vec<BrowserOrder>,
    told: Vec<Browser>,
    happened: Vec<(String, What)>,
    applied: Vec<&'static str>,
    orders: u32,
    media: Media,
    _spool: TempDir,
}

impl Clocked {
    /// Ports differ by test: tests run side by side.
    pub fn new(first_port: u16) -> Self {
        let spool = tempfile::tempdir().unwrap();
        let config = MediaConfig {
            ports: (first_port, first_port + 38),
            spool_dir: spool.path().to_owned(),
            ..MediaConfig::default()
        };
        let (happenings, _) = tokio::sync::mpsc::channel(1);
        let (levels, _) = tokio::sync::mpsc::channel(1);
        let media = Media::start(&config, happenings, levels).unwrap();
        let registrar = Registrar {
            verifier: Verifier::new([0; 32], [0; 32], BTreeSet::new()),
            location: Location::default(),
            names: Names::default(),
        };
        let (for_legs, for_browsers) = (media.clone(), media.clone());
        let limits = Limits {
            calls_max: 4,
            calls_late_max: 4,
            parked_ms: 600_000,
            rtp: ("127.0.0.1".parse().unwrap(), first_port, first_port + 38),
            announced: Announced::default(),
            lease: Box::new(move || for_legs.reserve_port()),
            browser_lease: Box::new(move || for_browsers.reserve_port()),
            trunk: None,
        };
        let mut clocked = Self {
            calls: Calls::new("node".to_owned(), registrar, limits, Arc::default()),
            now_ms: 0,
            asked: Vec::new(),
            told: Vec::new(),
            happened: Vec::new(),
            applied: Vec::new(),
            orders: 0,
            media,
            _spool: spool,
        };
        let numbers = vec![NUMBER.to_owned()];
        clocked.order(Asked::SetNumbers(SetNumbers { numbers }));
        clocked
    }

    /// Carries out an order that must be possible.
    pub fn order(&mut self, order: Asked) {
        self.orders += 1;
        let order = Order {
            order_id: self.orders.to_string(),
            order: Some(order),
        };
        self.calls.order(self.now_ms, order);
        self.look();
        assert!(self.applied.drain(..).all(str::is_empty));
    }

    /// A customer's call that is answered.
    pub fn call(&mut self, contact_id: &str) {
        let caller = Caller {
            source: "127.0.0.1".parse().unwrap(),
            dialled: NUMBER,
            from: "090",
            sdp: OFFER,
        };
        let customer = self.calls.invited(self.now_ms, &caller, true).unwrap();
        self.look();
        let Some((_, What::Invited(invited))) = self.happened.pop() else {
            panic!("not invited")
        };
        let contact_id = contact_id.to_owned();
        self.order(Asked::Admit(Admit {
            node_call_id: invited.node_call_id,
            contact_id: contact_id.clone(),
        }));
        self.order(Asked::Answer(Answer {
            contact_id,
            record_after_guidance: false,
        }));
        let confirmed = Heard::Acknowledged(Vec::new());
        self.calls.heard(self.now_ms, customer, confirmed);
        self.look();
    }

    /// A browser that offers, and is answered.
    pub fn offers(&mut self, (tenant_id, user_id): Who<'_>, name: &str) -> ConnectionId {
        self.order(Asked::ConnectBrowser(ConnectBrowser {
            user_id: user_id.to_owned(),
            tenant_id: tenant_id.to_owned(),
            connection_id: name.to_owned(),
            sdp_offer: "v=0".to_owned(),
        }));
        let Some(BrowserOrder::Connect { connection, .. }) = self.asked.pop() else {
            panic!("nobody connects it: {:?}", self.asked)
        };
        let answer = Ok("v=0".to_owned());
        self.tell(Told::Answered { connection, answer });
        connection
    }

    /// A browser that is connected.
    pub fn connects(&mut self, who: Who<'_>, name: &str) -> ConnectionId {
        let connection = self.offers(who, name);
        self.tell(Told::Connected(connection));
        connection
    }

    /// What a connection came to.
    pub fn tell(&mut self, told: Told) {
        self.calls.browser_told(self.now_ms, told);
        self.look();
        self.applied.clear();
    }

    /// Rings a user's browser; the leg and the connection that rings.
    pub fn rings(&mut self, contact_id: &str, leg_id: &str, who: Who<'_>) -> (LegId, ConnectionId) {
        self.order(Asked::Dial(Dial {
            contact_id: contact_id.to_owned(),
            leg_id: leg_id.to_owned(),
            user_id: who.1.to_owned(),
            tenant_id: who.0.to_owned(),
            ..Dial::default()
        }));
        self.opened()
    }

    /// The same, picked up.
    pub fn talks(&mut self, contact_id: &str, leg_id: &str, who: Who<'_>) -> (LegId, ConnectionId) {
        let rung = self.rings(contact_id, leg_id, who);
        let (contact_id, leg_id) = (contact_id.to_owned(), leg_id.to_owned());
        self.order(Asked::PickUp(PickUp { contact_id, leg_id }));
        self.pass(0);
        rung
    }

    /// Puts a supervisor's browser on a call, to stay connected after it.
    pub fn listens(
        &mut self,
        contact_id: &str,
        leg_id: &str,
        who: Who<'_>,
    ) -> (LegId, ConnectionId) {
        self.order(Asked::Supervise(Supervise {
            contact_id: contact_id.to_owned(),
            leg_id: leg_id.to_owned(),
            user_id: who.1.to_owned(),
            tenant_id: who.0.to_owned(),
            mode: Mode::Listen.into(),
            keep_phone: true,
        }));
        self.pass(0);
        self.opened()
    }

    /// Hangs a supervisor's phone up.
    pub fn release(&mut self, (tenant_id, user_id): Who<'_>) {
        let (tenant_id, user_id) = (tenant_id.to_owned(), user_id.to_owned());
        self.order(Asked::ReleasePhone(ReleasePhone { user_id, tenant_id }));
        self.pass(0);
    }

    /// Lets time pass.
    pub fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        self.calls.due(self.now_ms);
        self.look();
    }

    /// All that happened since this was asked last.
    pub fn happened(&mut self) -> Vec<(String, What)> {
        std::mem::take(&mut self.happened)
    }

    /// The legs that ended since anything was asked last, and why.
    pub fn ended(&mut self) -> Vec<(String, LegEnd)> {
        let ends = self
            .happened()
            .into_iter()
            .filter_map(|(_, what)| match what {
                What::LegEnded(ended) => Some((ended.leg_id.clone(), ended.reason())),
                _ => None,
            });
        ends.collect()
    }

    /// How browsers' connections changed since this was asked last.
    pub fn told(&mut self) -> Vec<(String, String, BrowserState)> {
        let told = self.told.drain(..);
        told.map(|each| {
            let state = each.state();
            (each.tenant_id, each.connection_id, state)
        })
        .collect()
    }

    fn opened(&mut self) -> (LegId, ConnectionId) {
        match self.asked.pop() {
            Some(BrowserOrder::Open {
                leg, connection, ..
            }) => (leg, connection),
            other => panic!("no browser rings: {other:?}"),
        }
    }

    fn look(&mut self) {
        for act in self.calls.take_acts() {
            match act {
                Act::Applied { error, .. } => self.applied.push(error),
                Act::Browser(order) => self.asked.push(order),
                Act::Told(browser) => self.told.push(browser),
                Act::Happened { contact_id, what } => self.happened.push((contact_id, what)),
                Act::Say { .. } | Act::Media(_) => {}
                Act::Invite { .. } => panic!("a SIP phone rings"),
            }
        }
    }
}

impl Drop for Clocked {
    fn drop(&mut self) {
        self.media.stop();
    }
}
