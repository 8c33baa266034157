//! The `claims` parameter (OpenID Connect Core section 5.5, learn.microsoft.com/entra/identity-platform/claims-challenge): what a
//! client can do with challenges, and what a resource has told it to come back with.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::denial::EntraDenial;
use super::tokens::guid_of;
use crate::directory::{ApiResource, GrantType};
use crate::engine::{Denial, TokenRequest};
use crate::world::World;

/// The longest parameter that is read. Those of real clients have some hundred bytes.
const LONGEST: usize = 8 * 1024;
/// The most authentication contexts that are asked for at once: there are ninety-nine.
const MOST_CONTEXTS: usize = 99;
/// How long tokens live whose clients take claims challenges: between 20 and 28 hours
/// (learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation).
const LONG_LIVED: Duration = Duration::from_secs(20 * 3600);
const SPREAD_SECONDS: u32 = 8 * 3600;

/// What a request claims. Claims that nothing here goes by are passed over, as Entra does: MSAL for Node sends some with every
/// refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsRequest {
    /// The client takes claims challenges, in its own spelling: `cp1`, or `CP1` from Python.
    capability: Option<String>,
    /// The authentication contexts that the token is to have satisfied.
    contexts: Vec<String>,
}

impl ClaimsRequest {
    /// What a token request claims. How Entra refuses what is no JSON object, or too long, is assumed.
    pub(super) fn of(request: &TokenRequest) -> Result<Self, Denial> {
        match request.get("claims") {
            None => Ok(Self::default()),
            Some(text) if text.len() <= LONGEST => Self::parse(text).ok_or(Denial::Malformed),
            Some(_) => Err(Denial::Malformed),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let claims: Map<String, Value> = serde_json::from_str(text).ok()?;
        let wanted = claims.get("access_token").cloned().unwrap_or_default();
        if !(wanted.is_object() || wanted.is_null()) {
            return None;
        }
        let capabilities = values(&wanted["xms_cc"]);
        let mut contexts: Vec<String> = Vec::new();
        for context in values(&wanted["acrs"]) {
            let is_context = (2..=3).contains(&context.len())
                && context.starts_with('c')
                && context[1..].bytes().all(|byte| byte.is_ascii_digit());
            if !is_context {
                return None;
            }
            if !contexts.iter().any(|known| known == context) && contexts.len() < MOST_CONTEXTS {
                contexts.push(context.to_owned());
            }
        }
        Some(Self {
            capability: capabilities
                .into_iter()
                .find(|one| one.eq_ignore_ascii_case("cp1"))
                .map(str::to_owned),
            contexts,
        })
    }

    /// `xms_cc` of a token for this resource: only those that take part say back what the client has declared.
    pub(super) fn declared(&self, resource: &ApiResource) -> Option<&str> {
        let declared = self.capability.as_deref();
        declared.filter(|_| resource.has_continuous_access())
    }

    /// `acrs` of the token.
    pub(super) fn contexts(&self) -> &[String] {
        &self.contexts
    }

    /// How long a token for this resource lives where its client takes challenges: lifetimes that an application is configured
    /// with do not count then, those that the world is told to use do.
    pub(super) fn lifetime(&self, world: &World, resource: &ApiResource) -> Option<Duration> {
        self.declared(resource)?;
        if world.settings.access_lifetime.is_some() {
            return None;
        }
        let [a, b, c, d, ..] = world.entropy.block();
        let more = u32::from_le_bytes([a, b, c, d]) % SPREAD_SECONDS;
        Some(LONG_LIVED + Duration::from_secs(more.into()))
    }

    /// Notes that a sign-in has satisfied the contexts, where somebody met the user.
    pub(super) fn remember(&self, world: &World, grant: GrantType, family: Option<u32>) {
        let met = matches!(grant, GrantType::DeviceCode | GrantType::AuthorizationCode);
        if let (true, Some(family)) = (met, family) {
            world.ledger.note_contexts(family, &self.contexts);
        }
    }

    /// Whether somebody who signs in by this grant satisfies the contexts that are asked for: whoever meets the user can ask for
    /// more, a password or a refresh token cannot, unless the sign-in that the token is of has satisfied them.
    pub(super) fn satisfied(
        &self,
        world: &World,
        request: &TokenRequest,
        grant: GrantType,
    ) -> Result<(), EntraDenial> {
        if self.contexts.is_empty() {
            return Ok(());
        }
        match grant {
            GrantType::ClientCredentials => Err(EntraDenial::AccessBlocked {
                claims: policy_claims(&self.contexts),
            }),
            GrantType::DeviceCode | GrantType::AuthorizationCode => Ok(()),
            GrantType::RefreshToken => {
                let shown = request.get("refresh_token").unwrap_or_default();
                let known = world.ledger.contexts_of(shown);
                match self.contexts.iter().all(|context| known.contains(context)) {
                    true => Ok(()),
                    false => Err(self.needs_user()),
                }
            }
            // That an API in the middle can ask for none is assumed.
            GrantType::Password | GrantType::OnBehalfOf | GrantType::TokenExchange => {
                Err(self.needs_user())
            }
        }
    }

    fn needs_user(&self) -> EntraDenial {
        EntraDenial::StepUpRequired {
            claims: policy_claims(&self.contexts),
        }
    }
}

/// The `claims` of a refusal by policy: what the next request is to pass on. The policy's id is made up.
pub(super) fn policy_claims(contexts: &[String]) -> String {
    let policy = guid_of("conditional access: multi-factor authentication");
    let mut wanted = json!({ "capolids": { "essential": true, "values": [policy] } });
    match contexts {
        [] => {}
        [one] => wanted["acrs"] = json!({ "essential": true, "value": one }),
        several => wanted["acrs"] = json!({ "essential": true, "values": several }),
    }
    json!({ "access_token": wanted }).to_string()
}

/// The texts under `value` or `values`.
fn values(wanted: &Value) -> Vec<&str> {
    let one = wanted["value"].as_str();
    let several = wanted["values"].as_array().into_iter().flatten();
    one.into_iter()
        .chain(several.filter_map(Value::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(Option<String>, Vec<String>)> {
        let read = ClaimsRequest::parse(text)?;
        Some((read.capability, read.contexts))
    }

    #[test]
    fn what_clients_send_is_read() {
        let cp1 = |spelt: &str| Some((Some(spelt.to_owned()), Vec::new()));
        for (text, expected) in [
            (
                r#"{"access_token": {"xms_cc": {"values": ["CP1"]}}}"#,
                cp1("CP1"),
            ),
            (
                r#"{"access_token":{"xms_cc":{"values":["xx","cp1"]}}}"#,
                cp1("cp1"),
            ),
            (
                r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"},"xms_cc":{"values":["cp1"]}}}"#,
                cp1("cp1"),
            ),
            (
                r#"{"id_token":{"login_hint":{"essential":false}}}"#,
                Some((None, Vec::new())),
            ),
            (r#"{"access_token":null}"#, Some((None, Vec::new()))),
            (
                r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#,
                Some((None, vec!["c1".to_owned()])),
            ),
            (
                r#"{"access_token":{"acrs":{"values":["c1","c25","c1"]}}}"#,
                Some((None, vec!["c1".to_owned(), "c25".to_owned()])),
            ),
            (r#"{"access_token":{"acrs":{"value":"urn:x"}}}"#, None),
            (r#"{"access_token":[]}"#, None),
            ("[]", None),
            ("", None),
            ("cp1", None),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = parsed(&text);
        }
    }
}
