//! What users and administrators decide: sign-ins of devices, and consent.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Given, Named, Optional};
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::ledger::PendingSignIn;
use crate::mock::SignInError;

/// The sign-ins that wait for somebody to decide.
#[derive(Serialize, JsonSchema)]
struct SignIns {
    /// Oldest first.
    sign_ins: Vec<SignIn>,
}

/// A sign-in that a device has begun.
#[derive(Serialize, JsonSchema)]
struct SignIn {
    /// The code that the device shows its user.
    user_code: String,
    /// The client id of the application that asks.
    client: String,
    /// The tenant (Entra) or authorization server (Okta) it asks.
    issuer: String,
    /// The scopes it asks for.
    scope: Vec<String>,
    /// When it began, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    asked_at: Timestamp,
    /// When it can no longer be decided on, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
}

/// Who approves.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// The user's login; the example user's without it.
    login: Option<String>,
}

/// What an administrator consents to, or takes back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Consent {
    /// The application, by its client id.
    client: String,
    /// Delegated scopes.
    #[serde(default)]
    scopes: Vec<String>,
    /// Application permissions (Entra's `roles`).
    #[serde(default)]
    roles: Vec<String>,
    /// Takes the consent back instead of giving it.
    #[serde(default)]
    withdraw: bool,
}

/// Why a sign-in, of a device or with a browser, can no longer be decided on.
pub(super) const DECIDED: &str =
    "Somebody has decided already, it has expired, or the account may not sign in.";

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/sign-ins",
            "listSignIns",
            "The sign-ins of devices that wait for somebody to decide",
        )
        .gives::<SignIns>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/sign-ins/{user_code}/approve",
            "approveSignIn",
            "Approves a sign-in, as the user would in a browser",
        )
        .may_take::<Approval>()
        .refuses(409, DECIDED),
        approve,
    )
    .route(
        Operation::post(
            "/worlds/{world}/sign-ins/{user_code}/deny",
            "denySignIn",
            "Refuses a sign-in, as the user would in a browser",
        )
        .refuses(409, DECIDED),
        deny,
    )
    .route(
        Operation::post(
            "/worlds/{world}/consent",
            "consent",
            "Gives or withdraws an administrator's consent for an application",
        )
        .takes::<Consent>(),
        consent,
    )
}

async fn list(world: World) -> Answer<SignIns> {
    let pending = world.idp.pending_sign_ins();
    answer(SignIns {
        sign_ins: pending.into_iter().map(SignIn::from).collect(),
    })
}

async fn approve(world: World, Named(code): Named, Optional(by): Optional<Approval>) -> Done {
    let login = by.login.unwrap_or_else(|| world.idp.credentials().username);
    world.idp.approve_sign_in(&code, &login)?;
    done()
}

async fn deny(world: World, Named(code): Named) -> Done {
    world.idp.deny_sign_in(&code)?;
    done()
}

async fn consent(world: World, Given(wanted): Given<Consent>) -> Done {
    let Consent {
        client,
        scopes,
        roles,
        withdraw,
    } = wanted;
    let is_known = if withdraw {
        world.idp.withdraw_consent(&client, &scopes, &roles)
    } else {
        world.idp.consent(&client, &scopes, &roles)
    };
    if is_known {
        done()
    } else {
        Err(Problem::unprocessable(
            "no application of the world has this client id; GET …/directory shows them all",
        ))
    }
}

impl From<PendingSignIn> for SignIn {
    fn from(pending: PendingSignIn) -> Self {
        Self {
            user_code: pending.user_code,
            client: pending.client,
            issuer: pending.issuer,
            scope: pending.scope,
            asked_at: pending.asked_at,
            expires_at: pending.expires_at,
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::UserCodeUnknown { .. } => {
                Self::not_found("no device shows this code; GET …/sign-ins lists those that wait")
            }
            SignInError::AuthorizationUnknown { .. } => Self::not_found(
                "no sign-in has this number; GET …/authorizations lists those that wait",
            ),
            SignInError::UserUnknown { .. } => Self::unprocessable(error.to_string()),
            _ => Self::conflict(error.to_string()),
        }
    }
}
