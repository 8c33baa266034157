//! Network zones (developer.okta.com/docs/api/openapi/okta-management/management/tag/NetworkZone).

use std::borrow::Cow;
use std::net::IpAddr;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A named set of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkZone {
    /// Its id (`nzo…`).
    pub id: String,
    /// Its name.
    pub name: String,
    /// The addresses in it.
    pub gateways: Vec<Gateway>,
}

impl NetworkZone {
    /// Whether an address lies in it.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        self.gateways.iter().any(|gateway| gateway.has(address))
    }
}

/// Addresses as a zone names them: one, a block in CIDR notation, or a range with a dash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    text: String,
    first: IpAddr,
    last: IpAddr,
}

/// A text that names no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no addresses; write one as `203.0.113.7`, a block as `203.0.113.0/24`, or a range as `203.0.113.1-203.0.113.9`"
)]
pub struct BadGateway(String);

impl Gateway {
    fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }
}

impl FromStr for Gateway {
    type Err = BadGateway;

    fn from_str(text: &str) -> Result<Self, BadGateway> {
        let ends = match (text.split_once('/'), text.split_once('-')) {
            (Some((base, bits)), None) => block(base, bits),
            (None, Some((first, last))) => match (first.trim().parse(), last.trim().parse()) {
                (Ok(first), Ok(last)) => Some((first, last)),
                _ => None,
            },
            _ => text.parse().ok().map(|one: IpAddr| (one, one)),
        };
        let sound = ends.filter(|(first, last): &(IpAddr, IpAddr)| {
            first.is_ipv4() == last.is_ipv4() && first <= last
        });
        let bad = || BadGateway(text.chars().take(64).collect());
        let (first, last) = sound.ok_or_else(bad)?;
        Ok(Self {
            text: text.to_owned(),
            first,
            last,
        })
    }
}

fn block(base: &str, bits: &str) -> Option<(IpAddr, IpAddr)> {
    let (base, bits): (IpAddr, u32) = (base.parse().ok()?, bits.parse().ok()?);
    match base {
        IpAddr::V4(base) if bits <= 32 => {
            let host = u32::MAX.checked_shr(bits).unwrap_or(0);
            let first = base.to_bits() & !host;
            Some((
                std::net::Ipv4Addr::from_bits(first).into(),
                std::net::Ipv4Addr::from_bits(first | host).into(),
            ))
        }
        IpAddr::V6(base) if bits <= 128 => {
            let host = u128::MAX.checked_shr(bits).unwrap_or(0);
            let first = base.to_bits() & !host;
            Some((
                std::net::Ipv6Addr::from_bits(first).into(),
                std::net::Ipv6Addr::from_bits(first | host).into(),
            ))
        }
        _ => None,
    }
}

impl Serialize for Gateway {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Gateway {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Gateway {
    fn schema_name() -> Cow<'static, str> {
        "Gateway".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An address, a block in CIDR notation, or a range with a dash.",
            "type": "string",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_addresses_blocks_and_ranges() {
        let has = |gateway: &str, address: &str| {
            let gateway: Gateway = gateway.parse().unwrap();
            gateway.has(address.parse().unwrap())
        };
        for (gateway, inside, outside) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("203.0.113.77/24", "203.0.113.255", "203.0.112.255"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("10.0.0.1 - 10.0.0.9", "10.0.0.9", "10.0.0.10"),
            ("10.0.0.1-10.0.0.9", "::ffff:10.0.0.5", "::5"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::/0", "::1", "127.0.0.1"),
            ("127.0.0.1/32", "127.0.0.1", "127.0.0.2"),
        ] {
            assert!(has(gateway, inside), "{gateway} {inside}");
            assert!(!has(gateway, outside), "{gateway} {outside}");
        }
        for bad in [
            "",
            "office",
            "10.0.0.0/33",
            "10.0.0.9-10.0.0.1",
            "1.2.3.4-::1",
            "::/129",
            "1/2-3",
        ] {
            assert!(bad.parse::<Gateway>().is_err(), "{bad}");
        }
    }
}
