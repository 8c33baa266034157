//! Sign-ins with a browser, decided on without one; and what ends the sign-ins of a user.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_ins::DECIDED;
use crate::control::answer::{Answer, Done, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Given, Named, Optional};
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::ledger::PendingAuthorization;
use crate::mock::{SentBack, SignInRefusal};
use crate::secret::Secret;

/// The sign-ins whose pages wait for their user.
#[derive(Serialize, JsonSchema)]
struct Authorizations {
    /// Oldest first.
    authorizations: Vec<Authorization>,
}

/// A sign-in whose page waits.
#[derive(Serialize, JsonSchema)]
struct Authorization {
    /// Its number, by which it is decided on.
    id: u32,
    /// The client id of the application that asks.
    client: String,
    /// The tenant (Entra) or authorization server (Okta) it asks.
    issuer: String,
    /// The scopes it asks for.
    scope: Vec<String>,
    /// Where the user is sent back to.
    redirect_uri: String,
    /// The login that the application expects, as it said.
    login_hint: Option<String>,
    /// When it was asked, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    asked_at: Timestamp,
    /// Until when it can be decided on, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
}

/// Who approves.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approver {
    /// The user's login; the example user's without it.
    login: Option<String>,
}

/// The error that the application is told. Without it the user has declined.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Refusing {
    /// `error`; `access_denied` without it.
    error: Option<String>,
    /// The number behind `AADSTS`; 65004 without it (Entra).
    number: Option<u32>,
    /// What is told between the number and the trace id; what Entra says with this number without it. At Okta the whole
    /// description.
    description: Option<String>,
}

/// Where the browser would be sent.
#[derive(Serialize, JsonSchema)]
struct Returned {
    /// The application's redirect URI, with the code or the error in it unless that is posted.
    url: String,
    /// What is posted there (`response_mode=form_post`).
    form: Option<Vec<Field>>,
}

/// A field of a form.
#[derive(Serialize, JsonSchema)]
struct Field {
    name: String,
    value: String,
}

/// As whom every sign-in is approved at once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Automatic {
    /// The user's login; pages are shown again without it.
    login: Option<String>,
}

/// Another password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Password {
    /// The password, of at least 8 characters.
    password: String,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/authorizations",
            "listAuthorizations",
            "The sign-ins whose pages wait for their user",
        )
        .gives::<Authorizations>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/authorizations/{id}/approve",
            "approveAuthorization",
            "Approves a sign-in in the place of its user, and says where the browser would be sent",
        )
        .may_take::<Approver>()
        .gives::<Returned>()
        .refuses(409, DECIDED),
        approve,
    )
    .route(
        Operation::post(
            "/worlds/{world}/authorizations/{id}/deny",
            "denyAuthorization",
            "Refuses a sign-in with an error, and says where the browser would be sent",
        )
        .may_take::<Refusing>()
        .gives::<Returned>()
        .refuses(409, DECIDED),
        deny,
    )
    .route(
        Operation::put(
            "/worlds/{world}/automatic-sign-in",
            "signInAutomatically",
            "Has every sign-in be approved at once as a user, without a page",
        )
        .takes::<Automatic>(),
        automatic,
    )
    .route(
        Operation::post(
            "/worlds/{world}/users/{login}/revoke-sign-ins",
            "revokeSignIns",
            "Ends every sign-in of a user: refresh tokens, codes and browsers' sessions",
        ),
        revoke,
    )
    .route(
        Operation::put(
            "/worlds/{world}/users/{login}/password",
            "changePassword",
            "Gives a user another password; what public clients were granted with the old one is over (Entra)",
        )
        .takes::<Password>(),
        password,
    )
}

async fn list(world: World) -> Answer<Authorizations> {
    let pending = world.idp.pending_authorizations();
    answer(Authorizations {
        authorizations: pending.into_iter().map(Authorization::from).collect(),
    })
}

async fn approve(
    world: World,
    Named(id): Named,
    Optional(by): Optional<Approver>,
) -> Answer<Returned> {
    let login = by.login.unwrap_or_else(|| world.idp.credentials().username);
    let sent = world.idp.approve_authorization(number(&id)?, &login)?;
    answer(sent.into())
}

async fn deny(
    world: World,
    Named(id): Named,
    Optional(with): Optional<Refusing>,
) -> Answer<Returned> {
    let usual = SignInRefusal::default();
    let refused = SignInRefusal {
        error: with.error.unwrap_or(usual.error),
        number: with.number.unwrap_or(usual.number),
        description: with.description,
    };
    let sent = world.idp.deny_authorization(number(&id)?, &refused)?;
    answer(sent.into())
}

async fn automatic(world: World, Given(wanted): Given<Automatic>) -> Done {
    let set = world.idp.sign_in_automatically(wanted.login.as_deref());
    if set == 0 && wanted.login.is_some() {
        return Err(unknown_user());
    }
    done()
}

async fn revoke(world: World, Named(login): Named) -> Done {
    world
        .idp
        .revoke_sign_ins(&login)
        .map(|_| ())
        .ok_or_else(unknown_user)?;
    done()
}

async fn password(world: World, Named(login): Named, Given(wanted): Given<Password>) -> Done {
    if wanted.password.len() < crate::secret::SHORTEST {
        return Err(Problem::unprocessable(
            "a password is too short to be told from ordinary text; take one of at least 8 characters",
        ));
    }
    if world
        .idp
        .change_password(&login, Secret::new(wanted.password))
    {
        done()
    } else {
        Err(unknown_user())
    }
}

fn number(id: &str) -> Result<u32, Problem> {
    id.parse().map_err(|_| {
        Problem::not_found("no sign-in has this number; GET …/authorizations lists those that wait")
    })
}

fn unknown_user() -> Problem {
    Problem::unprocessable("no user of the world has this login; GET …/directory shows them all")
}

impl From<PendingAuthorization> for Authorization {
    fn from(pending: PendingAuthorization) -> Self {
        Self {
            id: pending.id,
            client: pending.client,
            issuer: pending.issuer,
            scope: pending.scope,
            redirect_uri: pending.redirect_uri,
            login_hint: pending.login_hint,
            asked_at: pending.asked_at,
            expires_at: pending.expires_at,
        }
    }
}

impl From<SentBack> for Returned {
    fn from(sent: SentBack) -> Self {
        let field = |(name, value)| Field { name, value };
        Self {
            url: sent.url,
            form: sent.form.map(|form| form.into_iter().map(field).collect()),
        }
    }
}
