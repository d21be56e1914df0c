//! What is told of supervisors' phones has an order.

use std::collections::{HashMap, HashSet};

use sasayaki_node::wire::happening::Happening as What;

/// What was told of supervisors' phones: where each is, and those that are gone.
#[derive(Default)]
pub struct Phones {
    pub seats: HashMap<String, Option<(String, String)>>,
    pub gone: HashSet<String>,
}

impl Phones {
    /// Takes what was told; `over` is whether the end of that leg was told before.
    pub fn happened(&mut self, what: &What, over: impl Fn(&str, &str) -> bool) {
        match what {
            What::PhoneConnected(phone) => {
                assert!(!self.gone.contains(&phone.node_phone_id));
                let known = self.seats.insert(phone.node_phone_id.clone(), None);
                assert_eq!(known, None, "connected twice");
            }
            What::PhoneAttached(phone) => {
                assert!(!over(&phone.contact_id, &phone.leg_id));
                let seat = self.seats.get_mut(&phone.node_phone_id).unwrap();
                let to = (phone.contact_id.clone(), phone.leg_id.clone());
                assert_eq!(seat.replace(to), None, "attached twice");
            }
            What::PhoneDetached(phone) => {
                assert!(over(&phone.contact_id, &phone.leg_id));
                let seat = self.seats.get_mut(&phone.node_phone_id).unwrap();
                let from = (phone.contact_id.clone(), phone.leg_id.clone());
                assert_eq!(seat.take(), Some(from), "detached from elsewhere");
            }
            What::PhoneGone(phone) => {
                assert_eq!(self.seats.remove(&phone.node_phone_id), Some(None));
                assert!(self.gone.insert(phone.node_phone_id.clone()));
            }
            _ => {}
        }
    }
}
