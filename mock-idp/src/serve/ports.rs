//! `--port`: which listener gets which port.

use std::collections::HashMap;
use std::str::FromStr;

use super::failure::Failure;
use crate::journal::Origin;
use crate::provider::Provider;

/// One `--port`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortChoice {
    /// To count from.
    First(u16),
    /// Of one origin.
    Of(Origin, u16),
}

/// The names of origins on the command line.
const ORIGINS: [(&str, Origin); 5] = [
    ("login", Origin::Login),
    ("graph", Origin::Graph),
    ("managed_identity", Origin::ManagedIdentity),
    ("org", Origin::Org),
    ("api", Origin::Api),
];

/// The origins of a vendor, in the order in which ports are counted.
pub(super) fn origins(provider: Provider) -> &'static [Origin] {
    match provider {
        Provider::Entra => &[Origin::Login, Origin::Graph, Origin::ManagedIdentity],
        Provider::Okta => &[Origin::Org, Origin::Api],
    }
}

/// The name of an origin on the command line and in the ready file.
pub(super) fn name(origin: Origin) -> &'static str {
    let known = ORIGINS.iter().find(|(_, known)| *known == origin);
    known.map_or("foreign", |(name, _)| name)
}

/// The ports that were asked for; an origin that is not in it gets a free one.
///
/// # Errors
///
/// [`Failure`] if there are not enough, or two listeners would get the same.
pub(super) fn assign(
    choices: &[PortChoice],
    providers: &[Provider],
    control: Option<u16>,
) -> Result<HashMap<Origin, u16>, Failure> {
    let mut first = None;
    let mut ports = HashMap::new();
    for choice in choices {
        match *choice {
            PortChoice::First(port) => {
                if let Some(before) = first.replace(port) {
                    return Err(Failure::FirstPortTwice(before, port));
                }
            }
            PortChoice::Of(origin, port) => {
                if !providers.iter().any(|p| origins(*p).contains(&origin)) {
                    return Err(Failure::PortOfNobody(name(origin)));
                }
                if ports.insert(origin, port).is_some() {
                    return Err(Failure::OriginTwice(name(origin)));
                }
            }
        }
    }
    if let Some(first) = first {
        let served: Vec<Origin> = providers
            .iter()
            .flat_map(|p| origins(*p))
            .copied()
            .collect();
        let needed = served.len();
        if usize::from(first) + needed - 1 > usize::from(u16::MAX) {
            return Err(Failure::TooFewPorts { first, needed });
        }
        for (origin, port) in served.into_iter().zip(first..=u16::MAX) {
            ports.entry(origin).or_insert(port);
        }
    }
    let mut all: Vec<u16> = ports.values().copied().chain(control).collect();
    all.sort_unstable();
    match all.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(Failure::PortTwice(two[0])),
        None => Ok(ports),
    }
}

impl FromStr for PortChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (origin, port) = match text.split_once('=') {
            Some((origin, port)) => (Some(origin), port),
            None => (None, text),
        };
        let port = port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or("a port is a number from 1 to 65535; leave `--port` out for free ones")?;
        match origin {
            None => Ok(Self::First(port)),
            Some(name) => match ORIGINS.iter().find(|(known, _)| *known == name) {
                Some((_, origin)) => Ok(Self::Of(*origin, port)),
                None => {
                    Err("the origins are login, graph, managed_identity, org and api".to_owned())
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(choices: &[&str], control: Option<u16>) -> Result<String, String> {
        let choices: Result<Vec<PortChoice>, String> =
            choices.iter().map(|choice| choice.parse()).collect();
        let ports = assign(&choices?, &Provider::ALL, control).map_err(|e| e.to_string())?;
        let mut ports: Vec<_> = ports.into_iter().collect();
        ports.sort_unstable();
        let ports: Vec<String> = ports
            .into_iter()
            .map(|(origin, port)| format!("{}={port}", name(origin)))
            .collect();
        Ok(ports.join(" "))
    }

    #[test]
    fn ports_are_counted_or_named() {
        let ok = |choices: &[&str]| assigned(choices, None).unwrap();
        assert_eq!(ok(&[]), "");
        assert_eq!(
            ok(&["8700"]),
            "login=8700 graph=8701 managed_identity=8702 org=8703 api=8704"
        );
        assert_eq!(
            ok(&["8700", "graph=443"]),
            "login=8700 graph=443 managed_identity=8702 org=8703 api=8704"
        );
        assert_eq!(ok(&["org=443", "api=444"]), "org=443 api=444");
        assert_eq!(
            ok(&["65531"]),
            "login=65531 graph=65532 managed_identity=65533 org=65534 api=65535"
        );
    }

    #[test]
    fn a_port_that_would_be_disregarded_is_refused() {
        let choices = ["org=1", "org=2"].map(|choice| choice.parse().unwrap());
        let refused = |providers| assign(&choices, providers, None).unwrap_err().to_string();
        assert_eq!(
            refused(&[Provider::Okta]),
            "`--port org=…` is given twice; leave one of them out"
        );
        assert_eq!(
            refused(&[Provider::Entra]),
            "`--port org=…` is for a vendor that is not played; leave it out, or change `--provider`"
        );
    }

    #[test]
    fn ports_that_cannot_be_are_refused() {
        let bad = [
            (&["0"][..], None),
            (&["many"], None),
            (&["65536"], None),
            (&["mail=25"], None),
            (&["65532"], None),
            (&["1", "2"], None),
            (&["8700", "api=8701"], None),
            (&["8700"], Some(8703)),
        ];
        let refused: Vec<String> = bad
            .into_iter()
            .map(|(choices, control)| assigned(choices, control).unwrap_err())
            .collect();
        insta::assert_snapshot!(refused.join("\n"), @"
        a port is a number from 1 to 65535; leave `--port` out for free ones
        a port is a number from 1 to 65535; leave `--port` out for free ones
        a port is a number from 1 to 65535; leave `--port` out for free ones
        the origins are login, graph, managed_identity, org and api
        5 ports are needed from 65532 on, but 65535 is the last; choose a lower `--port`
        `--port` was given 1 and 2; name one number to count from, and single origins as ORIGIN=PORT
        port 8701 is asked for twice; give each listener its own
        port 8703 is asked for twice; give each listener its own
        ");
    }
}
