//! Which address of ours a peer is told: our own, or the one that a router in front of this machine translates to it,
//! port by port (1:1 NAT).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sip::trunk::Block;

/// Local networks that may be listed.
pub const LOCAL_NETWORKS_MAX: usize = 64;

/// The announced address, if there is one, and the networks whose peers reach our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    address: Option<Ipv4Addr>,
    local: Vec<Block>,
}

/// Which of both can't be what it is set to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    Address(String),
    Networks(String),
}

impl Announced {
    /// Reads both as they are set, empty for none.
    pub fn read(address: &str, networks: &str) -> Result<Self, Wrong> {
        let local = blocks(networks).map_err(Wrong::Networks)?;
        if address.is_empty() {
            let told_in_vain = "is of no use without an announced address".to_owned();
            return if local.is_empty() {
                Ok(Self::default())
            } else {
                Err(Wrong::Networks(told_in_vain))
            };
        }
        let told: Ipv4Addr = address.parse().map_err(|_| {
            Wrong::Address(format!(
                "{address:?} is no IPv4 address; a name or a port will not do"
            ))
        })?;
        if told.is_unspecified() || told.is_multicast() || told.is_broadcast() {
            let why = format!("{address:?} is nobody's address");
            return Err(Wrong::Address(why));
        }
        Ok(Self {
            address: Some(told),
            local,
        })
    }

    /// What that peer is told in place of one of our own addresses. Ports stay: the router keeps them.
    pub fn to(&self, peer: IpAddr, own: SocketAddr) -> SocketAddr {
        match self.address {
            Some(address) if !self.local.iter().any(|block| block.contains(peer)) => {
                SocketAddr::new(address.into(), own.port())
            }
            _ => own,
        }
    }

    /// What somebody is told who has not come yet, from wherever that will be. Our own address is for those in local
    /// networks; without any, nobody could reach it.
    pub fn to_anybody(&self, own: SocketAddr) -> Vec<SocketAddr> {
        let reached = self.address.is_none() || !self.local.is_empty();
        let told = self.all(own).into_iter();
        told.filter(|told| reached || *told != own).collect()
    }

    /// All addresses under which peers may speak of one of ours.
    pub fn all(&self, own: SocketAddr) -> Vec<SocketAddr> {
        let announced = self.address.map(|address| (address, own.port()).into());
        [own].into_iter().chain(announced).collect()
    }

    /// Whether it leads back to this machine.
    pub fn is(&self, address: IpAddr) -> bool {
        self.address.is_some_and(|announced| announced == address)
    }
}

fn blocks(networks: &str) -> Result<Vec<Block>, String> {
    let named = networks.split(',').map(str::trim);
    let blocks: Result<Vec<Block>, String> = named
        .filter(|block| !block.is_empty())
        .map(str::parse)
        .collect();
    let blocks = blocks?;
    if blocks.len() > LOCAL_NETWORKS_MAX {
        return Err(format!("more than {LOCAL_NETWORKS_MAX} networks"));
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn announced(networks: &str) -> Announced {
        Announced::read("203.0.113.7", networks).unwrap()
    }

    #[test]
    fn without_an_announced_address_everybody_is_told_our_own() {
        let none = Announced::read("", "").unwrap();
        let own = address("10.0.0.5:15060");
        assert_eq!(none.to("198.51.100.1".parse().unwrap(), own), own);
        assert_eq!(none.to_anybody(own), [own]);
        assert!(!none.is("10.0.0.5".parse().unwrap()));
    }

    #[test]
    fn who_is_outside_of_local_networks_is_told_the_announced_address_with_our_port() {
        let announced = announced("10.0.0.0/8, 192.168.1.7, 2001:db8::/32");
        let own = address("10.0.0.5:15060");
        let told = |peer: &str| announced.to(peer.parse().unwrap(), own);
        for outside in ["198.51.100.1", "192.168.1.8", "11.0.0.1", "2001:db9::1"] {
            assert_eq!(told(outside), address("203.0.113.7:15060"), "{outside}");
        }
        for local in [
            "10.255.0.1",
            "192.168.1.7",
            "2001:db8::1",
            "::ffff:10.1.1.1",
        ] {
            assert_eq!(told(local), own, "{local}");
        }
    }

    #[test]
    fn who_has_not_come_yet_is_told_our_own_address_only_if_there_are_local_networks() {
        let own = address("10.0.0.5:24000");
        let outer = address("203.0.113.7:24000");
        assert_eq!(announced("").to_anybody(own), [outer]);
        assert_eq!(announced("10.0.0.0/8").to_anybody(own), [own, outer]);
        assert_eq!(announced("").all(own), [own, outer]);
    }

    #[test]
    fn what_is_no_address_or_network_is_refused_with_what_is_wrong() {
        for (wrong_address, networks, of_networks, why) in [
            (
                "node.example",
                "",
                false,
                "\"node.example\" is no IPv4 address",
            ),
            ("203.0.113.7:5060", "", false, "is no IPv4 address"),
            ("2001:db8::1", "", false, "is no IPv4 address"),
            ("0.0.0.0", "", false, "nobody's address"),
            ("224.0.0.1", "", false, "nobody's address"),
            ("203.0.113.7", "10.0.0.0/33", true, "\"10.0.0.0/33\""),
            ("203.0.113.7", "10.0.0.0/8,office", true, "\"office\""),
            ("", "10.0.0.0/8", true, "without an announced address"),
        ] {
            let said = match Announced::read(wrong_address, networks).unwrap_err() {
                Wrong::Address(said) if !of_networks => said,
                Wrong::Networks(said) if of_networks => said,
                other => panic!("{other:?}"),
            };
            assert!(said.contains(why), "{said}");
        }
        let many = vec!["10.0.0.0/8"; LOCAL_NETWORKS_MAX + 1].join(",");
        assert!(Announced::read("203.0.113.7", &many).is_err());
    }
}
