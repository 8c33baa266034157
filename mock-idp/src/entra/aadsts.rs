//! Entra's error numbers and texts.
//!
//! Texts are facts that clients match on: they stand here as Microsoft words them
//! (learn.microsoft.com/entra/identity-platform/reference-error-codes, and answers seen in public reports).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::codes;
use super::correlation::correlation_id;
use super::tenant::is_v1;
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

    /// `error`, which for some numbers is another at the v1.0 endpoints.
    fn error_at(&self, inbound: &Inbound) -> &str {
        let code = codes::find(self.number).filter(|code| code.error == self.error);
        let of_v1 = code.and_then(|code| code.v1);
        of_v1.filter(|_| is_v1(inbound)).unwrap_or(&self.error)
    }

    /// `error_description`. One space between the parts: the Rust SDK cannot read JSON escapes here.
    pub(super) fn description(
        &self,
        trace_id: &str,
        correlation_id: &str,
        timestamp: &str,
    ) -> String {
        format!(
            "AADSTS{}: {} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
            self.number, self.message
        )
    }

    /// The answer, with its members in Entra's order.
    pub(super) fn render(&self, world: &World, inbound: &Inbound) -> Reply {
        let trace_id = world.entropy.guid();
        let correlation_id = correlation_id(world, inbound);
        let timestamp = utc(world.clock.now());
        let error = self.error_at(inbound);
        let mut body = json!({ "error": error });
        if self.described {
            body["error_description"] =
                json!(self.description(&trace_id, &correlation_id, &timestamp));
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
        let mut reply = Reply::json(self.status.unwrap_or_else(|| usual_status(error)), body)
            .with_error(error, Some(format!("AADSTS{}", self.number)));
        reply.set_header("x-ms-request-id", &trace_id);
        reply
    }
}

/// The status that goes with an `error`, as every answer seen in public has it.
pub(super) fn usual_status(error: &str) -> StatusCode {
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

/// The text that belongs to a number, with what stands in braces as a user might have filled it.
pub(super) fn text_of(number: u32) -> String {
    codes::find(number).map_or_else(
        || "An error occurred.".to_owned(),
        |code| codes::sample(code.text),
    )
}
