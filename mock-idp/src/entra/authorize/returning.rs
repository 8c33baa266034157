//! The way back to the client: with a code or an error, in the query, in the fragment or posted as a form.

use http::StatusCode;

use super::page;
use super::redirect_uri::with_path;
use super::request::ReturnTo;
use crate::entra::aadsts::{Aadsts, utc};
use crate::entra::correlation::correlation_id;
use crate::inbound::Inbound;
use crate::ledger::ResponseMode;
use crate::reply::Reply;
use crate::sign_in::{Answer, encoded, with_query};
use crate::world::World;

/// Puts members where the client wants them.
pub(super) fn answer(to: &ReturnTo, mut members: Vec<(&'static str, String)>) -> Answer {
    if let Some(state) = &to.state {
        let place = members
            .iter()
            .position(|(name, _)| *name == "session_state");
        members.insert(place.unwrap_or(members.len()), ("state", state.clone()));
    }
    let encoded = encoded(&members);
    match to.mode {
        ResponseMode::Query => {
            let url = with_query(&with_path(&to.redirect_uri), &encoded);
            // With a fragment of its own the browser does not carry an older one along.
            Answer {
                url: format!("{url}#"),
                form: None,
            }
        }
        ResponseMode::Fragment => Answer {
            url: format!("{}#{encoded}", with_path(&to.redirect_uri)),
            form: None,
        },
        ResponseMode::FormPost | ResponseMode::PostMessage => Answer {
            url: to.redirect_uri.clone(),
            form: Some(members),
        },
    }
}

/// The members that tell of an error.
pub(super) fn error_members(
    world: &World,
    inbound: Option<&Inbound>,
    error: &Aadsts,
    cancelled: bool,
) -> Vec<(&'static str, String)> {
    let correlation = inbound.map_or_else(
        || world.entropy.guid(),
        |inbound| correlation_id(world, inbound),
    );
    let trace = world.entropy.guid();
    let mut members = vec![("error", error.error.clone())];
    // Observed in the wild and not documented.
    if cancelled {
        members.push(("error_subcode", "cancel".to_owned()));
    }
    if error.described {
        let told = error.description(&trace, &correlation, &utc(world.clock.now()));
        members.push(("error_description", told));
    }
    let origin = world.origin(crate::journal::Origin::Login);
    members.push(("error_uri", format!("{origin}/error?code={}", error.number)));
    if let Some(suberror) = &error.suberror {
        members.push(("suberror", suberror.clone()));
    }
    if let Some(claims) = &error.claims {
        members.push(("claims", claims.clone()));
    }
    members
}

/// Sends the browser back.
pub(super) fn reply(answer: &Answer) -> Reply {
    match &answer.form {
        None => {
            let mut reply = Reply::empty(StatusCode::FOUND);
            reply.set_header("location", &answer.url);
            reply
        }
        Some(form) => page::posting(&answer.url, form),
    }
}

/// Sends the browser back with an error.
pub(super) fn refusal(
    world: &World,
    inbound: &Inbound,
    to: &ReturnTo,
    error: &Aadsts,
    cancelled: bool,
) -> Reply {
    let members = error_members(world, Some(inbound), error, cancelled);
    reply(&answer(to, members)).with_error(&error.error, Some(format!("AADSTS{}", error.number)))
}

/// An error as it is told where nobody may be asked: there, OpenID Connect has names of its own for what takes a user
/// (OpenID Connect Core section 3.1.2.6).
pub(super) fn silent(mut error: Aadsts) -> Aadsts {
    if error.error == "invalid_grant" {
        error.error = match error.number {
            50_133 => "login_required",
            _ => "interaction_required",
        }
        .to_owned();
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(redirect_uri: &str, mode: ResponseMode) -> String {
        let to = ReturnTo {
            redirect_uri: redirect_uri.to_owned(),
            mode,
            state: Some("a b&c=é".to_owned()),
        };
        let members = vec![
            ("code", "x/y".to_owned()),
            ("session_state", "s".to_owned()),
        ];
        answer(&to, members).url
    }

    #[test]
    fn members_stand_where_the_client_wants_them() {
        insta::assert_snapshot!(shown("https://app.example", ResponseMode::Query), @"https://app.example/?code=x%2Fy&state=a+b%26c%3D%C3%A9&session_state=s#");
        insta::assert_snapshot!(shown("https://app.example/cb?a=b", ResponseMode::Query), @"https://app.example/cb?a=b&code=x%2Fy&state=a+b%26c%3D%C3%A9&session_state=s#");
        insta::assert_snapshot!(shown("https://app.example/cb", ResponseMode::Fragment), @"https://app.example/cb#code=x%2Fy&state=a+b%26c%3D%C3%A9&session_state=s");
        insta::assert_snapshot!(shown("https://app.example", ResponseMode::FormPost), @"https://app.example");
    }
}
