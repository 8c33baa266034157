//! What a case needs that a driver's client has not.

use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protocol::{Capabilities, ClockMode, Grant};
use super::{Driver, key};
use crate::case::Case;
use crate::contender::Contender as _;
use crate::pace::Pace;
use crate::scenario::{Body, ClientAuthMethod, Ending, GrantKind, Need, Step};

/// Something that scenarios may need and a client cannot do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lack {
    /// What it is: as scenarios call it under `needs`, the name of an operation, or `auth.` or `provider.` and a name.
    pub what: String,
    /// Why it cannot be done, in words.
    pub why: String,
}

/// What this client cannot do, whatever the case.
pub(super) fn all(driver: &Driver) -> Vec<Lack> {
    let can = &driver.hello().can;
    let unknown = Provider::ALL.into_iter();
    let unknown = unknown.filter(|provider| !can.providers.contains(provider));
    let providers = unknown.map(|provider| Lack {
        what: format!("provider.{provider}"),
        why: no_provider(provider),
    });
    // What nobody is asked by a driver is no lack of this one.
    let asked = Need::ALL.into_iter().filter(|need| !is_beyond(*need));
    let needs = asked.filter_map(|need| {
        Some(Lack {
            what: need.name().to_owned(),
            why: need_unmet(need, driver, None)?,
        })
    });
    let ops = ["force_refresh", "invalidate"].into_iter();
    let ops = ops.filter_map(|op| {
        Some(Lack {
            what: op.to_owned(),
            why: no_op(can, op)?,
        })
    });
    let methods = match driver.signs() {
        true => vec![],
        false => vec!["post", "basic"],
    };
    let methods = methods.into_iter().filter_map(|method| {
        Some(Lack {
            what: format!("auth.{method}"),
            why: no_auth(can, method)?,
        })
    });
    providers.chain(needs).chain(ops).chain(methods).collect()
}

/// Why this client cannot play a case, in words; none if it can.
pub(super) fn of(driver: &Driver, case: &Case) -> Option<String> {
    let can = &driver.hello().can;
    if !can.providers.contains(&case.provider) {
        return Some(no_provider(case.provider));
    }
    let bodies = || case.variations.iter().map(|variation| &variation.body);
    let unmet = case.head.needs.iter().find_map(|need| {
        let what = need_unmet(*need, driver, Some(case))?;
        Some(format!("needs `{}`: {what}", need.name()))
    });
    let by_body = |body| in_body(driver, can, body).or_else(|| in_ending(driver, body));
    unmet.or_else(|| bodies().find_map(by_body))
}

/// Why a need is not met: by a case, or by any.
fn need_unmet(need: Need, driver: &Driver, case: Option<&Case>) -> Option<String> {
    let can = &driver.hello().can;
    let body = case.and_then(|case| case.variations.first());
    // Two at once are the fewest that any case asks for.
    let most = body.map_or(2, |variation| most_at_once(&variation.body));
    let offers = |op: &str| no_op(can, op);
    let grant = |grant: Grant| {
        let has = can.grants.contains(&grant);
        (!has).then(|| "the client does not have this grant".to_owned())
    };
    let (clock, declared) = (driver.clock(), can.clock);
    match need {
        Need::Clock if clock == ClockMode::Scaled => {
            let why = Pace::of(case?, driver.margin()).err()?;
            Some(format!("the client lives in real time, and {why}"))
        }
        Need::Clock if clock == ClockMode::None => Some(if clock == declared {
            "the client's clock cannot be moved".to_owned()
        } else {
            format!(
                "the client's clock could not be moved, though the driver declares `{}`",
                declared.name()
            )
        }),
        Need::Timers if !can.timers || clock != ClockMode::Driven => {
            Some("the client's sleeps cannot be moved".to_owned())
        }
        Need::Concurrency => (most > can.concurrency).then(|| {
            format!(
                "the client takes {} at a time, not {most}",
                several_calls(can.concurrency)
            )
        }),
        Need::Resource => offers("call_api"),
        Need::Cancel => offers("cancel"),
        Need::Swap => offers("swap_credential"),
        Need::Classes => (!can.classes).then(|| "the client reports no classes".to_owned()),
        Need::Stores => {
            (!can.stores).then(|| "the client does not keep its tokens where it is told".to_owned())
        }
        Need::ClientCredentials => grant(Grant::ClientCredentials),
        Need::Password => grant(Grant::Password),
        Need::RefreshToken => grant(Grant::RefreshToken),
        Need::ApiToken => {
            let has = can.grants.contains(&Grant::ApiToken);
            (!has).then(|| "the client does not take API tokens".to_owned())
        }
        Need::PrivateKey if driver.signs() => None,
        need if is_beyond(need) => Some(BEYOND.to_owned()),
        // Each client is a process, or can be closed and opened anew.
        _ => None,
    }
}

/// Whether version 1 of the protocol has no words for it.
pub(super) fn is_beyond(need: Need) -> bool {
    match need {
        Need::AuthorizationCode
        | Need::Capabilities
        | Need::Certificate
        | Need::DeviceCode
        | Need::Dpop
        | Need::Federated
        | Need::ManagedIdentity
        | Need::OnBehalfOf
        | Need::PrivateKey
        | Need::TokenExchange
        | Need::V1 => true,
        Need::ApiToken
        | Need::Cancel
        | Need::Classes
        | Need::ClientCredentials
        | Need::Clock
        | Need::Concurrency
        | Need::Password
        | Need::RefreshToken
        | Need::Resource
        | Need::Restart
        | Need::Stores
        | Need::Swap
        | Need::Timers => false,
    }
}

fn in_body(driver: &Driver, can: &Capabilities, body: &Body) -> Option<String> {
    let by_step = body.steps.iter().find_map(|step| {
        let op = match step {
            Step::ForceRefresh(_) => "force_refresh",
            Step::Invalidate(_) => "invalidate",
            _ => return None,
        };
        no_op(can, op)
    });
    by_step.or_else(|| {
        body.members().iter().find_map(|member| {
            if member.spec.grant_in_use() == GrantKind::ApiToken {
                return None;
            }
            let method = match member.spec.auth {
                Some(ClientAuthMethod::Basic) => "basic",
                None | Some(ClientAuthMethod::PrivateKey) if driver.signs() => key::METHOD,
                _ => "post",
            };
            no_auth(can, method)
        })
    })
}

fn in_ending(driver: &Driver, body: &Body) -> Option<String> {
    let kills = |step: &Step| matches!(step, Step::Restart(it) if it.how == Ending::Kill);
    let unmet = !driver.can_be_killed() && body.steps.iter().any(kills);
    unmet.then(|| "the client's process is not ours to kill".to_owned())
}

/// How many calls of a case are under way at once.
fn most_at_once(body: &Body) -> u32 {
    let at_once = body.steps.iter().filter_map(Step::call);
    let at_once = at_once.filter(|call| call.together);
    at_once.filter_map(|call| call.times).max().unwrap_or(1)
}

/// Why a driver is not asked for what only clients in this process are.
pub(super) const BEYOND: &str = "version 1 of the driver protocol has no words for it";

fn no_provider(provider: Provider) -> String {
    format!("the client does not know {provider}")
}

fn no_op(can: &Capabilities, op: &str) -> Option<String> {
    (!can.offers(op)).then(|| format!("the driver does not offer `{op}`"))
}

fn no_auth(can: &Capabilities, method: &str) -> Option<String> {
    let has = can.auth.iter().any(|known| known == method);
    (!has).then(|| format!("the client does not authenticate by `{method}`"))
}

fn several_calls(count: u32) -> String {
    match count {
        1 => "one call".to_owned(),
        count => format!("{count} calls"),
    }
}

#[cfg(test)]
mod tests;
