//! Every reason for a refusal in Entra's words.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::aadsts::{Aadsts, text_of};
use super::assertion_denial as assertion;
use super::claims_request::policy_claims;
use super::code_denial as code;
use super::coded::Coded;
use super::sign_in_denial::SignInDenial;
use crate::engine::{AssertionFault, Denial};
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// A reason, common or Entra's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EntraDenial {
    /// A reason both vendors know.
    Common(Denial),
    /// No certificate of the application that the assertion may be signed with is in its time.
    CertificateOutdated {
        client: String,
        thumbprint: String,
        start: Timestamp,
        end: Timestamp,
    },
    /// The token of another issuer does not match any federated credential of the application.
    Federated(FederatedFault),
    /// An app-only request without any credential.
    AppOnlyWithoutCredential,
    /// Policies do not let an application sign in as it asks to.
    AccessBlocked { claims: String },
    /// A user has to do more than has been done; `claims` is what to ask for then.
    StepUpRequired { claims: String },
    /// The application has no service principal in the tenant.
    ServicePrincipalMissing { client: String, tenant: String },
    /// A reason that says no more than its number.
    Coded(Coded),
    /// The password grant at `/common` or `/consumers`.
    GrantNotOverCommon,
    /// `resource` belongs to the v1.0 endpoint.
    ResourceParameter,
    /// No API of the tenant has this identifier.
    ResourceUnknown { resource: String, tenant: String },
    /// A scope that is malformed or mixes `.default` with others.
    ScopeInvalid { scope: String },
    /// An app-only scope that does not end in `/.default`.
    ScopeNotDefault { scope: String },
    /// Scopes of several resources.
    ScopeSeveralResources,
    /// What is wrong with a sign-in or with what it gave.
    SignIn(SignInDenial),
    /// The refresh token of a single-page application is past its fixed end.
    SpaRefreshExpired {
        issued_at: Timestamp,
        limit: Duration,
    },
    /// App-only at `/common`, `/organizations` or `/consumers`.
    TenantImplied,
    /// A tenant segment that is neither GUID nor domain.
    TenantMalformed { tenant: String },
    /// No such tenant.
    TenantUnknown { tenant: String },
}

/// What of a federated credential was not matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FederatedFault {
    /// The application trusts nobody.
    NoneTrusted { client: String, name: String },
    /// It does not trust this issuer.
    Issuer { issuer: String },
    /// It trusts the issuer, and not for this subject.
    Subject { subject: String },
    /// It trusts issuer and subject, and not for this audience.
    Audience { audience: String },
    /// The issuer has not signed it.
    Signature { key: String },
}

impl From<AssertionFault> for EntraDenial {
    fn from(fault: AssertionFault) -> Self {
        Self::Common(fault.into())
    }
}

impl From<FederatedFault> for EntraDenial {
    fn from(fault: FederatedFault) -> Self {
        Self::Federated(fault)
    }
}

impl From<SignInDenial> for EntraDenial {
    fn from(denial: SignInDenial) -> Self {
        Self::SignIn(denial)
    }
}

impl From<Denial> for EntraDenial {
    fn from(denial: Denial) -> Self {
        Self::Common(denial)
    }
}

impl EntraDenial {
    /// The answer.
    pub(super) fn render(&self, world: &World, inbound: &Inbound) -> Reply {
        self.aadsts(world.clock.now()).render(world, inbound)
    }

    pub(super) fn aadsts(&self, now: Timestamp) -> Aadsts {
        match self {
            Self::SignIn(denial) => denial.aadsts(),
            Self::Common(denial) => common(denial, now),
            Self::CertificateOutdated {
                client,
                thumbprint,
                start,
                end,
            } => assertion::outdated(client, thumbprint, *start, *end),
            Self::Federated(fault) => assertion::federated(fault),
            Self::AppOnlyWithoutCredential => Aadsts::new(
                7_000_216,
                "invalid_client",
                "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
            ),
            Self::AccessBlocked { claims } => {
                let blocked = Aadsts::new(53_003, "invalid_grant", text_of(53_003));
                blocked.suberror("message_only").claims(claims)
            }
            Self::StepUpRequired { claims } => {
                let required = Aadsts::new(50_076, "invalid_grant", text_of(50_076));
                required.suberror("basic_action").claims(claims)
            }
            Self::ServicePrincipalMissing { client, tenant } => Aadsts::new(
                7_000_229,
                "invalid_client",
                format!(
                    "The client application {client} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119"
                ),
            ),
            Self::Coded(coded) => coded.aadsts(),
            Self::GrantNotOverCommon => Aadsts::new(
                9_001_023,
                "invalid_request",
                "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
            ),
            Self::SpaRefreshExpired { issued_at, limit } => Aadsts::new(
                700_084,
                "invalid_grant",
                format!(
                    "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {}, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {}.",
                    days(*limit),
                    seven_digits(*issued_at)
                ),
            )
            .suberror("bad_token"),
            Self::ResourceParameter => Aadsts::new(
                901_002,
                "invalid_request",
                "The 'resource' request parameter isn't supported.",
            ),
            Self::ResourceUnknown { resource, tenant } => Aadsts::new(
                500_011,
                "invalid_resource",
                format!(
                    "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
                ),
            ),
            Self::ScopeInvalid { scope } => Aadsts::new(
                70_011,
                "invalid_scope",
                format!(
                    "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
                ),
            ),
            Self::ScopeNotDefault { scope } => Aadsts::new(
                1_002_012,
                "invalid_scope",
                format!(
                    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            ),
            Self::ScopeSeveralResources => Aadsts::new(
                700_022,
                "invalid_scope",
                "The provided value for the input parameter scope isn't valid because it contains more than one resource.",
            ),
            // Assumed: reports of app-only requests at /common show this answer, another, and even a token.
            Self::TenantImplied => Aadsts::new(
                50_059,
                "invalid_request",
                "No tenant-identifying information found in either the request or implied by any provided credentials.",
            ),
            Self::TenantMalformed { tenant } => Aadsts::new(
                900_023,
                "invalid_request",
                format!(
                    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
                ),
            ),
            Self::TenantUnknown { tenant } => Aadsts::new(
                90_002,
                "invalid_tenant",
                format!(
                    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
                ),
            ),
        }
    }
}

fn common(denial: &Denial, now: Timestamp) -> Aadsts {
    match denial {
        Denial::Code(refusal) => code::refused(refusal),
        Denial::AppDisabled { client } => Aadsts::new(7_000_112, "unauthorized_client", format!("Application '{client}' is disabled.")),
        Denial::AppUnknown { client, .. } => Aadsts::new(700_016, "unauthorized_client", format!("Application with identifier '{client}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.")),
        Denial::Assertion(fault) => assertion::common(fault, now),
        // No sample of this case is public; the number is the one for malformed input.
        Denial::BasicGarbled => Aadsts::new(90_013, "invalid_request", "Invalid input received from the user."),
        Denial::CredentialMissing => Aadsts::new(7_000_218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
        // Assumed: no sample of two credentials is public; the number is the one for an invalid request.
        Denial::CredentialsSeveral => Aadsts::new(90_023, "invalid_request", text_of(90_023)),
        Denial::CredentialUnexpected => Aadsts::new(700_025, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
        // Only the error is documented; the number is that of a consent that was refused.
        Denial::DeviceDenied => Aadsts::new(65_004, "authorization_declined", "User declined to consent to access the app."),
        Denial::DeviceExpired => Aadsts::new(70_020, "expired_token", "The provided value for the input parameter 'device_code' is not valid. This device code has expired."),
        // Entra is not known to ask for patience: whoever asks too often is told to go on.
        Denial::DevicePending | Denial::DeviceSlowDown => Aadsts::new(70_016, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
        // That this is the number for a code that was used up is assumed.
        Denial::DeviceRedeemed => Aadsts::new(90_120, "invalid_request", "The request was already authorized or declined."),
        Denial::DeviceOtherClient | Denial::DeviceUnknown => Aadsts::new(70_018, "bad_verification_code", "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't approved."),
        // The wording is assumed; number and error are documented.
        Denial::GrantNotAllowed { grant, .. } | Denial::GrantUnsupported { grant } => Aadsts::new(70_003, "unsupported_grant_type", format!("The app requested an unsupported grant type '{grant}'.")),
        Denial::Malformed => Aadsts::new(90_013, "invalid_request", "Invalid input received from the user."),
        Denial::MethodNotAllowed { method } => Aadsts::new(900_561, "invalid_request", format!("The endpoint only accepts POST, OPTIONS requests. Received a {method} request.")),
        Denial::ParameterMissing(name) => Aadsts::new(900_144, "invalid_request", format!("The request body must contain the following parameter: '{name}'.")),
        // No sample of this case is public.
        Denial::ParameterRepeated(name) => Aadsts::new(9_000_411, "invalid_request", format!("The request is not properly formatted. The parameter '{name}' is duplicated.")),
        Denial::PasswordExpired => Aadsts::new(50_055, "invalid_grant", text_of(50_055)).suberror("user_password_expired").member("password_change_url", json!("https://portal.microsoftonline.com/ChangePassword.aspx")),
        Denial::PasswordUnset => Aadsts::new(50_056, "invalid_grant", "Invalid or missing password: password does not exist in the directory for this user."),
        Denial::PasswordWrong => Aadsts::new(50_126, "invalid_grant", text_of(50_126)),
        Denial::RefreshIdle { issued_at, limit } => Aadsts::new(700_082, "invalid_grant", format!("The refresh token has expired due to inactivity. The token was issued on {} and was inactive for {}.", seven_digits(*issued_at), days(*limit))),
        Denial::RefreshOtherClient | Denial::RefreshReused => Aadsts::new(70_000, "invalid_grant", text_of(70_000)),
        Denial::RefreshRevoked { issued_at, revoked_at } => revoked(*issued_at, *revoked_at),
        // Documented once and no longer; never met unless a lifetime is configured.
        Denial::RefreshTooOld { issued_at, limit } => Aadsts::new(700_081, "invalid_grant", format!("The refresh token has expired due to maximum lifetime. The token was issued on {} and the maximum allowed lifetime for this application is {}.", seven_digits(*issued_at), days(*limit))),
        Denial::RefreshUnknown => Aadsts::new(9_002_313, "invalid_grant", "Invalid request. Request is malformed or invalid."),
        Denial::ConsentMissing { client } | Denial::ScopeUnknown { client, .. } | Denial::ScopeWider { client, .. } => Aadsts::new(65_001, "invalid_grant", format!("The user or administrator has not consented to use the application with ID '{client}'. Send an interactive authorization request for this user and resource.")).suberror("consent_required"),
        Denial::SecretExpired { client } => Aadsts::new(7_000_222, "invalid_client", format!("The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.")),
        Denial::SecretWrong { client } => Aadsts::new(7_000_215, "invalid_client", format!("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.")),
        Denial::UserDisabled => Aadsts::new(50_057, "invalid_grant", text_of(50_057)),
        Denial::UserLocked => Aadsts::new(50_053, "invalid_grant", text_of(50_053)),
        Denial::UserNeedsMfa => Aadsts::new(50_076, "invalid_grant", text_of(50_076)).suberror("basic_action").claims(&policy_claims(&[])),
        Denial::UserUnknown { .. } => Aadsts::new(50_034, "invalid_grant", "The user account {EmailHidden} does not exist in the directory. To sign into this application, the account must be added to the directory."),
    }
}

/// Somebody has put an end to all that was granted before.
pub(super) fn revoked(issued_at: Timestamp, revoked_at: Timestamp) -> Aadsts {
    Coded::new(50_173)
        .with("issued", seven_digits(issued_at))
        .with("now", seven_digits(revoked_at))
        .aadsts()
}

/// `2030-01-01T00:00:00.0000000Z`, as Entra writes instants in these texts.
pub(super) fn seven_digits(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
        .to_string()
}

/// `90.00:00:00`: days and time.
fn days(limit: Duration) -> String {
    let seconds = limit.as_secs();
    format!(
        "{}.{:02}:{:02}:{:02}",
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}
