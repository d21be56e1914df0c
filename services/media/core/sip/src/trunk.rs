//! Trunks: who may bring calls from outside, where calls to outside go, and whether an INVITE is what it says it is.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use crate::flow::Flow;

/// Trunks of a node, and addresses of a trunk.
pub const TRUNKS_MAX: usize = 64;
pub const ADDRESSES_MAX: usize = 256;

/// A block of addresses: `192.0.2.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    bits: u8,
}

impl Block {
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, unmapped(address)) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits));
                (u32::from(block) ^ u32::from(address)) & mask.unwrap_or(0) == 0
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits));
                (u128::from(block) ^ u128::from(address)) & mask.unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Block {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, bits) = match text.split_once('/') {
            None => (text, None),
            Some((address, bits)) => (address, Some(bits)),
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| format!("{text:?} is no address or block of addresses"))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= most)
                .ok_or_else(|| format!("{text:?} has no length between 0 and {most}"))?,
        };
        Ok(Self { address, bits })
    }
}

/// An IPv4 address that came by a socket for both.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// What a trunk is asked with when it wants to know who calls.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub secret: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Login({:?})", self.user)
    }
}

/// One trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trunk {
    pub name: String,
    /// Who may bring calls.
    pub sources: Vec<Block>,
    /// Where calls to outside go; none: this trunk brings calls only.
    pub outbound: Option<Flow>,
    pub login: Option<Login>,
    /// Calls at once, of both directions.
    pub calls_max: usize,
}

impl Trunk {
    pub fn new(name: &str, calls_max: usize) -> Self {
        Self {
            name: name.to_owned(),
            sources: Vec::new(),
            outbound: None,
            login: None,
            calls_max,
        }
    }
}

/// All trunks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trunks {
    pub all: Vec<Trunk>,
}

/// With this every user's id begins, also of one who has no phone at present.
const USERS: &str = "usr_";

/// Whose an INVITE is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller<'a> {
    /// A registered phone that says who it is.
    Phone,
    Trunk(&'a Trunk),
    /// There is no list of trunks: everybody may call our numbers.
    Anybody,
    /// It bears the name of a user of ours and does not come from that user's phone. 403.
    Forged,
    /// Neither a phone of ours nor on a trunk's list. 403.
    Stranger,
}

/// What is known of the users that an INVITE may concern.
pub trait Phones {
    /// Whether a phone registered by that way.
    fn is_way(&self, flow: Flow) -> bool;
    /// Whether it did so, among others perhaps, for that user.
    fn is_at(&self, user: &str, flow: Flow) -> bool;
    /// Whether a phone of that user is registered.
    fn knows(&self, user: &str) -> bool;
}

impl Trunks {
    /// The trunk that may send calls from that address.
    pub fn at(&self, source: IpAddr) -> Option<&Trunk> {
        let mut all = self.all.iter();
        all.find(|trunk| trunk.sources.iter().any(|block| block.contains(source)))
    }

    /// The trunk by which calls to outside go: the first that has a way out.
    pub fn outbound(&self) -> Option<&Trunk> {
        self.all.iter().find(|trunk| trunk.outbound.is_some())
    }

    /// The trunk that is reached there.
    pub fn to(&self, address: SocketAddr) -> Option<&Trunk> {
        let reached = |trunk: &&Trunk| trunk.outbound.is_some_and(|flow| flow.address == address);
        self.all.iter().find(reached)
    }

    /// Whose an INVITE is that came so, with that user in its From.
    pub fn caller(&self, phones: &impl Phones, source: Flow, from: &str) -> Caller<'_> {
        if phones.is_at(from, source) {
            return Caller::Phone;
        }
        if from.starts_with(USERS) || phones.knows(from) {
            return Caller::Forged;
        }
        // Callers and phones may share an address: who may call from there is the list's to say.
        match self.at(source.address.ip()) {
            Some(trunk) => Caller::Trunk(trunk),
            None if self.all.is_empty() => Caller::Anybody,
            None if phones.is_way(source) => Caller::Forged,
            None => Caller::Stranger,
        }
    }
}
