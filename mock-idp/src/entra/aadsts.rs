//! Entra's error numbers and texts.
//!
//! Texts are facts that clients match on: they stand here as Microsoft words them
//! (learn.microsoft.com/entra/identity-platform/reference-error-codes, and answers seen in public reports).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::correlation::correlation_id;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// One error answer of the Entra token service.
#[derive(Clone, Debug)]
pub(super) struct Aadsts {
    /// The number behind `AADSTS`.
    pub(super) number: u32,
    /// `error` (RFC 6749 section 5.2).
    pub(super) error: String,
    pub(super) suberror: Option<String>,
    /// The text between `AADSTSnnn: ` and the trace id.
    pub(super) message: String,
    /// A status other than the one that follows from `error`.
    pub(super) status: Option<StatusCode>,
    pub(super) claims: Option<String>,
    /// Whether `error_description` is sent at all.
    pub(super) described: bool,
    /// Members behind the usual ones.
    pub(super) members: Vec<(String, Value)>,
}

impl Aadsts {
    pub(super) fn new(number: u32, error: &str, message: impl Into<String>) -> Self {
        Self {
            number,
            error: error.to_owned(),
            suberror: None,
            message: message.into(),
            status: None,
            claims: None,
            described: true,
            members: Vec::new(),
        }
    }

    pub(super) fn suberror(mut self, suberror: &str) -> Self {
        self.suberror = Some(suberror.to_owned());
        self
    }

    /// What the next request is to pass on as `claims`.
    pub(super) fn claims(mut self, claims: &str) -> Self {
        self.claims = Some(claims.to_owned());
        self
    }

    pub(super) fn member(mut self, name: &str, value: Value) -> Self {
        self.members.push((name.to_owned(), value));
        self
    }

    /// The answer, with its members in Entra's order.
    pub(super) fn render(&self, world: &World, inbound: &Inbound) -> Reply {
        let trace_id = world.entropy.guid();
        let correlation_id = correlation_id(world, inbound);
        let timestamp = utc(world.clock.now());
        let mut body = json!({ "error": self.error });
        if self.described {
            // One space between the parts: the Rust SDK cannot read JSON escapes here.
            body["error_description"] = json!(format!(
                "AADSTS{}: {} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
                self.number, self.message
            ));
        }
        body["error_codes"] = json!([self.number]);
        body["timestamp"] = json!(timestamp);
        body["trace_id"] = json!(trace_id);
        body["correlation_id"] = json!(correlation_id);
        body["error_uri"] = json!(format!(
            "{}/error?code={}",
            world.origin(inbound.origin),
            self.number
        ));
        if let Some(suberror) = &self.suberror {
            body["suberror"] = json!(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = json!(claims);
        }
        for (name, value) in &self.members {
            body[name.as_str()] = value.clone();
        }
        let mut reply = Reply::json(
            self.status.unwrap_or_else(|| usual_status(&self.error)),
            body,
        )
        .with_error(&self.error, Some(format!("AADSTS{}", self.number)));
        reply.set_header("x-ms-request-id", &trace_id);
        reply
    }
}

/// The status that goes with an `error`, as every answer seen in public has it.
fn usual_status(error: &str) -> StatusCode {
    match error {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// `2030-01-01 00:00:00Z`, as Entra writes instants in errors.
pub(super) fn utc(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}

/// The text that belongs to a number, for errors that a script asks for by number. Placeholders stand as a user might have filled them.
pub(super) fn text_of(number: u32) -> &'static str {
    match number {
        16000 => {
            "Either multiple user identities are available for the current request or selected account is not supported for the scenario."
        }
        50013 => "Assertion failed signature validation.",
        50053 => {
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
        }
        50055 => "Password is expired.",
        50057 => "The user account is disabled.",
        50058 => "Session information isn't sufficient for single-sign-on.",
        50072 | 50079 => {
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
        }
        50076 => {
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
        }
        50078 => {
            "Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
        }
        50126 => "Error validating credentials due to invalid username or password.",
        50133 => "The session isn't valid due to password expiration or recent password change.",
        50158 => {
            "External security challenge not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges."
        }
        50173 => {
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."
        }
        50196 => {
            "The server terminated an operation because it encountered a client request loop. Please contact your app vendor."
        }
        53000 => "Device is not in required device state: compliant.",
        53003 => {
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
        }
        54005 => {
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
        }
        65001 => {
            "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource."
        }
        70000 => {
            "The provided value for the input parameter 'refresh_token' or 'code' is not valid."
        }
        70008 => {
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."
        }
        70011 => "The provided value for the input parameter 'scope' is not valid.",
        70043 => {
            "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."
        }
        700016 => {
            "Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        }
        700082 => "The refresh token has expired due to inactivity.",
        700084 => {
            "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended."
        }
        7000215 => {
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID."
        }
        7000222 => "The provided client secret keys are expired.",
        90023 => "The authentication service request isn't valid.",
        90033 => "A transient error has occurred. Please try again.",
        90055 => "TenantThrottlingError: There are too many incoming requests.",
        _ => "An error occurred.",
    }
}
