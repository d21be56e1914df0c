//! What the node counts; served as Prometheus text.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// A number that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn rise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number as it is at present.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    pub fn set(&self, value: usize) {
        self.0.store(value as i64, Ordering::Relaxed);
    }

    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! metrics {
    ($($field:ident: $kind:ident $type:literal $help:literal,)*) => {
        /// All numbers of signalling, journal and socket.
        #[derive(Debug, Default)]
        pub struct Metrics {
            /// Sockets are open and the journal takes happenings.
            pub ready: AtomicBool,
            $(#[doc = $help] pub $field: $kind,)*
        }

        impl Metrics {
            /// Prometheus text.
            pub fn text(&self) -> String {
                let mut text = String::new();
                $(
                    let name = concat!("sasayaki_node_", stringify!($field));
                    let _ = writeln!(text, concat!("# HELP {} ", $help), name);
                    let _ = writeln!(text, concat!("# TYPE {} ", $type, "\n{} {}"), name, name, self.$field.get());
                )*
                text
            }
        }
    };
}

metrics! {
    calls: Gauge "gauge" "Calls that are not over.",
    calls_remembered: Gauge "gauge" "Calls that are not over, and those that ended a little while ago.",
    legs: Gauge "gauge" "Legs with a dialog.",
    dialogs: Gauge "gauge" "Dialogs in the SIP stack; stays near the legs, or dialogs leak.",
    transactions: Gauge "gauge" "SIP transactions that run.",
    transactions_finished: Gauge "gauge" "SIP transactions that are remembered for repeats.",
    users_registered: Gauge "gauge" "Users with a phone.",
    phones_connected: Gauge "gauge" "Supervisors' phones that were picked up and are not hung up.",
    phones_parked: Gauge "gauge" "Supervisors' phones that are connected and on no call.",
    browsers_connected: Gauge "gauge" "Browsers that are connected as phones.",
    browser_connects_total: Counter "counter" "Browsers' offers that were answered.",
    browser_offers_refused_total: Counter "counter" "Browsers' offers that were refused: unusable, or no room for a further connection.",
    browser_strangers_total: Counter "counter" "Datagrams to browsers' ports from addresses that have not passed ICE, dropped.",
    browser_malformed_total: Counter "counter" "Datagrams to browsers' ports that are neither STUN, DTLS nor SRTP.",
    browser_crowded_total: Counter "counter" "Packets not sent to a browser because another leg's had just been.",
    browser_wide_total: Counter "counter" "Packets sent to a browser in Opus, as another browser said them.",
    browser_opus_refused_total: Counter "counter" "Browsers' Opus packets that are none, longer than 60 ms, or more than anybody speaks in the time, dropped.",
    browser_opus_concealed_total: Counter "counter" "Browsers' Opus packets that could not be decoded; what came before goes on in their place.",
    browser_orders_lost_total: Counter "counter" "Orders to browsers' threads that found no room or no socket.",
    browser_tellings_lost_total: Counter "counter" "Changes of browsers' connections that signalling had no room for.",
    happenings_unacknowledged: Gauge "gauge" "Happenings that media's Python side has not taken care of.",
    media_orders_waiting: Gauge "gauge" "Orders to media threads that wait for room in their queue or for a leg on its way.",
    python_connected: Gauge "gauge" "1 while media's Python side is connected.",
    clock_apart_seconds: Gauge "gauge" "Whole seconds by which this machine's UTC was stepped while somebody was in a call; events keep the time that was until nobody is.",
    clock_set_total: Counter "counter" "Times that the clock of events followed a step of UTC.",
    measurements_total: Counter "counter" "Times that the present numbers were looked up.",
    invites_total: Counter "counter" "INVITEs outside dialogs.",
    invites_unknown_number_total: Counter "counter" "INVITEs turned away with 404.",
    invites_unavailable_total: Counter "counter" "INVITEs turned away with 503.",
    invites_overload_total: Counter "counter" "INVITEs turned away with 503 because others wait too long.",
    invites_unusable_total: Counter "counter" "INVITEs turned away for what they describe.",
    invites_merged_total: Counter "counter" "INVITEs that came twice by different ways.",
    tcp_connections: Gauge "gauge" "Connections of SIP over TCP.",
    tcp_accepted_total: Counter "counter" "Connections of SIP over TCP that were taken in.",
    tcp_refused_total: Counter "counter" "Connections of SIP over TCP that were turned away: their address, or all, had their share.",
    tcp_broken_total: Counter "counter" "Connections closed because where a message ends could not be told.",
    tcp_idle_total: Counter "counter" "Connections closed because nothing came, or a message did not become whole.",
    tcp_overrun_total: Counter "counter" "Connections closed because their peer did not read.",
    phones_lost_total: Counter "counter" "Phones forgotten because their connection was lost.",
    calls_placed_total: Counter "counter" "Customers called by us.",
    trunk_calls_refused_total: Counter "counter" "Calls that found no place on their trunk.",
    trunk_logins_total: Counter "counter" "Challenges of trunks that were answered.",
    trunk_logins_failed_total: Counter "counter" "Challenges of trunks that can't be answered.",
    suspected_forged_from_total: Counter "counter" "INVITEs under the name of a user whose phone did not send them.",
    suspected_unknown_peer_total: Counter "counter" "INVITEs of somebody who is neither a registered phone nor a trunk.",
    suspected_refer_outside_total: Counter "counter" "REFERs to another host, or of somebody who may not.",
    suspicions_untold_total: Counter "counter" "Suspicions that were counted only: one of their kind was told within the second.",
    sessions_refreshed_total: Counter "counter" "Refreshes of sessions that we sent.",
    sessions_expired_total: Counter "counter" "Sessions ended because nobody refreshed them.",
    registrations_total: Counter "counter" "REGISTERs that were carried out.",
    registrations_refused_total: Counter "counter" "REGISTERs that were challenged or refused.",
    datagrams_dropped_total: Counter "counter" "Messages that the strict look refused in silence.",
    datagrams_answered_total: Counter "counter" "Messages that the strict look refused with an answer.",
    answers_suppressed_total: Counter "counter" "Refusals not sent because their source had its share.",
    requests_shed_total: Counter "counter" "New requests dropped because their source or all sources had their share.",
    dialogs_forgotten_total: Counter "counter" "Dialogs that were dropped while the phone owed an answer.",
    stack_errors_total: Counter "counter" "Requests that the SIP stack could not carry out.",
    orders_total: Counter "counter" "Orders taken.",
    orders_repeated_total: Counter "counter" "Orders that had been carried out before.",
    orders_refused_total: Counter "counter" "Orders answered with an error.",
    happenings_total: Counter "counter" "Happenings numbered.",
    levels_total: Counter "counter" "Seconds of levels sent to media's Python side.",
    levels_dropped_total: Counter "counter" "Seconds of levels that nobody took: Python was away or slow.",
    journal_syncs_total: Counter "counter" "Times the journal was synced.",
    journal_errors_total: Counter "counter" "Failed writes of the journal; each is tried again.",
    connections_total: Counter "counter" "Connections of media's Python side.",
    frames_refused_total: Counter "counter" "Frames that were too long or no message; each ends its connection.",
    connections_overrun_total: Counter "counter" "Connections ended because they did not read.",
    media_orders_late_total: Counter "counter" "Orders to media threads that had to wait for room.",
}
