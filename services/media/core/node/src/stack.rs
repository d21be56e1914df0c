//! rsipstack behind our words: the only module that names it.
//!
//! What arrives over UDP or TCP passes the strict look first. Requests outside dialogs come out as [`Arrived`]; what dialogs report is
//! put into the leg's terms ([`Heard`]); what legs say ([`Say`]) goes in. State events are believed, not return values,
//! every dialog is removed when its leg is done with it, and nothing here waits for a phone.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rsipstack::dialog::dialog::{DialogStateReceiver, DialogStateSender, TransactionHandle};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, StatusCode, Uri};
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transaction::{Endpoint, TransactionReceiver};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::TransportLayer;
use rsipstack::EndpointBuilder;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use sip::flow::{self, Flow};
use sip::leg::{Heard, Say};
use sip::merged::Merged;
use sip::refer::Wish;
use sip::timer::Agreed;

use crate::announced::Announced;
use crate::media::LegId;
use crate::metrics::Metrics;
use crate::registrar::{Answer, Asked};
use crate::settings::TcpLimits;

use calling::{Attempt, Told};
use sessions::{agreeing, Session};
use streams::{Arrivals, Streams};
use strict::{Additions, Gate, StrictUdp};
use words::{key, notify, reply_with, sdp_headers, source};

mod arriving;
mod calling;
mod sessions;
mod streams;
mod strict;
mod words;

const USER_AGENT: &str = "Sasayaki";

/// What comes from outside a dialog, or from the dialog of a leg.
pub enum Arrived {
    Invite(Box<Invite>),
    Register(Box<Register>),
    Heard(LegId, Heard),
    Referred(Box<Refer>),
    /// A REFER outside any dialog, which was refused.
    ReferredOutside(Flow),
    /// A connection is gone, and whoever was reached by it can't be.
    Lost(Flow),
}

/// An INVITE that waits for its verdict.
pub struct Invite {
    pub source: Flow,
    pub dialled: String,
    pub from: String,
    pub sdp: Vec<u8>,
    agreed: Option<Agreed>,
    transaction: Transaction,
}

/// A REGISTER that waits for its answer.
pub struct Register {
    pub source: Flow,
    pub asked: Asked,
    transaction: Transaction,
}

/// A REFER within a leg's dialog that waits for its answer.
pub struct Refer {
    pub leg: LegId,
    pub wish: Wish,
    /// The leg that is the phone's other call.
    pub replaces: Option<LegId>,
    reply: u64,
}

/// Our own address in dialogs, by the way that leads to it.
struct Contacts {
    own: SocketAddr,
    announced: Announced,
    udp: Uri,
    tcp: Uri,
}

impl Contacts {
    /// As whom that peer knows us.
    fn host(&self, peer: Flow) -> SocketAddr {
        self.announced.to(peer.address.ip(), self.own)
    }

    /// Where requests of that peer in a dialog go to; of one that nobody knows, to our own address.
    fn of(&self, peer: Option<Flow>) -> Uri {
        let tcp = peer.is_some_and(|peer| peer.transport == flow::Transport::Tcp);
        let mut uri = if tcp { &self.tcp } else { &self.udp }.clone();
        uri.host_with_port = peer.map_or(self.own, |peer| self.host(peer)).into();
        uri
    }

    /// All addresses under which peers may speak of this host.
    fn hosts(&self) -> Vec<String> {
        let hosts = self.announced.all(self.own);
        hosts.iter().map(SocketAddr::to_string).collect()
    }
}

/// The stack with the dialogs of our legs.
pub struct Stack {
    endpoint: Arc<Endpoint>,
    dialogs: Arc<DialogLayer>,
    incoming: TransactionReceiver,
    streams: Streams,
    arrivals: Arrivals,
    states: DialogStateReceiver,
    states_to: DialogStateSender,
    failures: mpsc::UnboundedReceiver<Told>,
    failures_to: mpsc::UnboundedSender<Told>,
    legs: HashMap<LegId, InviteDialog>,
    /// Call-ID and our tag, which nobody else draws.
    ids: HashMap<(String, String), LegId>,
    /// INVITEs to trunks that are not answered.
    attempts: HashMap<LegId, Attempt>,
    /// By which trunk a leg goes.
    trunk_legs: HashMap<LegId, String>,
    sessions: HashMap<LegId, Session>,
    session_s_min: u64,
    /// The last description that we gave in a leg.
    described: HashMap<LegId, String>,
    acknowledged: HashMap<LegId, u32>,
    replies: HashMap<u64, (TransactionHandle, Option<Agreed>)>,
    last_reply: u64,
    merged: Merged,
    contacts: Contacts,
    started: Instant,
    metrics: Arc<Metrics>,
}

impl Stack {
    /// Speaks SIP on these sockets, within a tokio runtime.
    pub async fn start(
        socket: UdpSocket,
        listener: TcpListener,
        limits: TcpLimits,
        session_s_min: u64,
        announced: Announced,
        metrics: Arc<Metrics>,
    ) -> Result<Self, rsipstack::Error> {
        let token = CancellationToken::new();
        let address = socket.local_addr()?;
        let gate = Arc::new(Gate::new(Arc::clone(&metrics)));
        let (streams, arrivals) = Streams::new(
            address,
            limits,
            Arc::clone(&gate),
            Arc::clone(&metrics),
            token.child_token(),
        );
        tokio::spawn(streams.clone().accept(listener));
        let strict = StrictUdp::new(socket, gate);
        let udp =
            UdpConnection::from_socket(Arc::new(strict), None, Some(token.child_token())).await?;
        let transport = TransportLayer::new(token.clone());
        transport.add_transport(udp.into());
        // How long a connection may be quiet is our own matter.
        transport.set_stream_idle_timeout(Duration::ZERO);
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(token)
            .with_transport_layer(transport)
            .with_user_agent(USER_AGENT)
            .with_option(EndpointOption {
                callid_suffix: Some("sasayaki".to_owned()),
                ..EndpointOption::default()
            })
            .with_inspector(Box::new(Additions {
                own: address,
                announced: announced.clone(),
            }))
            .build();
        let endpoint = Arc::new(endpoint);
        let incoming = endpoint.incoming_transactions()?;
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let (states_to, states) = dialogs.new_dialog_state_channel();
        let (failures_to, failures) = mpsc::unbounded_channel();
        let serving = Arc::clone(&endpoint);
        tokio::spawn(async move { serving.serve().await });
        Ok(Self {
            endpoint,
            dialogs,
            incoming,
            streams,
            arrivals,
            states,
            states_to,
            failures,
            failures_to,
            legs: HashMap::new(),
            ids: HashMap::new(),
            attempts: HashMap::new(),
            trunk_legs: HashMap::new(),
            sessions: HashMap::new(),
            session_s_min,
            described: HashMap::new(),
            acknowledged: HashMap::new(),
            replies: HashMap::new(),
            last_reply: 0,
            merged: Merged::default(),
            contacts: Contacts {
                own: address,
                announced,
                udp: Uri::try_from(format!("sip:sasayaki@{address}").as_str())?,
                tcp: Uri::try_from(format!("sip:sasayaki@{address};transport=tcp").as_str())?,
            },
            started: Instant::now(),
            metrics,
        })
    }

    /// The next thing that calls or the registrar have to know; none when the stack has ended.
    pub async fn next(&mut self) -> Option<Arrived> {
        loop {
            let arrived = tokio::select! {
                transaction = self.incoming.recv() => self.incoming(transaction?),
                state = self.states.recv() => self.state(state?),
                told = self.failures.recv() => {
                    self.told(told?).map(|(leg, heard)| Arrived::Heard(leg, heard))
                }
                flow = self.arrivals.lost.recv() => flow.map(Arrived::Lost),
                connection = self.arrivals.accepted.recv() => {
                    if let Some(connection) = connection {
                        self.endpoint.inner.transport_layer.add_connection(connection.into());
                    }
                    None
                }
            };
            if arrived.is_some() {
                return arrived;
            }
        }
    }

    /// Turns a caller away.
    pub fn refuse(&self, invite: Invite, code: u16) {
        reply_with(invite.transaction, code, Vec::new());
    }

    /// Makes the caller's dialog that leg's.
    pub fn take(&mut self, invite: Invite, leg: LegId, trunk: Option<String>) {
        if let Some(trunk) = trunk {
            self.trunk_legs.insert(leg, trunk);
        }
        let mut transaction = invite.transaction;
        let contact = Some(self.contacts.of(source(&transaction)));
        let states = self.states_to.clone();
        match self
            .dialogs
            .get_or_create_server_invite(&transaction, states, None, contact)
        {
            Ok(dialog) => {
                self.hold(leg, &dialog);
                self.session_asked(leg, invite.agreed, &transaction.original);
                let mut dialog = dialog;
                tokio::spawn(async move {
                    // Its end is told by the dialog's state.
                    let _ = dialog.handle(&mut transaction).await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "invite_not_taken");
                self.fail(leg);
                reply_with(transaction, 400, Vec::new());
            }
        }
    }

    /// Sends what a leg says.
    pub fn say(&mut self, leg: LegId, say: Say) {
        match say {
            Say::Agree { reply, sdp } => {
                self.described.insert(leg, sdp.clone());
                self.reply(reply, 200, Some(sdp));
            }
            Say::Decline { reply, code } => self.reply(reply, code, None),
            Say::Forget => self.forget(leg),
            Say::Invite(_) => self.fail(leg),
            other => {
                if matches!(other, Say::Abandon | Say::Bye) {
                    self.attempts.remove(&leg);
                }
                if let Some(dialog) = self.legs.get(&leg).cloned() {
                    self.say_in_dialog(leg, dialog, other);
                }
            }
        }
    }

    /// Answers a REGISTER.
    pub fn answer(&self, register: Register, answer: Answer) {
        let mut transaction = register.transaction;
        let headers = answer.headers.into_iter().map(|(name, value)| match name {
            "WWW-Authenticate" => Header::WwwAuthenticate(value.into()),
            "Contact" => Header::Contact(value.into()),
            "Min-Expires" => Header::MinExpires(value.into()),
            other => Header::Other(other.to_owned(), value),
        });
        let headers: Vec<Header> = headers.collect();
        tokio::spawn(async move {
            let code = StatusCode::from(answer.code);
            // A phone that can't be answered asks again.
            let _ = transaction.reply_with(code, headers, None).await;
        });
    }

    /// Brings the gauges up to date.
    pub fn measure(&self) {
        let stats = self.endpoint.inner.get_stats();
        self.metrics.tcp_connections.set(self.streams.count());
        self.metrics.legs.set(self.legs.len());
        self.metrics.dialogs.set(self.dialogs.len());
        self.metrics.transactions.set(stats.running_transactions);
        self.metrics
            .transactions_finished
            .set(stats.finished_transactions);
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn hold(&mut self, leg: LegId, dialog: &InviteDialog) {
        self.ids.insert(key(&dialog.id()), leg);
        self.legs.insert(leg, dialog.clone());
    }

    fn fail(&self, leg: LegId) {
        self.metrics.stack_errors_total.rise();
        self.tell(leg, Heard::Broke);
    }

    /// Lets a leg hear something as if its phone had said it.
    fn tell(&self, leg: LegId, heard: Heard) {
        // The receiver lives as long as the sender: both are ours.
        let _ = self.failures_to.send(Told::Heard(leg, heard));
    }

    fn forget(&mut self, leg: LegId) {
        self.acknowledged.remove(&leg);
        self.sessions.remove(&leg);
        self.described.remove(&leg);
        self.attempts.remove(&leg);
        self.trunk_legs.remove(&leg);
        self.drop_dialog(leg);
    }

    fn drop_dialog(&mut self, leg: LegId) {
        if let Some(dialog) = self.legs.remove(&leg) {
            let id = dialog.id();
            self.ids.remove(&key(&id));
            if !dialog.state().is_terminated() {
                self.metrics.dialogs_forgotten_total.rise();
            }
            self.dialogs.remove_dialog(&id);
        }
    }

    fn reply(&mut self, reply: u64, code: u16, sdp: Option<String>) {
        let Some((handle, agreed)) = self.replies.remove(&reply) else {
            return;
        };
        let headers = sdp
            .is_some()
            .then(|| [sdp_headers(), agreeing(agreed)].concat());
        tokio::spawn(async move {
            let body = sdp.map(String::into_bytes);
            // Gone when the transaction timed out: then nobody waits.
            let _ = handle.respond(StatusCode::from(code), headers, body).await;
        });
    }

    fn say_in_dialog(&mut self, leg: LegId, dialog: InviteDialog, say: Say) {
        let said = match say {
            Say::Ring => dialog.ringing(None, None),
            Say::Answer(sdp) => {
                self.described.insert(leg, sdp.clone());
                let headers = [sdp_headers(), agreeing(self.begin_session(leg))].concat();
                dialog.accept(Some(headers), Some(sdp.into_bytes()))
            }
            Say::Notify(code) => {
                notify(dialog, code);
                Ok(())
            }
            Say::Refuse(code) => dialog.reject(Some(StatusCode::from(code)), None),
            _ => {
                let metrics = Arc::clone(&self.metrics);
                tokio::spawn(async move {
                    if dialog.hangup().await.is_err() {
                        metrics.stack_errors_total.rise();
                    }
                });
                Ok(())
            }
        };
        if said.is_err() {
            self.metrics.stack_errors_total.rise();
        }
    }
}
