//! What a case needs that a driver's client has not.

use super::protocol::{Capabilities, ClockMode};
use super::{Driver, key};
use crate::case::Case;
use crate::contender::Contender as _;
use crate::pace::Pace;
use crate::scenario::{Body, ClientAuthMethod, Ending, GrantKind, Need, Step};

/// Why this client cannot play a case, in words; none if it can.
pub(super) fn of(driver: &Driver, case: &Case) -> Option<String> {
    let can = &driver.hello().can;
    if !can.providers.contains(&case.provider) {
        return Some(format!("the client does not know {}", case.provider));
    }
    let bodies = || case.variations.iter().map(|variation| &variation.body);
    let unmet = case.head.needs.iter().find_map(|need| {
        let what = need_unmet(*need, driver, case)?;
        Some(format!("needs `{}`: {what}", need.name()))
    });
    let by_body = |body| in_body(driver, can, body).or_else(|| in_ending(driver, body));
    unmet.or_else(|| bodies().find_map(by_body))
}

fn need_unmet(need: Need, driver: &Driver, case: &Case) -> Option<String> {
    let can = &driver.hello().can;
    let body = &case.variations.first()?.body;
    let offers = |op: &str| (!can.offers(op)).then(|| format!("the driver does not offer `{op}`"));
    let grant = |grant: GrantKind| {
        let has = can.grants.contains(&grant);
        (!has).then(|| "the client does not have this grant".to_owned())
    };
    let (clock, declared) = (driver.clock(), can.clock);
    match need {
        Need::Clock if clock == ClockMode::Scaled => {
            let why = Pace::of(case, driver.margin()).err()?;
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
        Need::Concurrency => {
            let at_once = body.steps.iter().filter_map(Step::call);
            let at_once = at_once.filter(|call| call.together);
            let most = at_once.filter_map(|call| call.times).max().unwrap_or(1);
            (most > can.concurrency).then(|| {
                format!(
                    "the client takes {} at a time, not {most}",
                    several_calls(can.concurrency)
                )
            })
        }
        Need::Resource => offers("call_api"),
        Need::Cancel => offers("cancel"),
        Need::Swap => offers("swap_credential"),
        Need::Classes => (!can.classes).then(|| "the client reports no classes".to_owned()),
        Need::Stores => {
            (!can.stores).then(|| "the client does not keep its tokens where it is told".to_owned())
        }
        Need::ClientCredentials => grant(GrantKind::ClientCredentials),
        Need::Password => grant(GrantKind::Password),
        Need::RefreshToken => grant(GrantKind::RefreshToken),
        // Each client is a process, or can be closed and opened anew.
        Need::Clock | Need::Timers | Need::Restart => None,
    }
}

fn in_body(driver: &Driver, can: &Capabilities, body: &Body) -> Option<String> {
    let by_step = body.steps.iter().find_map(|step| {
        let op = match step {
            Step::ForceRefresh(_) => "force_refresh",
            Step::Invalidate(_) => "invalidate",
            _ => return None,
        };
        (!can.offers(op)).then(|| format!("the driver does not offer `{op}`"))
    });
    by_step.or_else(|| {
        body.members().iter().find_map(|member| {
            let method = match member.spec.auth {
                Some(ClientAuthMethod::Basic) => "basic",
                None if driver.signs() => key::METHOD,
                Some(ClientAuthMethod::Post | ClientAuthMethod::WrongSecret) | None => "post",
            };
            let has = can.auth.iter().any(|known| known == method);
            (!has).then(|| format!("the client does not authenticate by `{method}`"))
        })
    })
}

fn in_ending(driver: &Driver, body: &Body) -> Option<String> {
    let kills = |step: &Step| matches!(step, Step::Restart(it) if it.how == Ending::Kill);
    let unmet = !driver.can_be_killed() && body.steps.iter().any(kills);
    unmet.then(|| "the client's process is not ours to kill".to_owned())
}

fn several_calls(count: u32) -> String {
    match count {
        1 => "one call".to_owned(),
        count => format!("{count} calls"),
    }
}

#[cfg(test)]
mod tests;
