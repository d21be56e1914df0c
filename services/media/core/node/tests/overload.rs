//! More callers than can be answered: the next ones are turned away at once instead of kept waiting. In virtual time.

use std::collections::BTreeSet;
use std::sync::Arc;

use sasayaki_node::announced::Announced;
use sasayaki_node::calls::{Act, Caller, Calls, Limits};
use sasayaki_node::media::{Media, MediaConfig, NoPort};
use sasayaki_node::metrics::Metrics;
use sasayaki_node::registrar::Registrar;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{Admit, Order, Refuse, SetNumbers};
use sip::digest::Verifier;
use sip::location::Location;
use sip::names::Names;

const LATE_MAX: usize = 2;
const SDP: &[u8] = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";

struct Centre {
    calls: Calls,
    metrics: Arc<Metrics>,
    orders: u32,
    _spool: tempfile::TempDir,
}

impl Centre {
    fn new() -> Self {
        let spool = tempfile::tempdir().unwrap();
        let (happenings, _) = tokio::sync::mpsc::channel(1);
        let (levels, _) = tokio::sync::mpsc::channel(1);
        let first = 22_000 + (std::process::id() % 100) as u16 * 20;
        let config = MediaConfig {
            ports: (first, first + 18),
            spool_dir: spool.path().to_owned(),
            ..MediaConfig::default()
        };
        let media = Media::start(&config, happenings, levels).unwrap();
        let limits = Limits {
            calls_max: 100,
            calls_late_max: LATE_MAX,
            parked_ms: 60_000,
            rtp: ("127.0.0.1".parse().unwrap(), 20_000, 29_999),
            announced: Announced::default(),
            lease: Box::new(move || media.reserve_port()),
            browser_lease: Box::new(|| Err(NoPort)),
            trunk: None,
        };
        let registrar = Registrar {
            verifier: Verifier::new([0; 32], [0; 32], BTreeSet::new()),
            location: Location::default(),
            names: Names::default(),
        };
        let metrics = Arc::new(Metrics::default());
        let calls = Calls::new("n".to_owned(), registrar, limits, Arc::clone(&metrics));
        let mut centre = Self {
            calls,
            metrics,
            orders: 0,
            _spool: spool,
        };
        let numbers = vec!["+81312345678".to_owned()];
        centre.order(0, Asked::SetNumbers(SetNumbers { numbers }));
        centre
    }

    fn order(&mut self, now_ms: u64, order: Asked) {
        self.orders += 1;
        let order = Order {
            order_id: self.orders.to_string(),
            order: Some(order),
        };
        self.calls.order(now_ms, order);
    }

    /// What the node calls a caller who is taken in at that time; None if they are turned away.
    fn takes(&mut self, now_ms: u64) -> Option<String> {
        let caller = Caller {
            source: "127.0.0.1".parse().unwrap(),
            dialled: "0312345678",
            from: "090",
            sdp: SDP,
        };
        match self.calls.invited(now_ms, &caller, true) {
            Ok(_) => self
                .calls
                .take_acts()
                .into_iter()
                .find_map(|act| match act {
                    Act::Happened {
                        what: What::Invited(invited),
                        ..
                    } => Some(invited.node_call_id),
                    _ => None,
                }),
            Err(503) => None,
            Err(code) => panic!("turned away with {code}"),
        }
    }
}

#[test]
fn while_callers_wait_for_more_than_a_second_further_ones_are_turned_away_at_once() {
    let mut centre = Centre::new();
    for _ in 0..=LATE_MAX {
        assert!(centre.takes(0).is_some(), "nobody has waited long yet");
    }
    assert!(centre.takes(999).is_some());
    assert!(centre.takes(1_000).is_none());
    assert_eq!(centre.metrics.invites_overload_total.get(), 1);
}

#[test]
fn an_answer_makes_room() {
    let mut centre = Centre::new();
    let waiting: Vec<String> = (0..LATE_MAX).filter_map(|_| centre.takes(0)).collect();
    assert!(centre.takes(1_500).is_none());
    let refuse = Refuse {
        node_call_id: waiting[0].clone(),
        sip_code: 486,
    };
    centre.order(1_500, Asked::Refuse(refuse));
    assert!(centre.takes(1_500).is_some());
}

#[test]
fn who_is_admitted_but_rings_on_for_a_second_waits_too_long_as_well() {
    let mut centre = Centre::new();
    let waiting: Vec<String> = (0..LATE_MAX).filter_map(|_| centre.takes(0)).collect();
    for (number, node_call_id) in waiting.into_iter().enumerate() {
        let contact_id = format!("con_{number}");
        centre.order(
            500,
            Asked::Admit(Admit {
                node_call_id,
                contact_id,
            }),
        );
    }
    assert!(centre.takes(1_400).is_some());
    assert!(centre.takes(1_500).is_none());
}
