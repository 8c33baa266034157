//! An org's System Log, as far as its rate limits stand in it (developer.okta.com/docs/reference/rl-system-log-events).

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::limits::{By, Crossed, Crossing};
use crate::pipeline::Call;
use crate::world::World;

/// How many events are kept; the oldest make room.
const KEPT: usize = 1_000;

/// What the org was told of. Bounded.
#[derive(Default)]
pub(crate) struct SystemLog(RwLock<SavedLog>);

/// The events of an instant, the oldest first.
pub(crate) type SavedLog = Arc<VecDeque<LogEvent>>;

/// An event. Every text of a client in it has been redacted as the journal's are.
#[derive(Clone, Debug)]
pub(crate) struct LogEvent {
    uuid: String,
    at: Timestamp,
    kind: &'static str,
    message: &'static str,
    actor: String,
    address: String,
    uri: String,
    limit: u32,
}

impl SystemLog {
    /// Takes note of what a request has brought a limit to.
    pub(crate) fn note(&self, world: &World, inbound: &Inbound, call: &Call, crossed: &Crossed) {
        let (kind, message) = kind(call, crossed);
        let hygiene = world.hygiene();
        let by_client = call
            .token_request
            .as_ref()
            .and_then(|asked| asked.client.clone());
        let path: String = inbound.uri.path().chars().take(256).collect();
        let actor: String = by_client.unwrap_or_default().chars().take(256).collect();
        // No draw: a warning must not change what else the seed gives.
        let event = LogEvent {
            uuid: uuid(world, kind, &path),
            at: world.clock.now(),
            kind,
            message,
            actor: hygiene.clean(&actor),
            address: inbound.peer.ip().to_canonical().to_string(),
            uri: hygiene.clean(&path),
            limit: crossed.limit,
        };
        let mut log = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let log = Arc::make_mut(&mut log);
        if log.len() >= KEPT {
            log.pop_front();
        }
        log.push_back(event);
    }

    /// Its events.
    pub(crate) fn events(&self) -> SavedLog {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Has them be as they were.
    pub(crate) fn restore(&self, saved: &SavedLog) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = saved.clone();
    }
}

impl LogEvent {
    /// As the log's API has it.
    pub(super) fn shown(&self) -> Value {
        json!({
            "uuid": self.uuid, "published": format!("{:.3}", self.at), "eventType": self.kind, "version": "0",
            "severity": "WARN", "displayMessage": self.message, "legacyEventType": null,
            "actor": { "id": self.actor, "type": "PublicClientApp", "alternateId": "unknown", "displayName": self.actor },
            "client": { "ipAddress": self.address, "userAgent": null, "zone": null, "device": null },
            "outcome": { "result": "SUCCESS", "reason": null },
            "target": [{ "id": self.uri, "type": "Bucket Uri", "alternateId": "unknown", "displayName": self.uri }],
            "transaction": { "type": "WEB", "id": self.uuid, "detail": {} },
            "debugContext": { "debugData": {
                "requestUri": self.uri, "url": self.uri, "rateLimitBucketUri": self.uri,
                "threshold": self.limit.to_string(), "timeSpan": "60", "timeUnit": "SECONDS",
            } },
            "request": { "ipChain": [] },
        })
    }
}

/// What the event is called.
fn kind(call: &Call, crossed: &Crossed) -> (&'static str, &'static str) {
    let rule = &crossed.rule;
    let of_client = call.endpoint == Endpoint::Authorize && rule.by.contains(&By::Client);
    if of_client {
        let is_preview = rule.preview;
        return match (crossed.what, is_preview) {
            (None, _) => (
                "system.client.concurrency_rate_limit.violation",
                "Concurrency rate limit violation",
            ),
            (Some(Crossing::Violation), false) => {
                ("system.client.rate_limit.violation", "Rate limit violation")
            }
            (Some(_), _) => (
                "system.client.rate_limit.notification",
                "Rate limit notification",
            ),
        };
    }
    match crossed.what {
        Some(Crossing::Warning) if rule.by.contains(&By::User) => {
            ("system.operation.rate_limit.warning", "Rate limit warning")
        }
        Some(Crossing::Violation) if rule.by.contains(&By::User) => (
            "system.operation.rate_limit.violation",
            "Rate limit violation",
        ),
        Some(Crossing::Warning) => ("system.org.rate_limit.warning", "Rate limit warning"),
        Some(Crossing::Burst) => ("system.org.rate_limit.burst", "Rate limit burst"),
        Some(Crossing::Violation) | None => {
            ("system.org.rate_limit.violation", "Rate limit violation")
        }
    }
}

/// The same for the same event in the same world.
fn uuid(world: &World, kind: &str, path: &str) -> String {
    let many = world.system_log.events().len();
    let at = world.clock.now();
    let block = world
        .entropy
        .derived(&format!("event {many} {at} {kind} {path}"));
    let hex = crate::entropy::hex(&block[..16]);
    format!(
        "{}-{}-4{}-9{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

impl fmt::Debug for SystemLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SystemLog({})", self.events().len())
    }
}
