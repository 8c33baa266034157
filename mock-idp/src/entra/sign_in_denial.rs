//! Why a sign-in, or what came of one, is refused: the reasons that only Entra knows, in its words.

use jiff::Timestamp;

use super::aadsts::{Aadsts, text_of, utc};
use super::coded::Coded;

/// What is wrong with a sign-in or with what it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SignInDenial {
    /// Several accounts are signed in, and nothing says which one is meant.
    AccountAmbiguous,
    /// The user would have to ask an administrator.
    AdminConsentRequired,
    /// The token of the user is for somebody else.
    AssertionAudience {
        audience: String,
        client: String,
        name: String,
    },
    /// The token of the user has expired.
    AssertionExpired { now: Timestamp, end: Timestamp },
    /// An id token stands in the place of an access token.
    AssertionIsIdToken,
    /// Nobody's token, or of no user.
    AssertionMalformed,
    /// Nobody here has signed it.
    AssertionSignature { key: String },
    /// The proof of an application without secret is announced in another way than it can be.
    ChallengeMethod,
    /// It is missing.
    ChallengeRequired,
    /// It is too short or too long (RFC 7636 section 4.2).
    ChallengeSize,
    /// `claims` is not JSON.
    ClaimsMalformed,
    /// The user said no.
    ConsentDeclined,
    /// Nobody may be asked, and consent is lacking.
    ConsentLacking { client: String, name: String },
    /// A browser shows what was not meant for one.
    CrossOrigin { origin: String },
    /// What was meant for a browser is shown by somebody else.
    CrossOriginMissing,
    /// The client has left the family, or never was in it.
    FamilyMismatch,
    /// The page was open for too long.
    FlowExpired,
    /// Nobody may be asked, and nobody is signed in.
    LoginRequired,
    /// Nobody may be asked, and a second factor is needed.
    MfaLacking,
    /// The application may not ask in the name of others.
    OnBehalfOfNotAllowed { client: String },
    /// No such `prompt`, or several.
    PromptUnsupported,
    /// The application has no address to send users back to.
    RedirectNone,
    /// It has others than the one asked for.
    RedirectUnknown { asked: String, client: String },
    /// No such `response_mode`.
    ResponseMode { asked: String },
    /// A `response_type` that applications have to be allowed.
    ResponseTypeNotEnabled { asked: &'static str },
    /// No such `response_type`.
    ResponseType,
    /// The resource has no such scope.
    ScopeNotOfResource {
        name: String,
        scope: String,
        resource: String,
    },
    /// The code of a device is too old.
    UserCodeExpired,
    /// No user code.
    UserCodeMissing,
}

impl SignInDenial {
    #[expect(
        clippy::too_many_lines,
        reason = "one line for each reason; apart they would be harder to compare"
    )]
    pub(super) fn aadsts(&self) -> Aadsts {
        match self {
            Self::AccountAmbiguous => Aadsts::new(16_000, "interaction_required", text_of(16_000)),
            Self::AdminConsentRequired => {
                Aadsts::new(90_094, "access_denied", "Admin consent is required.")
            }
            Self::AssertionAudience {
                audience,
                client,
                name,
            } => Aadsts::new(
                500_131,
                "invalid_grant",
                format!(
                    "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is '{client}' or one of the Application Uris of this application with App ID '{client}'({name})."
                ),
            ),
            Self::AssertionExpired { now, end } => Aadsts::new(
                500_133,
                "invalid_grant",
                format!(
                    "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {}, expiry time of assertion {}.",
                    instant(*now),
                    instant(*end)
                ),
            ),
            Self::AssertionIsIdToken => Aadsts::new(
                240_002,
                "invalid_grant",
                "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.",
            ),
            Self::AssertionMalformed => Aadsts::new(
                50_027,
                "invalid_request",
                "JWT token is invalid or malformed.",
            ),
            Self::AssertionSignature { key } => Coded::new(50_013).with("thumbprint", key).aadsts(),
            // Which number belongs to an unknown method is not known; the size is what is documented of this one.
            Self::ChallengeMethod => Aadsts::new(
                50_147,
                "invalid_request",
                "The size of the code challenge parameter isn't valid.",
            ),
            Self::ChallengeRequired => Aadsts::new(
                9_002_325,
                "invalid_request",
                "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
            ),
            Self::ChallengeSize => Aadsts::new(
                501_491,
                "invalid_request",
                "Invalid size of Code_Challenge parameter.",
            ),
            // No sample of this case is public.
            Self::ClaimsMalformed => Aadsts::new(
                90_013,
                "invalid_request",
                "Invalid input received from the user.",
            ),
            Self::ConsentDeclined => Aadsts::new(
                65_004,
                "access_denied",
                "User declined to consent to access the app.",
            ),
            Self::ConsentLacking { client, name } => Aadsts::new(
                65_001,
                "consent_required",
                format!(
                    "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an interactive authorization request for this user and resource."
                ),
            ),
            Self::CrossOrigin { origin } => Aadsts::new(
                9_002_326,
                "invalid_request",
                format!(
                    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'."
                ),
            ),
            Self::CrossOriginMissing => Aadsts::new(
                9_002_327,
                "invalid_request",
                "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
            ),
            // That the number is this one is assumed; MSAL goes by the suberror.
            Self::FamilyMismatch => {
                Aadsts::new(70_000, "invalid_grant", text_of(70_000)).suberror("client_mismatch")
            }
            Self::FlowExpired => Aadsts::new(
                50_089,
                "invalid_grant",
                "Authentication failed due to flow token expired.",
            ),
            Self::LoginRequired => Aadsts::new(
                50_058,
                "login_required",
                "A silent sign-in request was sent but no user is signed in.",
            ),
            Self::MfaLacking => Aadsts::new(50_076, "interaction_required", text_of(50_076))
                .suberror("basic_action"),
            Self::OnBehalfOfNotAllowed { client } => Aadsts::new(
                7_000_114,
                "invalid_grant",
                format!(
                    "Application '{client}' is not allowed to make application on-behalf-of calls."
                ),
            ),
            Self::PromptUnsupported => {
                Aadsts::new(90_023, "invalid_request", "Unsupported 'prompt' value.")
            }
            Self::RedirectNone => Aadsts::new(
                500_113,
                "invalid_request",
                "No reply address is registered for the application.",
            ),
            Self::RedirectUnknown { asked, client } => Aadsts::new(
                50_011,
                "invalid_request",
                format!(
                    "The redirect URI '{asked}' specified in the request does not match the redirect URIs configured for the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error."
                ),
            ),
            // The wording is assumed; the number is documented.
            Self::ResponseMode { asked } => Aadsts::new(
                70_007,
                "invalid_request",
                format!(
                    "'{asked}' is not a supported value of 'response_mode' when requesting a token."
                ),
            ),
            Self::ResponseTypeNotEnabled { asked } => Aadsts::new(
                if *asked == "token" { 700_051 } else { 700_054 },
                "unsupported_response_type",
                format!("response_type '{asked}' is not enabled for the application."),
            ),
            // The wording is assumed; the number is documented.
            Self::ResponseType => Aadsts::new(
                70_005,
                "unsupported_response_type",
                "The app requested an unsupported response type.",
            ),
            Self::ScopeNotOfResource {
                name,
                scope,
                resource,
            } => Aadsts::new(
                650_053,
                "invalid_client",
                format!(
                    "The application '{name}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor."
                ),
            ),
            Self::UserCodeExpired => Aadsts::new(70_019, "expired_token", text_of(70_019)),
            Self::UserCodeMissing => {
                Aadsts::new(90_119, "invalid_request", "The user code is null or empty.")
            }
        }
    }
}

/// As instants stand in the texts of assertions.
fn instant(at: Timestamp) -> String {
    utc(at).replace(' ', "T")
}
