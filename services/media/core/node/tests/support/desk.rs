//! Python's side of the socket, scripted.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use prost::Message as _;
use sasayaki_node::metrics::Metrics;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{
    from_node, to_node, Acknowledge, Admit, Answer, Browser, BrowserState, Dial, FromNode, HangUp,
    Happening, Hello, Hold, Levels, Mode, Order, PauseTap, Play, PutPrompt, ReleasePhone,
    SetNumbers, SipUser, Supervise, ToNode, Unsupervise,
};

use super::stage::words;
use super::{Node, PATIENCE};

pub const NUMBER: &str = "+81312345678";
pub const CONTACT: &str = "con_1";
pub const TENANT: &str = "out_demo";

pub struct Desk {
    stream: UnixStream,
    pub hello: Hello,
    waiting: VecDeque<Happening>,
    applied: VecDeque<(String, String)>,
    levels: VecDeque<Levels>,
    browsers: VecDeque<Browser>,
    sip_users: VecDeque<SipUser>,
    /// The last answer to a browser's offer.
    pub sdp_answer: String,
    orders: u32,
    metrics: Arc<Metrics>,
}

impl Desk {
    /// Connects and reads the greeting.
    pub fn connect(node: &Node) -> Self {
        let stream = UnixStream::connect(&node.settings.socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut desk = Self {
            stream,
            hello: Hello::default(),
            waiting: VecDeque::new(),
            applied: VecDeque::new(),
            levels: VecDeque::new(),
            browsers: VecDeque::new(),
            sip_users: VecDeque::new(),
            sdp_answer: String::new(),
            orders: 0,
            metrics: Arc::clone(&node.metrics),
        };
        match desk.read() {
            from_node::Message::Hello(hello) => desk.hello = hello,
            other => panic!("no greeting: {other:?}"),
        }
        desk
    }

    /// Connects anew, as after a restart; orders go on under new ids.
    pub fn reconnect(&mut self, node: &Node) {
        let orders = self.orders;
        *self = Self::connect(node);
        self.orders = orders;
    }

    /// Connects and says which number may be called.
    pub fn open(node: &Node) -> Self {
        let mut desk = Self::connect(node);
        let numbers = vec![NUMBER.to_owned()];
        desk.order(Asked::SetNumbers(SetNumbers { numbers }));
        desk
    }

    /// Orders something and expects that it is carried out.
    pub fn order(&mut self, order: Asked) {
        assert_eq!(self.ask(order), "");
    }

    /// Orders something under a new id; the answer.
    pub fn ask(&mut self, order: Asked) -> String {
        self.orders += 1;
        self.ask_as(&format!("order/{}", self.orders), order)
    }

    pub fn ask_as(&mut self, order_id: &str, order: Asked) -> String {
        let order = Order {
            order_id: order_id.to_owned(),
            order: Some(order),
        };
        self.write(to_node::Message::Order(order));
        loop {
            if let Some(at) = self.applied.iter().position(|(id, _)| id == order_id) {
                return self.applied.remove(at).unwrap().1;
            }
            self.take();
        }
    }

    /// The next happening.
    pub fn next(&mut self) -> Happening {
        while self.waiting.is_empty() {
            self.take();
        }
        self.waiting.pop_front().unwrap()
    }

    /// How a browser is connected, the next time that it is told.
    pub fn browser(&mut self) -> Browser {
        while self.browsers.is_empty() {
            self.take();
        }
        self.browsers.pop_front().unwrap()
    }

    /// Waits until a browser's connection is told to be so.
    pub fn browser_is(&mut self, connection_id: &str, state: BrowserState) {
        loop {
            let told = self.browser();
            if told.connection_id == connection_id && told.state() == state {
                return;
            }
        }
    }

    /// Who has come to have a SIP phone or to have none, the next time that it is told.
    pub fn sip_user(&mut self) -> (String, bool) {
        let (_, user_id, registered) = self.tenants_sip_user();
        (user_id, registered)
    }

    /// The same with the tenant.
    pub fn tenants_sip_user(&mut self) -> (String, String, bool) {
        while self.sip_users.is_empty() {
            self.take();
        }
        let told = self.sip_users.pop_front().unwrap();
        (told.tenant_id, told.user_id, told.registered)
    }

    /// The next second of levels.
    pub fn levels(&mut self) -> Levels {
        while self.levels.is_empty() {
            self.take();
        }
        self.levels.pop_front().unwrap()
    }

    /// What happened next.
    pub fn what(&mut self) -> What {
        self.next().happening.unwrap()
    }

    pub fn acknowledge(&mut self, seq: i64) {
        self.write(to_node::Message::Acknowledge(Acknowledge { seq }));
    }

    pub fn put_prompt(&mut self, sha256: &str, pcmu: Vec<u8>) {
        let sha256 = sha256.to_owned();
        self.order(Asked::PutPrompt(PutPrompt { sha256, pcmu }));
    }

    /// The next happenings, in words.
    pub fn words(&mut self, count: usize) -> Vec<String> {
        let next = (0..count).map(|_| {
            let happening = self.next();
            words(&happening.contact_id, &happening.happening.unwrap())
        });
        next.collect()
    }

    /// Waits for a call and admits it.
    pub fn admit(&mut self) -> String {
        self.admit_as(CONTACT)
    }

    pub fn admit_as(&mut self, contact_id: &str) -> String {
        let What::Invited(invited) = self.what() else {
            panic!("not invited")
        };
        let node_call_id = invited.node_call_id;
        self.order(Asked::Admit(Admit {
            node_call_id: node_call_id.clone(),
            contact_id: contact_id.to_owned(),
        }));
        node_call_id
    }

    pub fn answer(&mut self) {
        self.answer_on(CONTACT);
    }

    pub fn answer_on(&mut self, contact_id: &str) {
        let contact_id = contact_id.to_owned();
        self.order(Asked::Answer(Answer {
            contact_id,
            record_after_guidance: true,
        }));
    }

    pub fn dial(&mut self, leg_id: &str, user_id: &str, ring_ms_max: u32) {
        self.order(Asked::Dial(Dial {
            contact_id: CONTACT.to_owned(),
            leg_id: leg_id.to_owned(),
            tenant_id: TENANT.to_owned(),
            user_id: user_id.to_owned(),
            ring_ms_max,
            ..Dial::default()
        }));
    }

    pub fn dial_on(&mut self, contact_id: &str, leg_id: &str, user_id: &str) {
        self.order(Asked::Dial(Dial {
            contact_id: contact_id.to_owned(),
            leg_id: leg_id.to_owned(),
            tenant_id: TENANT.to_owned(),
            user_id: user_id.to_owned(),
            ring_ms_max: 5_000,
            ..Dial::default()
        }));
    }

    pub fn supervise(&mut self, leg_id: &str, user_id: &str, mode: Mode) {
        self.supervise_on(CONTACT, leg_id, user_id, mode, false);
    }

    pub fn supervise_on(
        &mut self,
        contact_id: &str,
        leg_id: &str,
        user_id: &str,
        mode: Mode,
        keep: bool,
    ) {
        self.order(supervise(contact_id, leg_id, user_id, mode, keep));
    }

    pub fn release_phone(&mut self, user_id: &str) {
        let (tenant_id, user_id) = (TENANT.to_owned(), user_id.to_owned());
        let release = ReleasePhone { user_id, tenant_id };
        self.order(Asked::ReleasePhone(release));
    }

    pub fn unsupervise(&mut self, leg_id: &str) {
        self.unsupervise_on(CONTACT, leg_id);
    }

    pub fn unsupervise_on(&mut self, contact_id: &str, leg_id: &str) {
        let (contact_id, leg_id) = (contact_id.to_owned(), leg_id.to_owned());
        self.order(Asked::Unsupervise(Unsupervise { contact_id, leg_id }));
    }

    /// Puts the customer on hold with that music, or takes them back.
    pub fn hold(&mut self, held: bool, music: &str) -> String {
        self.ask(Asked::Hold(Hold {
            contact_id: CONTACT.to_owned(),
            held,
            music_sha256: music.to_owned(),
        }))
    }

    pub fn pause_tap(&mut self, paused: bool) -> String {
        let contact_id = CONTACT.to_owned();
        self.ask(Asked::PauseTap(PauseTap { contact_id, paused }))
    }

    pub fn hang_up(&mut self, leg_id: &str) {
        let (contact_id, leg_id) = (CONTACT.to_owned(), leg_id.to_owned());
        self.order(Asked::HangUp(HangUp { contact_id, leg_id }));
    }

    pub fn play(&mut self, play_id: &str, prompt: &str, guidance: bool, digits_max: u32) {
        self.order(Asked::Play(Play {
            contact_id: CONTACT.to_owned(),
            play_id: play_id.to_owned(),
            prompt_sha256: vec![prompt.to_owned()],
            guidance,
            digits_max,
            first_digit_ms: 0,
            next_digit_ms: 0,
            ..Play::default()
        }));
    }

    /// Sends so many orders, at most until the node lets go, and never looks at an answer.
    pub fn order_without_reading(&mut self, count: u32) {
        let order = Order {
            order_id: "x".repeat(100),
            order: None,
        };
        let message = to_node::Message::Order(order);
        let bytes = ToNode {
            message: Some(message),
        }
        .encode_to_vec();
        let frame = [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat();
        for _ in 0..count {
            if self.stream.write_all(&frame).is_err() {
                return;
            }
        }
    }

    /// Sends bytes as they are.
    pub fn write_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Whether the node has ended this connection.
    pub fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0; 1]), Ok(0) | Err(_))
    }

    fn write(&mut self, message: to_node::Message) {
        let bytes = ToNode {
            message: Some(message),
        }
        .encode_to_vec();
        self.write_raw(&(bytes.len() as u32).to_le_bytes());
        self.write_raw(&bytes);
    }

    fn take(&mut self) {
        match self.read() {
            from_node::Message::Happening(happening) => self.waiting.push_back(happening),
            from_node::Message::Applied(applied) => {
                if !applied.sdp_answer.is_empty() {
                    self.sdp_answer = applied.sdp_answer;
                }
                self.applied.push_back((applied.order_id, applied.error));
            }
            from_node::Message::Levels(levels) => self.levels.push_back(levels),
            from_node::Message::Browser(browser) => self.browsers.push_back(browser),
            from_node::Message::Registered(told) => self.sip_users.extend(told.users),
            from_node::Message::Hello(_) => panic!("a second greeting"),
        }
    }

    fn read(&mut self) -> from_node::Message {
        let mut length = [0; 4];
        if let Err(error) = self.stream.read_exact(&mut length) {
            panic!("nothing came ({error}):\n{}", self.metrics.text());
        }
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        self.stream.read_exact(&mut bytes).unwrap();
        FromNode::decode(&bytes[..]).unwrap().message.unwrap()
    }
}

/// The order that puts somebody on a call.
pub fn supervise(contact_id: &str, leg_id: &str, user_id: &str, mode: Mode, keep: bool) -> Asked {
    Asked::Supervise(Supervise {
        contact_id: contact_id.to_owned(),
        leg_id: leg_id.to_owned(),
        user_id: user_id.to_owned(),
        mode: mode.into(),
        keep_phone: keep,
        tenant_id: TENANT.to_owned(),
    })
}
