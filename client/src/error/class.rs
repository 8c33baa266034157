//! The closed list of what an error means for the caller.

use std::fmt;

use super::{RedirectError, Refusal};
use crate::GrantKind;

/// What the caller should do about an error, in twelve words.
///
/// For a refusal by the token endpoint the class follows from `error`, `suberror`, the HTTP
/// status and `claims` only. Microsoft asks clients never to act on AADSTS numbers or on
/// `error_description` (learn.microsoft.com, reference-error-codes), and this crate does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The grant is spent: sign in again.
    ReauthRequired,
    /// A person must do something first: a second factor, consent, a new password.
    InteractionRequired,
    /// The configuration or registration is wrong: repeating cannot help.
    Misconfigured,
    /// Too many requests: wait.
    Throttled,
    /// The server or the network had trouble: try again later.
    Transient,
    /// The resource did not take the token, even a new one.
    Unauthorized,
    /// The resource knows the caller and does not allow this.
    Forbidden,
    /// The token lacks a scope the resource names.
    InsufficientScope,
    /// The server's answer was not what the protocol says.
    Protocol,
    /// No answer in time.
    Timeout,
    /// The work was dropped before it was done.
    Cancelled,
    /// None of these.
    Other,
}

impl Class {
    /// The class in snake case, as used in reports and on the wire of test drivers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReauthRequired => "reauth_required",
            Self::InteractionRequired => "interaction_required",
            Self::Misconfigured => "misconfigured",
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::InsufficientScope => "insufficient_scope",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }

    /// The class of a refusal by the token endpoint.
    pub(super) fn of_refusal(refusal: &Refusal) -> Self {
        if refusal.status == http::StatusCode::TOO_MANY_REQUESTS {
            return Self::Throttled;
        }
        if refusal.grant == GrantKind::ManagedIdentity
            && let Some(class) = Self::of_machine(refusal.status)
        {
            return class;
        }
        let by_code = refusal
            .error
            .as_deref()
            .and_then(|error| Self::of_code(error, refusal));
        by_code.unwrap_or_else(|| {
            // 408 says the request did not arrive in time, not that it was wrong.
            if refusal.status.is_server_error()
                || refusal.status == http::StatusCode::REQUEST_TIMEOUT
            {
                Self::Transient
            } else {
                Self::Other
            }
        })
    }

    /// The class of a sign-in that came back wrong.
    pub(super) fn of_redirect(error: &RedirectError) -> Self {
        let RedirectError::Refused { error, .. } = error else {
            return Self::Protocol;
        };
        match error.as_str() {
            // The user said no, or was asked without being there.
            "access_denied"
            | "account_selection_required"
            | "consent_required"
            | "interaction_required"
            | "login_required" => Self::InteractionRequired,
            "server_error" | "temporarily_unavailable" => Self::Transient,
            _ => Self::Misconfigured,
        }
    }

    /// The class of a refusal by a machine's metadata service, whose `error` says less than its
    /// status: 404 and 410 come while it is being updated (Microsoft, how to use managed
    /// identities on a virtual machine, retry guidance).
    fn of_machine(status: http::StatusCode) -> Option<Self> {
        use http::StatusCode;
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::REQUEST_TIMEOUT => {
                Some(Self::Transient)
            }
            status if status.is_client_error() => Some(Self::Misconfigured),
            _ => None,
        }
    }

    /// The class by `error`, which goes before the status: Okta sends `temporarily_unavailable`
    /// with 400.
    fn of_code(error: &str, refusal: &Refusal) -> Option<Self> {
        Some(match error {
            "invalid_grant" if interactive(refusal) => Self::InteractionRequired,
            "invalid_grant" => Self::ReauthRequired,
            // v1 of Entra sends these where v2 sends invalid_grant with a suberror.
            "interaction_required"
            | "login_required"
            | "consent_required"
            | "account_selection_required" => Self::InteractionRequired,
            "temporarily_unavailable" | "server_error" => Self::Transient,
            // RFC 8628 section 3.5: the user is not done yet.
            "authorization_pending" | "slow_down" => Self::Transient,
            // Entra calls a code it does not know `bad_verification_code`.
            "expired_token" | "code_expired" | "bad_verification_code" => Self::ReauthRequired,
            // So it is called when the token to be exchanged is no good any more (RFC 8693 section 2.2.2).
            "invalid_request" if refusal.grant == GrantKind::TokenExchange => Self::ReauthRequired,
            // The user of the device said no.
            "authorization_declined" => Self::InteractionRequired,
            "access_denied" if refusal.grant == GrantKind::DeviceCode => Self::InteractionRequired,
            "invalid_client"
            | "unauthorized_client"
            | "access_denied"
            | "invalid_scope"
            | "unsupported_grant_type"
            | "invalid_request"
            | "invalid_resource"
            | "invalid_target"
            | "invalid_tenant"
            // Both mean the application demands DPoP, which must be configured on this side.
            | "invalid_dpop_proof"
            | "use_dpop_nonce" => Self::Misconfigured,
            // Okta's API envelope: too many requests, whatever the status.
            "E0000047" => Self::Throttled,
            code if is_okta_code(code) && refusal.status.is_client_error() => Self::Misconfigured,
            _ => return None,
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an `invalid_grant` asks for a person to act rather than for a new sign-in: the
/// server attached a claims request, or its `suberror` is one of those that
/// Microsoft's libraries treat so.
fn interactive(refusal: &Refusal) -> bool {
    refusal.claims.is_some()
        || matches!(
            refusal.suberror.as_deref(),
            Some(
                "basic_action"
                    | "additional_action"
                    | "consent_required"
                    | "user_password_expired"
                    | "ui_not_allowed"
                    | "interrupted_user"
            )
        )
}

/// `E` and seven digits: the `errorCode` of Okta's API envelope.
fn is_okta_code(code: &str) -> bool {
    code.len() == 8 && code.starts_with('E') && code.bytes().skip(1).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::GrantKind;

    fn class(status: u16, error: &str, suberror: &str, claims: &str) -> Class {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut refusal = Refusal::new(
            StatusCode::from_u16(status).expect("a status"),
            GrantKind::RefreshToken,
        );
        refusal.error = some(error);
        refusal.suberror = some(suberror);
        refusal.claims = some(claims);
        refusal.class()
    }

    fn of(grant: GrantKind, status: u16, error: &str) -> Class {
        let status = StatusCode::from_u16(status).expect("a status");
        let mut refusal = Refusal::new(status, grant);
        refusal.error = (!error.is_empty()).then(|| error.to_owned());
        refusal.class()
    }

    #[test]
    fn what_ends_the_wait_for_a_device() {
        let rows = [
            "authorization_pending",
            "slow_down",
            "expired_token",
            "code_expired",
            "bad_verification_code",
            "authorization_declined",
            "access_denied",
            "invalid_client",
        ];
        let table =
            rows.map(|error| format!("{error:24} {}", of(GrantKind::DeviceCode, 400, error)));
        insta::assert_snapshot!(table.join("\n"), @"
        authorization_pending    transient
        slow_down                transient
        expired_token            reauth_required
        code_expired             reauth_required
        bad_verification_code    reauth_required
        authorization_declined   interaction_required
        access_denied            interaction_required
        invalid_client           misconfigured
        ");
    }

    #[test]
    fn a_token_that_cannot_be_exchanged_is_a_request_that_is_not_valid() {
        let rows = ["invalid_request", "invalid_grant", "invalid_target"];
        let table =
            rows.map(|error| format!("{error:16} {}", of(GrantKind::TokenExchange, 400, error)));
        insta::assert_snapshot!(table.join("\n"), @"
        invalid_request  reauth_required
        invalid_grant    reauth_required
        invalid_target   misconfigured
        ");
    }

    #[test]
    fn a_machines_status_says_more_than_its_words() {
        let rows = [
            (400, "invalid_request"),
            (400, ""),
            (403, ""),
            (404, "invalid_request"),
            (404, ""),
            (408, ""),
            (410, ""),
            (429, ""),
            (500, "unknown"),
            (503, ""),
        ];
        let table = rows.map(|(status, error)| {
            format!(
                "{status} {error:16} {}",
                of(GrantKind::ManagedIdentity, status, error)
            )
        });
        insta::assert_snapshot!(table.join("\n"), @"
        400 invalid_request  misconfigured
        400                  misconfigured
        403                  misconfigured
        404 invalid_request  transient
        404                  transient
        408                  transient
        410                  transient
        429                  throttled
        500 unknown          transient
        503                  transient
        ");
    }

    #[test]
    fn sign_ins_that_come_back_wrong() {
        let refused = |error: &str| RedirectError::Refused {
            error: error.to_owned(),
            description: None,
        };
        let rows = [
            RedirectError::WrongState,
            RedirectError::NoCode,
            refused("access_denied"),
            refused("login_required"),
            refused("server_error"),
            refused("unauthorized_client"),
        ];
        let table = rows.map(|error| format!("{error}: {}", Class::of_redirect(&error)));
        insta::assert_snapshot!(table.join("\n"), @"
        sign-in came back with a state that is not of this request; drop it: protocol
        sign-in came back without a code: protocol
        sign-in was refused with access_denied: interaction_required
        sign-in was refused with login_required: interaction_required
        sign-in was refused with server_error: transient
        sign-in was refused with unauthorized_client: misconfigured
        ");
    }

    #[test]
    fn the_whole_table() {
        let rows = [
            (400, "invalid_grant", "", ""),
            (400, "invalid_grant", "bad_token", ""),
            (400, "invalid_grant", "token_expired", ""),
            (400, "invalid_grant", "client_mismatch", ""),
            (400, "invalid_grant", "protection_policy_required", ""),
            (400, "invalid_grant", "device_authentication_failed", ""),
            (400, "invalid_grant", "message_only", ""),
            (400, "invalid_grant", "message_only", "{}"),
            (400, "invalid_grant", "basic_action", ""),
            (400, "invalid_grant", "additional_action", ""),
            (400, "invalid_grant", "consent_required", ""),
            (400, "invalid_grant", "user_password_expired", ""),
            (400, "invalid_grant", "", "{}"),
            (400, "interaction_required", "", ""),
            (400, "login_required", "", ""),
            (400, "consent_required", "", ""),
            (401, "invalid_client", "", ""),
            (400, "invalid_client", "", ""),
            (400, "unauthorized_client", "", ""),
            (401, "access_denied", "", ""),
            (400, "invalid_scope", "", ""),
            (400, "unsupported_grant_type", "", ""),
            (400, "invalid_request", "", ""),
            (400, "invalid_resource", "", ""),
            (400, "invalid_tenant", "", ""),
            (400, "invalid_dpop_proof", "", ""),
            (503, "temporarily_unavailable", "", ""),
            (400, "temporarily_unavailable", "", ""),
            (500, "server_error", "", ""),
            (503, "", "", ""),
            (408, "", "", ""),
            (429, "invalid_grant", "", ""),
            (429, "", "", ""),
            (429, "E0000047", "", ""),
            (403, "E0000047", "", ""),
            (404, "E0000007", "", ""),
            (500, "E0000009", "", ""),
            (400, "something_new", "", ""),
            (500, "something_new", "", ""),
        ];
        let table: Vec<_> = rows
            .map(|(status, error, suberror, claims)| {
                let class = class(status, error, suberror, claims);
                format!("{status} {error:24} {suberror:28} {claims:3} {class}")
            })
            .into();
        insta::assert_snapshot!(table.join("\n"), @r"
        400 invalid_grant                                             reauth_required
        400 invalid_grant            bad_token                        reauth_required
        400 invalid_grant            token_expired                    reauth_required
        400 invalid_grant            client_mismatch                  reauth_required
        400 invalid_grant            protection_policy_required       reauth_required
        400 invalid_grant            device_authentication_failed     reauth_required
        400 invalid_grant            message_only                     reauth_required
        400 invalid_grant            message_only                 {}  interaction_required
        400 invalid_grant            basic_action                     interaction_required
        400 invalid_grant            additional_action                interaction_required
        400 invalid_grant            consent_required                 interaction_required
        400 invalid_grant            user_password_expired            interaction_required
        400 invalid_grant                                         {}  interaction_required
        400 interaction_required                                      interaction_required
        400 login_required                                            interaction_required
        400 consent_required                                          interaction_required
        401 invalid_client                                            misconfigured
        400 invalid_client                                            misconfigured
        400 unauthorized_client                                       misconfigured
        401 access_denied                                             misconfigured
        400 invalid_scope                                             misconfigured
        400 unsupported_grant_type                                    misconfigured
        400 invalid_request                                           misconfigured
        400 invalid_resource                                          misconfigured
        400 invalid_tenant                                            misconfigured
        400 invalid_dpop_proof                                        misconfigured
        503 temporarily_unavailable                                   transient
        400 temporarily_unavailable                                   transient
        500 server_error                                              transient
        503                                                           transient
        408                                                           transient
        429 invalid_grant                                             throttled
        429                                                           throttled
        429 E0000047                                                  throttled
        403 E0000047                                                  throttled
        404 E0000007                                                  misconfigured
        500 E0000009                                                  transient
        400 something_new                                             other
        500 something_new                                             transient
        ");
    }
}
