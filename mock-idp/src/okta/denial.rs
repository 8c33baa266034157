//! Every reason for a refusal in Okta's words (developer.okta.com/docs/reference/error-codes, OAuth 2.0 section).

use http::StatusCode;

use super::codes;
use super::envelope::envelope;
use crate::engine::{AssertionFault, Denial};
use crate::ledger::CodeRefusal;
use crate::reply::Reply;
use crate::world::World;

/// The grants that errors name.
pub(super) const GRANTS: &str = "authorization_code, refresh_token, password, client_credentials";

/// A reason, common or Okta's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OktaDenial {
    /// A reason both vendors know.
    Common(Denial),
    /// `exp` of an assertion lies more than an hour ahead.
    AssertionTooLong,
    /// `iat` of an assertion lies ahead.
    AssertionFromFuture,
    /// An assertion with this `jti` was used before.
    AssertionUsed,
    /// As many used assertions are remembered as may be: a bound of the mock, not of Okta.
    AssertionsTooMany,
    /// No custom authorization server has this id.
    AuthorizationServerUnknown { id: String },
    /// Client id or secret in the query string.
    CredentialsInQuery,
    /// An error that says no more than its line in the table.
    Named(Named),
    /// A DPoP proof without a nonce that is good; this one is.
    NonceNeeded { nonce: String },
    /// The server has access policies, and none of them is for this request.
    NoPolicyFits,
    /// A secret at the org authorization server, where service apps must use `private_key_jwt`.
    OrgTakesNoSecret,
    /// OpenID scopes in an app-only request.
    ScopeForUsers { scope: String },
    /// No scope asked for and none configured as default.
    ScopeWithoutDefault,
    /// No scope asked for at the org authorization server.
    ScopesEmpty,
}

impl From<AssertionFault> for OktaDenial {
    fn from(fault: AssertionFault) -> Self {
        Self::Common(fault.into())
    }
}

impl From<Named> for OktaDenial {
    fn from(named: Named) -> Self {
        Self::Named(named)
    }
}

impl From<Denial> for OktaDenial {
    fn from(denial: Denial) -> Self {
        Self::Common(denial)
    }
}

/// An error of the table, with what stands in place of the braces of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    name: &'static str,
    told: Option<(&'static str, String)>,
}

/// The error of this name.
pub(super) fn named(name: &'static str) -> Named {
    Named { name, told: None }
}

/// The same with what stands in place of `{key}` in its text.
pub(super) fn told(name: &'static str, key: &'static str, value: impl Into<String>) -> Named {
    Named {
        name,
        told: Some((key, value.into())),
    }
}

impl Named {
    /// The answer.
    pub(super) fn render(&self, world: &World) -> Reply {
        codes::answer(world, self.name, &self.filling())
    }

    /// The status that goes with it.
    pub(super) fn status(&self) -> StatusCode {
        codes::status(self.name)
    }

    /// Whether it is about how possession of a key was proven.
    pub(super) fn is_about_a_proof(&self) -> bool {
        self.name.starts_with("dpop_") || self.name == "access_token_not_dpop_bound"
    }

    /// `error` and its description.
    pub(super) fn text(&self) -> (&'static str, String) {
        codes::text(self.name, &self.filling())
    }

    fn filling(&self) -> Vec<(&str, &str)> {
        let told = self.told.iter();
        told.map(|(key, value)| (*key, value.as_str())).collect()
    }
}

impl OktaDenial {
    /// The answer.
    pub(super) fn render(&self, world: &World) -> Reply {
        match self {
            // In the form of an outage: clients may try again, and none takes it for a verdict on its assertion.
            Self::AssertionsTooMany => envelope(
                world,
                StatusCode::SERVICE_UNAVAILABLE,
                "E0000009",
                "The mock remembers 100,000 used assertions that have not expired, the most it can; let them expire sooner, or reset it.",
                &[],
            ),
            Self::AuthorizationServerUnknown { id } => {
                let told = [("id", id.as_str()), ("type", "AuthorizationServer")];
                codes::answer(world, "E0000007", &told)
            }
            Self::Common(Denial::DeviceDenied) => {
                let mut reply = self.named().render(world);
                let status = world.directory.okta.uncertain.device_denied_status;
                reply.status = StatusCode::from_u16(status).unwrap_or(reply.status);
                reply
            }
            Self::NonceNeeded { nonce } => {
                let mut reply = self.named().render(world);
                reply.set_header("dpop-nonce", nonce);
                reply
            }
            _ => self.named().render(world),
        }
    }

    /// The error of the table that it is told as.
    pub(super) fn named(&self) -> Named {
        match self {
            Self::Common(denial) => common(denial),
            Self::Named(named) => named.clone(),
            Self::AssertionTooLong => named("assertion_exp_too_far"),
            Self::AssertionFromFuture => named("assertion_from_future"),
            Self::AssertionUsed => named("assertion_used"),
            Self::AssertionsTooMany => named("temporarily_unavailable"),
            Self::AuthorizationServerUnknown { .. } => named("authorization_server_invalid"),
            Self::CredentialsInQuery => named("client_credentials_in_query"),
            Self::NoPolicyFits => named("policy_evaluation_failed"),
            Self::NonceNeeded { .. } => named("use_dpop_nonce"),
            Self::OrgTakesNoSecret => named("org_private_key_jwt_only"),
            Self::ScopeForUsers { scope } => told("openid_scope_without_user", "scopes", scope),
            Self::ScopeWithoutDefault => named("no_default_scopes"),
            Self::ScopesEmpty => named("no_scopes"),
        }
    }
}

fn common(denial: &Denial) -> Named {
    match denial {
        Denial::Code(refusal) => named(code(refusal)),
        Denial::AppDisabled { .. } | Denial::CredentialUnexpected => {
            named("client_authentication_failed")
        }
        Denial::AppUnknown { by_basic: true, .. } => named("client_unknown_by_basic"),
        Denial::AppUnknown { .. } => named("client_unknown"),
        Denial::Assertion(fault) => named(assertion(fault)),
        Denial::ConsentMissing { .. } => named("scopes_not_granted"),
        Denial::BasicGarbled => named("client_credentials_malformed"),
        Denial::CredentialMissing | Denial::ParameterMissing("client_id") => {
            named("client_credentials_missing")
        }
        Denial::CredentialsSeveral => named("multiple_client_credentials"),
        Denial::DeviceDenied => named("device_denied"),
        Denial::DeviceExpired => named("expired_token"),
        Denial::DeviceOtherClient | Denial::DeviceRedeemed | Denial::DeviceUnknown => {
            named("device_code_invalid")
        }
        Denial::DevicePending => named("authorization_pending"),
        Denial::DeviceSlowDown => named("slow_down"),
        Denial::GrantNotAllowed { allowed, .. } => {
            told("unauthorized_grant_type", "grants", allowed.join(", "))
        }
        Denial::GrantUnsupported { .. } => told("unsupported_grant_type", "grants", GRANTS),
        Denial::Malformed => named("request_malformed"),
        Denial::MethodNotAllowed { .. } => named("E0000022"),
        Denial::ParameterMissing("grant_type") => told("grant_type_missing", "grants", GRANTS),
        Denial::ParameterMissing(name) => told("parameter_missing", "name", *name),
        Denial::ParameterRepeated(_) => named("parameter_repeated"),
        Denial::PasswordExpired => named("password_expired"),
        Denial::PasswordUnset
        | Denial::PasswordWrong
        | Denial::UserDisabled
        | Denial::UserLocked
        | Denial::UserUnknown { .. } => named("credentials_wrong"),
        Denial::RefreshIdle { .. }
        | Denial::RefreshReused
        | Denial::RefreshRevoked { .. }
        | Denial::RefreshTooOld { .. }
        | Denial::RefreshUnknown => named("refresh_token_invalid"),
        Denial::RefreshOtherClient => named("grant_of_another_client"),
        Denial::ScopeUnknown { .. } => named("scope_unknown"),
        Denial::ScopeWider { scope, .. } => told("refresh_scopes_denied", "scopes", scope),
        Denial::SecretExpired { .. } | Denial::SecretWrong { .. } => named("client_secret_wrong"),
        Denial::UserNeedsMfa => named("password_auth_denied_mfa"),
    }
}

/// The error for a code that gives nothing.
fn code(refusal: &CodeRefusal) -> &'static str {
    match refusal {
        CodeRefusal::OtherClient => "grant_of_another_client",
        CodeRefusal::OtherIssuer => "grant_of_another_server",
        CodeRefusal::OtherRedirect { .. } => "redirect_uri_mismatch",
        CodeRefusal::VerifierMissing => "pkce_missing_verifier",
        CodeRefusal::VerifierWrong => "pkce_verification_failed",
        CodeRefusal::Expired
        | CodeRefusal::Redeemed
        | CodeRefusal::Revoked { .. }
        | CodeRefusal::Unknown => "code_invalid",
    }
}

/// The error for an assertion that authenticates nobody.
fn assertion(fault: &AssertionFault) -> &'static str {
    match fault {
        AssertionFault::Algorithm { .. } => "assertion_algorithm",
        AssertionFault::Audience => "assertion_audience",
        AssertionFault::Expired { .. } => "assertion_expired",
        AssertionFault::ExpiryMissing => "assertion_without_exp",
        AssertionFault::Issuer => "assertion_issuer",
        AssertionFault::KeyUnknown { .. } => "assertion_kid",
        AssertionFault::Malformed => "assertion_malformed",
        AssertionFault::NoKeys { .. } => "assertion_without_jwks",
        AssertionFault::NotYetValid { .. } => "assertion_from_future",
        AssertionFault::Signature { .. } => "assertion_signature",
        AssertionFault::Subject => "assertion_subject",
        AssertionFault::Type => "assertion_type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MockIdp, neighbours};

    #[tokio::test]
    async fn the_bound_of_the_mock_is_told_as_an_outage() {
        let idp = MockIdp::okta().plain_http().start().await.expect("a world");
        let world = neighbours::issuing_as(&idp.issuer()).expect("it lasts");
        let reply = OktaDenial::AssertionsTooMany.render(&world);
        let facts = reply.facts(crate::journal::Delivery::Sent);
        assert_eq!(
            (facts.status, facts.error.as_deref()),
            (503, Some("E0000009"))
        );
    }
}
