//! Every reason for a refusal in Okta's words (developer.okta.com/docs/reference/error-codes, OAuth 2.0 section).

use http::StatusCode;
use serde_json::json;

use super::envelope::{envelope, method_not_allowed};
use crate::engine::{AssertionFault, Denial};
use crate::ledger::CodeRefusal;
use crate::reply::Reply;
use crate::world::World;

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

impl From<Denial> for OktaDenial {
    fn from(denial: Denial) -> Self {
        Self::Common(denial)
    }
}

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

impl OktaDenial {
    /// The answer.
    pub(super) fn render(&self, world: &World) -> Reply {
        match self {
            Self::Common(denial) => common(world, denial),
            Self::AssertionTooLong => oauth(
                UNAUTHORIZED,
                "invalid_client",
                "The client_assertion token has an expiration too far into the future.",
            ),
            Self::AssertionFromFuture => oauth(
                UNAUTHORIZED,
                "invalid_client",
                "The client_assertion token must be issued before the current time.",
            ),
            Self::AssertionUsed => oauth(
                UNAUTHORIZED,
                "invalid_client",
                "The client_assertion token has already been used.",
            ),
            // In the form of an outage: clients may try again, and none takes it for a verdict on its assertion.
            Self::AssertionsTooMany => envelope(
                world,
                StatusCode::SERVICE_UNAVAILABLE,
                "E0000009",
                "The mock remembers 100,000 used assertions that have not expired, the most it can; let them expire sooner, or reset it.",
                &[],
            ),
            Self::AuthorizationServerUnknown { id } => {
                let summary = format!("Not found: Resource not found: {id} (AuthorizationServer)");
                envelope(world, StatusCode::NOT_FOUND, "E0000007", &summary, &[])
            }
            Self::CredentialsInQuery => oauth(
                BAD,
                "invalid_request",
                "Client credentials cannot be supplied via query parameters.",
            ),
            Self::OrgTakesNoSecret => oauth(
                UNAUTHORIZED,
                "invalid_client",
                "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
            ),
            Self::ScopeForUsers { scope } => oauth(
                BAD,
                "invalid_scope",
                &format!("Cannot request '{scope}' scopes using client credentials."),
            ),
            Self::ScopeWithoutDefault => oauth(
                BAD,
                "invalid_scope",
                "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
            ),
            // 401 was seen.
            Self::NoPolicyFits => oauth(
                UNAUTHORIZED,
                "access_denied",
                "Policy evaluation failed for this request, please check the policy configurations.",
            ),
            Self::ScopesEmpty => oauth(BAD, "invalid_scope", "No scopes were requested."),
        }
    }
}

fn common(world: &World, denial: &Denial) -> Reply {
    const DEAD_REFRESH_TOKEN: &str = "The refresh token is invalid or expired.";
    const DEAD_CODE: &str = "The authorization code is invalid or has expired.";
    const WRONG_CREDENTIALS: &str = "The credentials provided were invalid.";
    match denial {
        Denial::Code(CodeRefusal::VerifierMissing | CodeRefusal::VerifierWrong) => {
            oauth(BAD, "invalid_grant", "PKCE verification failed.")
        }
        Denial::Code(_) => oauth(BAD, "invalid_grant", DEAD_CODE),
        Denial::AppDisabled { .. } | Denial::CredentialUnexpected => oauth(
            UNAUTHORIZED,
            "invalid_client",
            "Client authentication failed. Either the client or the client credentials are invalid.",
        ),
        // Not the RFC's body but the API envelope. That the status follows from where the id stood is assumed: seven samples
        // agree, the error catalogue does not.
        Denial::AppUnknown { by_basic, .. } => {
            let status = if *by_basic { UNAUTHORIZED } else { BAD };
            envelope(
                world,
                status,
                "invalid_client",
                "Invalid value for 'client_id' parameter.",
                &[],
            )
        }
        Denial::Assertion(fault) => assertion(fault),
        // Documented for scopes of Okta's own APIs; assumed for others.
        Denial::ConsentMissing { .. } => oauth(
            BAD,
            "consent_required",
            "You are not allowed any of the requested scopes.",
        ),
        Denial::BasicGarbled => oauth(
            UNAUTHORIZED,
            "invalid_client",
            "Found Authentication header but was not valid client credentials.",
        ),
        Denial::CredentialMissing => oauth(
            UNAUTHORIZED,
            "invalid_client",
            "No client credentials found.",
        ),
        // 401 was seen; the specification's example has 400.
        Denial::CredentialsSeveral => oauth(
            UNAUTHORIZED,
            "invalid_request",
            "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
        ),
        // The error catalogue has 403 for `access_denied` in general; RFC 8628 section 3.5 and its clients expect 400 here.
        Denial::DeviceDenied => oauth(
            BAD,
            "access_denied",
            "The resource owner or authorization server denied the request.",
        ),
        Denial::DeviceExpired => oauth(BAD, "expired_token", "The device code has expired."),
        Denial::DeviceOtherClient | Denial::DeviceRedeemed | Denial::DeviceUnknown => oauth(
            BAD,
            "invalid_grant",
            "The device code is invalid or has expired.",
        ),
        Denial::DevicePending => oauth(
            BAD,
            "authorization_pending",
            "The device authorization is pending. Please try again later.",
        ),
        Denial::DeviceSlowDown => oauth(
            BAD,
            "slow_down",
            "Slow down the polling frequency. Please try again later.",
        ),
        Denial::GrantNotAllowed { allowed, .. } => oauth(
            BAD,
            "unauthorized_client",
            &format!(
                "The client is not authorized to use the provided grant type. Configured grant types: [{}].",
                allowed.join(", ")
            ),
        ),
        Denial::GrantUnsupported { .. } => oauth(
            BAD,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, password, client_credentials].",
        ),
        // No sample of this case is public; the summary is E0000003's.
        Denial::Malformed => oauth(
            BAD,
            "invalid_request",
            "The request body was not well-formed.",
        ),
        Denial::MethodNotAllowed { .. } => method_not_allowed(world),
        Denial::ParameterMissing("grant_type") => oauth(
            BAD,
            "invalid_request",
            "The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials].",
        ),
        Denial::ParameterMissing("client_id") => oauth(
            UNAUTHORIZED,
            "invalid_client",
            "No client credentials found.",
        ),
        Denial::ParameterMissing(name) => oauth(
            BAD,
            "invalid_request",
            &format!("The required parameter '{name}' is missing."),
        ),
        Denial::ParameterRepeated(_) => oauth(
            BAD,
            "invalid_request",
            "The request contained multiple parameters with the same name.",
        ),
        Denial::PasswordExpired => oauth(BAD, "invalid_grant", "Password has expired."),
        // Seen for a wrong password and a locked account; assumed for the other two.
        Denial::PasswordUnset
        | Denial::PasswordWrong
        | Denial::UserDisabled
        | Denial::UserLocked
        | Denial::UserUnknown { .. } => oauth(BAD, "invalid_grant", WRONG_CREDENTIALS),
        Denial::RefreshIdle { .. }
        | Denial::RefreshReused
        | Denial::RefreshRevoked { .. }
        | Denial::RefreshTooOld { .. }
        | Denial::RefreshUnknown => oauth(BAD, "invalid_grant", DEAD_REFRESH_TOKEN),
        Denial::RefreshOtherClient => oauth(
            BAD,
            "invalid_grant",
            "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
        ),
        Denial::ScopeUnknown { .. } => oauth(
            BAD,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        Denial::ScopeWider { scope, .. } => oauth(
            BAD,
            "access_denied",
            &format!(
                "Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: [{scope}]."
            ),
        ),
        Denial::SecretExpired { .. } | Denial::SecretWrong { .. } => oauth(
            UNAUTHORIZED,
            "invalid_client",
            "The client secret supplied for a confidential client is invalid.",
        ),
        Denial::UserNeedsMfa => oauth(
            BAD,
            "invalid_grant",
            "Resource owner password credentials cannot be used with MFA enabled.",
        ),
    }
}

/// Texts of the error catalogue; that an assertion from the future is told so by `nbf` as by `iat` is assumed.
fn assertion(fault: &AssertionFault) -> Reply {
    let refused = |description| oauth(UNAUTHORIZED, "invalid_client", description);
    match fault {
        AssertionFault::Algorithm { .. } => {
            refused("The client_assertion signature algorithm is invalid.")
        }
        AssertionFault::Audience => refused(
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        AssertionFault::Expired { .. } => refused("The client_assertion token is expired."),
        AssertionFault::ExpiryMissing => {
            refused("The client_assertion must contain the 'exp' claim as seconds since epoch.")
        }
        AssertionFault::Issuer => {
            refused("The issuer claim for client_assertion is not a valid client_id.")
        }
        AssertionFault::KeyUnknown { .. } => refused("The client_assertion JWT kid is invalid."),
        AssertionFault::Malformed => refused("The parsing of the client_assertion failed."),
        AssertionFault::NoKeys { .. } => refused(
            "The client does not have a JWKSet configured, but the client_assertion requires one.",
        ),
        AssertionFault::NotYetValid { .. } => {
            refused("The client_assertion token must be issued before the current time.")
        }
        AssertionFault::Signature { .. } => refused("The client_assertion signature is invalid."),
        AssertionFault::Subject => {
            refused("The subject claim for client_assertion is not a valid client_id.")
        }
        AssertionFault::Type => oauth(
            BAD,
            "invalid_request",
            "The client_assertion_type is invalid.",
        ),
    }
}

/// `{"error", "error_description"}`, without `error_uri`.
pub(super) fn oauth(status: StatusCode, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        json!({ "error": error, "error_description": description }),
    )
    .with_error(error, None)
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
