//! Reading the token endpoint's answer (RFC 6749 section 5).

use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::access_token::credentials;
use crate::error::{Error, ProtocolError, Refusal};
use crate::record::BEARER;
use crate::{GrantKind, Secret};

/// The members of a successful answer that matter here; others are ignored (section 5.1).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) access_token: Secret,
    pub(crate) token_type: String,
    pub(crate) refresh_token: Option<Secret>,
    /// The stated lifetime; `None` if it is absent or of no use.
    pub(crate) lifetime: Option<Duration>,
    /// Microsoft's `refresh_in`: renew after this long.
    pub(crate) refresh_in: Option<Duration>,
    pub(crate) scope: Option<String>,
    /// `expires_on` of Entra's v1 endpoints and of machines.
    pub(crate) expires_on: Option<Timestamp>,
    pub(crate) id_token: Option<Secret>,
}

/// Reads the answer to a token request for a token of this type. `told_wait` goes into the error; `sent` are the secrets
/// of the request, which no error may repeat.
pub(crate) fn read(
    parts: &Parts,
    body: &Bytes,
    grant: GrantKind,
    told_wait: Option<Duration>,
    sent: &[Secret],
    wanted: &'static str,
) -> Result<Answer, Error> {
    let members = members(parts, body, grant, told_wait, sent)?;
    success(&members, wanted).map_err(Error::Protocol)
}

/// The members of an answer that is a success (RFC 6749 section 5.1); otherwise the refusal, as
/// [`read`] has it.
pub(crate) fn members(
    parts: &Parts,
    body: &Bytes,
    grant: GrantKind,
    told_wait: Option<Duration>,
    sent: &[Secret],
) -> Result<Map<String, Value>, Error> {
    let status = parts.status;
    let members = object(body);
    let refusal = refusal(parts, members.as_ref(), grant, told_wait, sent);

    if refusal.error.is_some()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || status.is_server_error()
        // Machines need not say more than the status, and App Service says it in other members.
        || (status.is_client_error() && grant == GrantKind::ManagedIdentity)
    {
        return Err(refusal.into());
    }
    if status.is_redirection() {
        return Err(Error::Protocol(ProtocolError::Redirect { status }));
    }
    if !status.is_success() {
        return Err(Error::Protocol(ProtocolError::NoErrorCode { status }));
    }
    members.ok_or(Error::Protocol(ProtocolError::NotJson { status }))
}

fn success(members: &Map<String, Value>, wanted: &'static str) -> Result<Answer, ProtocolError> {
    let access_token = secret(members, "access_token")
        .filter(|token| credentials(BEARER, token).is_some())
        .ok_or(ProtocolError::NoAccessToken)?;
    let token_type = text(members, "token_type").unwrap_or(BEARER);
    if !token_type.eq_ignore_ascii_case(wanted) {
        let found = readable(token_type, std::slice::from_ref(&access_token));
        return Err(ProtocolError::TokenType { found, wanted });
    }
    Ok(Answer {
        token_type: token_type.to_owned(),
        refresh_token: secret(members, "refresh_token"),
        lifetime: members.get("expires_in").and_then(seconds),
        refresh_in: members.get("refresh_in").and_then(seconds),
        scope: text(members, "scope").map(str::to_owned),
        expires_on: members.get("expires_on").and_then(moment),
        id_token: secret(members, "id_token"),
        access_token,
    })
}

/// A positive number of seconds, as JSON number or text; fractions are cut, but not to nothing.
/// Zero, negative and unreadable values are of no use: they cannot be told from "not known".
pub(crate) fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return None;
    }
    let whole = seconds.floor().max(1.0);
    Some(Duration::try_from_secs_f64(whole).unwrap_or(Duration::MAX))
}

/// Seconds since 1970, as JSON number or text.
fn moment(value: &Value) -> Option<Timestamp> {
    let seconds = seconds(value)?.as_secs();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

fn refusal(
    parts: &Parts,
    members: Option<&Map<String, Value>>,
    grant: GrantKind,
    told_wait: Option<Duration>,
    sent: &[Secret],
) -> Refusal {
    let get = |name: &str| {
        let text = text(members?, name)?;
        Some(readable(text, sent))
    };
    let number = members
        .and_then(|members| members.get("error_codes")?.get(0)?.as_u64())
        .map(|number| number.to_string());
    let mut refusal = Refusal::new(parts.status, grant);
    refusal.error = get("error").or_else(|| get("errorCode"));
    refusal.suberror = get("suberror");
    refusal.description = get("error_description")
        .or_else(|| get("errorSummary"))
        .or_else(|| get("message").filter(|_| grant == GrantKind::ManagedIdentity));
    refusal.vendor_code = number.or_else(|| get("errorCode"));
    refusal.claims = members.and_then(claims);
    refusal.correlation_id = get("correlation_id").or_else(|| get("correlationId"));
    refusal.trace_id = get("trace_id").or_else(|| get("errorId"));
    refusal.request_id = header_id(&parts.headers, sent);
    refusal.retry_after = told_wait;
    refusal
}

/// Entra sends the claims as JSON inside a string; an object is taken too.
fn claims(members: &Map<String, Value>) -> Option<String> {
    match members.get("claims")? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        object @ Value::Object(_) => Some(object.to_string()),
        _ => None,
    }
}

/// The request id that the server's support will ask for.
pub(crate) fn header_id(headers: &HeaderMap, sent: &[Secret]) -> Option<String> {
    ["x-ms-request-id", "x-okta-request-id", "request-id"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(|id| readable(id, sent))
}

/// A server's text made fit for messages: secrets of the request cut out, control characters
/// turned into spaces so that no line can be forged in a log, and the length bounded.
pub(crate) fn readable(text: &str, sent: &[Secret]) -> String {
    const LONGEST: usize = 1000;
    let mut text = text.to_owned();
    for secret in sent.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.expose(), "***");
    }
    text.chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A body that is a JSON object.
pub(crate) fn object(body: &Bytes) -> Option<Map<String, Value>> {
    let json = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(json).ok()
}

/// A member that is text and not empty.
pub(crate) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str().filter(|text| !text.is_empty())
}

pub(crate) fn secret(members: &Map<String, Value>, name: &str) -> Option<Secret> {
    text(members, name).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Answer, Error> {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (parts, ()) = response.body(()).unwrap().into_parts();
        let sent = Secret::new("canary");
        read(
            &parts,
            &Bytes::copy_from_slice(body.as_bytes()),
            GrantKind::RefreshToken,
            None,
            std::slice::from_ref(&sent),
            BEARER,
        )
    }

    fn shown(status: u16, body: &str) -> String {
        match parsed(status, &[], body) {
            Ok(answer) => format!("{answer:?}"),
            Err(error) => format!("{}: {error}", error.class()),
        }
    }

    #[test]
    fn successes() {
        let lines = [
            shown(
                200,
                r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"a"}"#,
            ),
            shown(
                200,
                r#"{"scope":"x y","access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":"3599","refresh_in":1800,"odd":[1]}"#,
            ),
            shown(
                201,
                "\u{feff}{\"access_token\":\"a\",\"refresh_token\":null,\"scope\":\"\"}",
            ),
            shown(200, r#"{"access_token":"a","refresh_token":""}"#),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        Answer { access_token: Secret(***), token_type: "Bearer", refresh_token: None, lifetime: Some(3599s), refresh_in: None, scope: None, expires_on: None, id_token: None }
        Answer { access_token: Secret(***), token_type: "bearer", refresh_token: Some(Secret(***)), lifetime: Some(3599s), refresh_in: Some(1800s), scope: Some("x y"), expires_on: None, id_token: None }
        Answer { access_token: Secret(***), token_type: "Bearer", refresh_token: None, lifetime: None, refresh_in: None, scope: None, expires_on: None, id_token: None }
        Answer { access_token: Secret(***), token_type: "Bearer", refresh_token: None, lifetime: None, refresh_in: None, scope: None, expires_on: None, id_token: None }
        "#);
    }

    #[test]
    fn lifetimes() {
        let rows = [
            "3600", "\"3600\"", "\" 60 \"", "59.9", "\"59.9\"", "0.4", "1e300", "\"inf\"", "0",
            "-5", "\"-5\"", "\"\"", "\"soon\"", "null", "true", "[60]", "\"NaN\"",
        ];
        let table: Vec<_> = rows
            .iter()
            .map(|value| {
                let body = format!(r#"{{"access_token":"a","expires_in":{value}}}"#);
                let lifetime = parsed(200, &[], &body).unwrap().lifetime;
                format!(
                    "{value:10} {:?}",
                    lifetime.map(|lifetime| lifetime.as_secs())
                )
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r#"
        3600       Some(3600)
        "3600"     Some(3600)
        " 60 "     Some(60)
        59.9       Some(59)
        "59.9"     Some(59)
        0.4        Some(1)
        1e300      Some(18446744073709551615)
        "inf"      Some(18446744073709551615)
        0          None
        -5         None
        "-5"       None
        ""         None
        "soon"     None
        null       None
        true       None
        [60]       None
        "NaN"      None
        "#);
    }

    #[test]
    fn broken_answers() {
        let lines = [
            shown(200, "<html>"),
            shown(200, ""),
            shown(200, "[]"),
            shown(200, "{}"),
            shown(200, r#"{"access_token":""}"#),
            shown(200, r#"{"access_token":7}"#),
            shown(200, r#"{"access_token":"a\r\nb"}"#),
            shown(200, r#"{"access_token":"a","token_type":"DPoP"}"#),
            shown(204, ""),
            shown(302, ""),
            shown(403, "<html>canary"),
            shown(404, r#"{"message":"no"}"#),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        protocol: token endpoint answered 200 OK with a body that is not a JSON object
        protocol: token endpoint answered 200 OK with a body that is not a JSON object
        protocol: token endpoint answered 200 OK with a body that is not a JSON object
        protocol: token endpoint answered success without a usable access_token
        protocol: token endpoint answered success without a usable access_token
        protocol: token endpoint answered success without a usable access_token
        protocol: token endpoint answered success without a usable access_token
        protocol: token endpoint issued a token of type "DPoP"; only Bearer can be used here
        protocol: token endpoint answered 204 No Content with a body that is not a JSON object
        protocol: token endpoint answered 302 Found, a redirect; configure the address it points to
        protocol: token endpoint answered 403 Forbidden without an OAuth error; is the address right?
        protocol: token endpoint answered 404 Not Found without an OAuth error; is the address right?
        "#);
    }

    #[test]
    fn refusals() {
        let lines = [
            shown(
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS50076: needs more.\r\nTrace ID: t","error_codes":[50076],"trace_id":"t","correlation_id":"c","suberror":"basic_action","claims":"{\"access_token\":{}}"}"#,
            ),
            shown(
                401,
                r#"{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter.","errorLink":"invalid_client","errorId":"oae1","errorCauses":[]}"#,
            ),
            shown(400, r#"{"error":"temporarily_unavailable"}"#),
            shown(429, "Too Many Requests"),
            shown(429, ""),
            shown(
                429,
                r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}"#,
            ),
            shown(503, "<html>"),
            shown(
                200,
                r#"{"error":"bad_thing","error_description":"you sent canary"}"#,
            ),
            shown(400, r#"{"error":""}"#),
            shown(400, r#"{"error":["a"]}"#),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        interaction_required: token endpoint refused the refresh_token grant with status 400, invalid_grant (basic_action): AADSTS50076: needs more.  Trace ID: t (correlation id c, trace id t)
        misconfigured: token endpoint refused the refresh_token grant with status 401, invalid_client: Invalid value for 'client_id' parameter. (trace id oae1)
        transient: token endpoint refused the refresh_token grant with status 400, temporarily_unavailable
        throttled: token endpoint throttles (status 429); it did not say how long to wait
        throttled: token endpoint throttles (status 429); it did not say how long to wait
        throttled: token endpoint throttles (status 429); it did not say how long to wait
        transient: token endpoint refused the refresh_token grant with status 503
        other: token endpoint refused the refresh_token grant with status 200, bad_thing: you sent ***
        protocol: token endpoint answered 400 Bad Request without an OAuth error; is the address right?
        protocol: token endpoint answered 400 Bad Request without an OAuth error; is the address right?
        ");
    }

    #[test]
    fn everything_for_a_support_call_is_kept() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: no","error_codes":[7000215],"timestamp":"x","trace_id":"t-1","correlation_id":"c-1"}"#;
        let error = parsed(401, &[("x-ms-request-id", "t-1")], body).unwrap_err();
        insta::assert_debug_snapshot!(error, @r#"
        Refused(
            Refusal {
                status: 401,
                grant: RefreshToken,
                error: Some(
                    "invalid_client",
                ),
                suberror: None,
                description: Some(
                    "AADSTS7000215: no",
                ),
                vendor_code: Some(
                    "7000215",
                ),
                claims: None,
                correlation_id: Some(
                    "c-1",
                ),
                trace_id: Some(
                    "t-1",
                ),
                request_id: Some(
                    "t-1",
                ),
                retry_after: None,
            },
        )
        "#);
    }

    #[test]
    fn a_servers_text_cannot_forge_lines_or_flood() {
        let secret = Secret::new("pw");
        assert_eq!(readable("a\r\nb\u{1b}pw", &[secret]), "a  b ***");
        assert_eq!(readable(&"x".repeat(5000), &[]).len(), 1000);
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it(status in 100u16..600, body in "\\PC{0,80}") {
            let _ = parsed(status, &[], &body);
        }

        #[test]
        fn any_number_of_seconds_is_read_or_ignored(number in any::<f64>(), quoted in any::<bool>()) {
            prop_assume!(number.is_finite());
            let value = if quoted { format!("\"{number}\"") } else { format!("{number:e}") };
            let body = format!(r#"{{"access_token":"a","expires_in":{value}}}"#);
            let lifetime = parsed(200, &[], &body).unwrap().lifetime;
            prop_assert_eq!(lifetime.is_some(), number > 0.0);
            prop_assert!(lifetime.is_none_or(|lifetime| lifetime.as_secs() >= 1));
        }
    }
}
