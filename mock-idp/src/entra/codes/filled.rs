//! Texts with what stands in braces filled in.

use jiff::{SignedDuration, Timestamp};

use super::super::denial::seven_digits;
use super::super::tenant::segment;
use crate::engine::TokenRequest;
use crate::inbound::Inbound;
use crate::world::World;

/// The longest piece of a request that an answer repeats.
const LONGEST: usize = 1_024;
/// What stands where a request says nothing: Graph, the resource of most reports.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// A text about this request, for an error that a script asks for.
pub(in crate::entra) fn filled(text: &str, world: &World, inbound: &Inbound) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let request = TokenRequest::parse(inbound);
    let segment = segment(inbound);
    let client = request.client_id().unwrap_or_default();
    let directory = &world.directory.entra;
    let tenant = directory.tenant(&segment);
    let tenant = tenant.map_or(segment.as_str(), |tenant| &tenant.name);
    let application = directory
        .tenants
        .iter()
        .flat_map(|tenant| &tenant.applications)
        .find(|application| application.id.eq_ignore_ascii_case(&client));
    let scope = request.scope().join(" ");
    let resource = request
        .get("resource")
        .or_else(|| Some(scope.rsplit_once('/')?.0));
    with(text, world.clock.now(), |name| {
        let said = match name {
            "client" => &client,
            "name" => application.map_or("", |application| &application.name),
            "tenant" | "home" => tenant,
            "scope" => &scope,
            "resource" => resource.unwrap_or_default(),
            "grant" => request.get("grant_type").unwrap_or_default(),
            "redirect" => request.get("redirect_uri").unwrap_or_default(),
            "origin" => inbound.header("origin").unwrap_or_default(),
            "method" => inbound.method.as_str(),
            _ => "",
        };
        (!said.is_empty()).then(|| said.chars().take(LONGEST).collect())
    })
}

/// The text without any request: with what reports show most often.
pub(in crate::entra) fn sample(text: &str) -> String {
    with(text, Timestamp::UNIX_EPOCH, |_| None)
}

/// The text with what is told of it.
pub(in crate::entra) fn told(text: &str, said: impl Fn(&str) -> Option<String>) -> String {
    with(text, Timestamp::UNIX_EPOCH, said)
}

/// Fills what is known by name. Other braces are part of the text: `{EmailHidden}` is sent as it stands.
fn with(text: &str, now: Timestamp, said: impl Fn(&str) -> Option<String>) -> String {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let issued = now.checked_sub(HOUR).unwrap_or(Timestamp::MIN);
    let mut pieces = text.split('{');
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let usual = |name: &str| {
            Some(match name {
                "audience" => "api://AzureADTokenExchange".to_owned(),
                "client" | "resource" => GRAPH.to_owned(),
                "grant" | "name" | "method" | "scope" | "tenant" | "redirect" | "origin"
                | "issuer" | "subject" | "mode" | "asked" | "home" => String::new(),
                "issued" => seven_digits(issued),
                "lifetime" => "1.00:00:00".to_owned(),
                "now" => seven_digits(now),
                "parameter" => "request".to_owned(),
                "reason" => "The key was not found.".to_owned(),
                "thumbprint" => "0".repeat(40),
                _ => return None,
            })
        };
        let filled = piece.split_once('}').and_then(|(name, rest)| {
            let usual = usual(name)?;
            Some((said(name).unwrap_or(usual), rest))
        });
        match filled {
            Some((value, rest)) => {
                shown.push_str(&value);
                shown.push_str(rest);
            }
            None => {
                shown.push('{');
                shown.push_str(piece);
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_by_name_is_filled() {
        let text = "'{client}' of {EmailHidden}: {now}, {never closed";
        let shown = with(text, Timestamp::UNIX_EPOCH, |name| {
            (name == "client").then(|| "{now}".to_owned())
        });
        insta::assert_snapshot!(shown, @"'{now}' of {EmailHidden}: 1970-01-01T00:00:00.0000000Z, {never closed");
        insta::assert_snapshot!(sample("to access '{resource}'"), @"to access '00000003-0000-0000-c000-000000000000'");
    }
}
