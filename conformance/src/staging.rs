//! From a case to a world: the scenario's `idp` as settings and faults of the mock.

use std::sync::Arc;

use jiff::SignedDuration;
use mock_idp::Builder;
use mock_idp::MockIdp;
use mock_idp::directory::{Rotation, RotationMode};
use mock_idp::fault::{ConnectionFault, Fault, HeaderText, HoldPoint, ScriptedError};
use mock_idp::journal::Endpoint;
use mock_idp::limits::Limit;
use serde_json::{Value, json};

use crate::scenario::{self, IdpSpec, Moment, MomentForm, ScriptRule, ScriptTarget, WhenReused};

/// A world of this provider with the scenario's lifetimes, rotation and limits. The script is added with [`script`] once it runs.
pub(crate) fn world(provider: mock_idp::Provider, spec: &IdpSpec, seed: u64) -> Builder {
    let mut builder = MockIdp::of(provider).seed(seed);
    if let Some(lifetime) = spec.token.expires_in {
        builder = builder.access_token_lifetime(lifetime.0);
    }
    if let Some(refresh_in) = spec.token.refresh_in {
        builder = builder.refresh_in(refresh_in.0);
    }
    if let Some(lifetime) = spec.token.refresh_token_lifetime {
        builder = builder.refresh_token_lifetime(lifetime.0);
    }
    if let Some(rotation) = &spec.rotation {
        builder = builder.rotation(Rotation {
            mode: match rotation.mode {
                scenario::RotationMode::Static => RotationMode::Static,
                scenario::RotationMode::Rotate => RotationMode::Rotate,
                scenario::RotationMode::KeepOld => RotationMode::KeepOld,
            },
            leeway_seconds: u32::try_from(rotation.leeway.0.as_secs()).unwrap_or(u32::MAX),
            reuse_revokes_family: rotation.when_reused == WhenReused::RevokeFamily,
        });
    }
    for limit in &spec.limits {
        builder = builder.limit(
            endpoint(limit.to),
            Limit {
                requests: limit.requests,
                per: limit.per.0,
            },
        );
    }
    builder
}

/// Arms the scenario's script.
pub(crate) fn script(idp: &Arc<MockIdp>, spec: &IdpSpec) {
    for rule in &spec.script {
        idp.faults().add(fault(rule));
    }
}

fn endpoint(target: ScriptTarget) -> Endpoint {
    match target {
        ScriptTarget::Token => Endpoint::Token,
        ScriptTarget::Resource => Endpoint::Resource,
        ScriptTarget::Discovery => Endpoint::Discovery,
        ScriptTarget::Jwks => Endpoint::Jwks,
    }
}

fn fault(rule: &ScriptRule) -> Fault {
    let mut fault = Fault::at(endpoint(rule.to));
    if let Some(nth) = rule.nth {
        fault = fault.nth(nth);
    }
    if let Some(times) = rule.times {
        fault = fault.times(times);
    }
    for status in rule.reply.iter().flat_map(|replies| &replies.0) {
        fault = fault.reply(*status);
    }
    for (name, value) in &rule.headers {
        fault = fault.header(name, header(value));
    }
    for name in &rule.without_headers {
        fault = fault.without_header(name);
    }
    if let Some(body) = &rule.body {
        fault = fault.body(rule.content_type.as_deref().unwrap_or("text/plain"), body);
    }
    if rule.error.is_some() {
        fault = fault.error(error(rule));
    }
    for (member, value) in &rule.set {
        fault = fault.set(member, value.clone());
    }
    if let Some(hold) = &rule.hold {
        let point = match hold.at {
            scenario::HoldPoint::BeforeCommit => HoldPoint::BeforeCommit,
            scenario::HoldPoint::AfterCommit => HoldPoint::AfterCommit,
        };
        fault = fault.hold_at(&hold.name, point);
    }
    if let Some(delay) = rule.delay {
        fault = fault.delay(delay.0);
    }
    if let Some(connection) = rule.connection {
        fault = fault.connection(match connection {
            scenario::ConnectionFault::Reset => ConnectionFault::Reset,
            scenario::ConnectionFault::LostReply => ConnectionFault::LostReply,
            scenario::ConnectionFault::Truncate => ConnectionFault::Truncate,
            scenario::ConnectionFault::Hang => ConnectionFault::Hang,
        });
    }
    fault
}

fn header(text: &str) -> HeaderText {
    // Planning has refused what is neither plain text nor a known function.
    let Ok(Moment { form, offset }) = text.parse() else {
        return HeaderText::Fixed(text.to_owned());
    };
    let offset: SignedDuration = offset.0;
    match form {
        MomentForm::HttpDate => HeaderText::HttpDate(offset),
        MomentForm::Rfc850Date => HeaderText::Rfc850Date(offset),
        MomentForm::AsctimeDate => HeaderText::AsctimeDate(offset),
        MomentForm::Epoch => HeaderText::Epoch(offset),
    }
}

fn error(rule: &ScriptRule) -> ScriptedError {
    let reply = rule.error.clone().unwrap_or_default();
    let disguise = rule.disguise.clone().unwrap_or_default();
    ScriptedError {
        status: reply.status,
        error: reply.error,
        suberror: reply.suberror,
        number: match disguise.number {
            scenario::NumberDisguise::Documented => reply.number,
            scenario::NumberDisguise::Unknown => Some(999_999),
        },
        description: match disguise.prose {
            scenario::Prose::English => reply.description,
            scenario::Prose::Japanese => {
                Some("要求を処理できませんでした。管理者に連絡してください。".to_owned())
            }
            scenario::Prose::Absent => Some(String::new()),
        },
        claims: reply.claims.then(|| CLAIMS.to_owned()),
        members: match disguise.extra_members {
            scenario::ExtraMembers::None => Vec::new(),
            scenario::ExtraMembers::Unknown => unknown_members(),
        },
    }
}

/// What a step-up asks for, as Entra writes it: JSON in a string.
const CLAIMS: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11"]}}}"#;

fn unknown_members() -> Vec<(String, Value)> {
    vec![
        ("x_hint".to_owned(), json!("none")),
        ("x_numbers".to_owned(), json!([1, 2.5, null])),
        (
            "x_nested".to_owned(),
            json!({ "error": "not_the_error", "error_codes": [1] }),
        ),
    ]
}
