//! The beginning of a conversation: the driver says hello.

use super::fault::DriverFault;
use super::protocol::{self, Hello, Outcome, VERSION};
use super::session::Session;
use crate::trace::Class;

impl Hello {
    /// Asks for it.
    pub(super) async fn of(session: &Session) -> Result<Self, DriverFault> {
        let hello = protocol::Operation::Hello {
            versions: vec![VERSION],
            runner: format!("tokenproof {}", env!("CARGO_PKG_VERSION")),
        };
        let members = match session.ask_at_start(hello).await? {
            Outcome::Ok(members) => members,
            outcome => {
                return Err(DriverFault::Refused {
                    op: "hello",
                    what: outcome.in_words(),
                });
            }
        };
        let version = members.get("version").and_then(serde_json::Value::as_u64);
        match version {
            Some(version) if version == u64::from(VERSION) => {}
            Some(other) => return Err(DriverFault::Version(other)),
            None => return Err(DriverFault::Hello("it has no `version`".to_owned())),
        }
        let hello: Self = serde_json::from_value(members.into())
            .map_err(|error| DriverFault::Hello(error.to_string()))?;
        let mut classes = hello.profile.classes.iter();
        match classes.find(|(_, class)| **class == Class::Ok) {
            Some((native, _)) => Err(DriverFault::Hello(format!(
                "its profile has `ok` for the error `{native}`, which is no failure"
            ))),
            None => Ok(hello),
        }
    }
}

/// A fault with the last of what the driver has written to standard error, which usually says why.
pub(super) fn told_with(fault: DriverFault, said: &str) -> DriverFault {
    let last = said.trim_end().lines().next_back().unwrap_or_default();
    match fault {
        DriverFault::Ended { how, during } if !last.is_empty() => DriverFault::Ended {
            how: format!("{how} (`{last}`)"),
            during,
        },
        fault => fault,
    }
}
