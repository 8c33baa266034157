//! Mutants by response: the client reads something else than what arrived, as a poor reader would.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::rewriting::{At, Opened, reading};
use crate::contender::{Beginning, Setup};
use crate::scenario::GrantKind;

/// The members that every example of an answer shows.
const USUAL: [&str; 9] = [
    "access_token",
    "token_type",
    "expires_in",
    "ext_expires_in",
    "refresh_in",
    "refresh_token",
    "scope",
    "id_token",
    "client_info",
];

pub(super) fn chokes_on_unknown_members(setup: Setup) -> Opened {
    chokes(setup, |members, _| {
        members.keys().any(|name| !USUAL.contains(&name.as_str()))
    })
}

pub(super) fn case_sensitive_token_type(setup: Setup) -> Opened {
    chokes(setup, |members, _| {
        members.get("token_type") != Some(&json!("Bearer"))
    })
}

pub(super) fn chokes_on_missing_lifetime(setup: Setup) -> Opened {
    chokes(setup, |members, _| {
        members.get("expires_in").is_none_or(Value::is_null)
    })
}

pub(super) fn chokes_on_text_lifetime(setup: Setup) -> Opened {
    chokes(setup, |members, _| {
        members.get("expires_in").is_some_and(Value::is_string)
    })
}

/// Looks for the members where they stand in the examples.
pub(super) fn reads_members_in_order(setup: Setup) -> Opened {
    chokes(setup, |_, text| !text.starts_with("{\"token_type\""))
}

/// Cannot make anything of a success that has this property.
fn chokes(
    setup: Setup,
    on: impl Fn(&Map<String, Value>, &str) -> bool + Send + Sync + 'static,
) -> Opened {
    let at = match setup.beginning {
        Beginning::Machine { .. } => At::Machine,
        _ => At::Token,
    };
    reading(setup, at, move |response| {
        let text = text(response);
        if response.status().is_success()
            && let Some(members) = members(&text)
            && on(&members, &text)
        {
            *response.body_mut() = Bytes::from_static(b"unreadable");
        }
    })
}

/// Looks for the error before it looks at the status: Okta's limit on passwords says `invalid_grant`, with 429.
pub(super) fn reads_code_before_status(setup: Setup) -> Opened {
    reading(setup, At::Token, |response| {
        if response.status() == StatusCode::TOO_MANY_REQUESTS
            && members(&text(response)).is_some_and(|members| members.contains_key("error"))
        {
            *response.status_mut() = StatusCode::BAD_REQUEST;
        }
    })
}

/// Takes the last call that a limit lets pass, or one beyond it, for one that it refused.
pub(super) fn takes_nothing_left_for_refusal(setup: Setup) -> Opened {
    reading(setup, At::Resource, |response| {
        let left = response.headers().get("x-rate-limit-remaining");
        if response.status().is_success() && left.is_some_and(|left| left == "0") {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        }
    })
}

/// Takes whatever type of token it is given for a bearer token.
pub(super) fn ignores_token_type(setup: Setup) -> Opened {
    changes(setup, |members| {
        members.insert("token_type".to_owned(), json!("Bearer"));
    })
}

/// Reckons with an hour whatever it is told.
pub(super) fn assumes_one_hour(setup: Setup) -> Opened {
    changes(setup, |members| {
        members.insert("expires_in".to_owned(), json!(3600));
        members.remove("refresh_in");
    })
}

/// Reads the time of expiry inside the token and compares it with its own clock.
pub(super) fn reads_expiry_in_token(setup: Setup) -> Opened {
    let clock = setup.clock.clone();
    changes(setup, move |members| {
        let claims = members
            .get("access_token")
            .and_then(Value::as_str)
            .and_then(|token| token.split('.').nth(1))
            .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if let Some(expiry) = claims.and_then(|claims| claims.get("exp")?.as_i64()) {
            let left = expiry.saturating_sub(clock.now().as_second()).max(1);
            members.insert("expires_in".to_owned(), json!(left));
            members.remove("refresh_in");
        }
    })
}

/// Throws away the refresh token that a password brought, and so has to send the password again.
pub(super) fn resends_password(setup: Setup) -> Opened {
    let has_password = setup.grant == GrantKind::Password;
    changes(setup, move |members| {
        if has_password {
            members.remove("refresh_token");
        }
    })
}

pub(super) fn changes(
    setup: Setup,
    change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static,
) -> Opened {
    reading(setup, At::Token, move |response| {
        if !response.status().is_success() {
            return;
        }
        if let Some(mut members) = members(&text(response)) {
            change(&mut members);
            set(response, &Value::Object(members));
        }
    })
}

/// Takes a success for a token, whatever is in it.
pub(super) fn trusts_any_success(setup: Setup) -> Opened {
    reading(setup, At::Token, |response| {
        if !response.status().is_success() {
            return;
        }
        let mut members = members(&text(response)).unwrap_or_default();
        let has_token = members
            .get("access_token")
            .and_then(Value::as_str)
            .is_some_and(|token| !token.is_empty());
        if !has_token {
            members.insert("access_token".to_owned(), json!("undefined"));
            members.insert("token_type".to_owned(), json!("Bearer"));
            members.insert("expires_in".to_owned(), json!(3600));
            set(response, &Value::Object(members));
        }
    })
}

/// Stops with an error of its own when a failure has no description.
pub(super) fn needs_description(setup: Setup) -> Opened {
    reading(setup, At::Token, |response| {
        let described = members(&text(response))
            .and_then(|members| Some(members.get("error_description")?.is_string()))
            .unwrap_or_default();
        if response.status() == StatusCode::BAD_REQUEST && !described {
            *response.body_mut() = Bytes::from_static(b"{}");
        }
    })
}

/// Renews with refresh tokens only: where the first answer brought none, there is no second.
pub(super) fn needs_refresh_token(setup: Setup) -> Opened {
    let has_none = matches!(
        setup.grant,
        GrantKind::ClientCredentials | GrantKind::TokenExchange
    );
    let began = AtomicBool::new(false);
    reading(setup, At::Token, move |response| {
        if has_none && response.status().is_success() && began.swap(true, Ordering::Relaxed) {
            *response.status_mut() = StatusCode::BAD_REQUEST;
            set(response, &json!({ "error": "invalid_grant" }));
        }
    })
}

/// Splits a challenge at its commas, quoted or not, and believes the pieces.
pub(super) fn splits_challenge_at_commas(setup: Setup) -> Opened {
    reading(setup, At::Resource, |response| {
        let challenge = response
            .headers()
            .get(header::WWW_AUTHENTICATE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let asks_for_claims = challenge
            .split(',')
            .any(|piece| piece.contains("error=insufficient_claims"));
        if asks_for_claims {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer error=\"insufficient_claims\", claims=\"eyJ9\""),
            );
        }
    })
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

fn members(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

fn set(response: &mut Response<Bytes>, body: &Value) {
    *response.body_mut() = Bytes::from(body.to_string());
}
