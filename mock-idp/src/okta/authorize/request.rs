//! A request to the authorization endpoint: whose it is, where its answer goes, and what it asks
//! (developer.okta.com/docs/api/openapi/okta-oauth, `authorize`).

use crate::directory::{Application, ApplicationType, GrantType, ImplicitToken};
use crate::engine::{Denial, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::{AuthorizationRequest, Challenge, ResponseMode, Wanted};
use crate::okta::denial::{OktaDenial, named, told};
use crate::okta::server::Server;
use crate::okta::{policy, scope};
use crate::world::World;

/// How long a challenge is: a SHA-256 in base64url, and whatever else nobody could have announced.
const CHALLENGE: usize = 128;
/// The longest login that is taken for a hint: it stands in the page again.
const HINT: usize = 256;
/// The longest `state` and `nonce` that are taken: both are kept, and given back.
const TEXT: usize = 16 * 1024;

/// Whom the user is asked about, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Whatever is needed.
    AsNeeded,
    /// Nobody is asked anything.
    Nothing,
    /// The password, whoever is signed in.
    Login,
}

/// A request that is in order.
#[derive(Clone, Debug)]
pub(super) struct Asked<'w> {
    pub(super) server: Server<'w>,
    pub(super) application: &'w Application,
    pub(super) request: AuthorizationRequest,
    pub(super) prompt: Prompt,
    /// How long ago the user may have signed in, in seconds.
    pub(super) max_age: Option<i64>,
}

/// Where the answer to a request goes, be it an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReturnTo {
    pub(super) redirect_uri: String,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
}

impl From<&AuthorizationRequest> for ReturnTo {
    fn from(request: &AuthorizationRequest) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            mode: request.mode,
            state: request.state.clone(),
        }
    }
}

/// A request that is refused, and who is told.
#[derive(Clone, Debug)]
pub(super) enum Refused {
    /// The user, since the address to return to cannot be trusted.
    OnPage(OktaDenial),
    /// The client.
    AtClient(Box<(ReturnTo, OktaDenial)>),
}

/// Reads a request, be it one that was pushed.
pub(super) fn read<'w>(
    world: &'w World,
    inbound: &Inbound,
    said: &TokenRequest,
) -> Result<Asked<'w>, Refused> {
    let on_page = Refused::OnPage;
    if !inbound.is_read() && inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return Err(on_page(Denial::MethodNotAllowed { method }.into()));
    }
    let server = Server::of(world, inbound).map_err(on_page)?;
    let Some(reference) = said.get("request_uri") else {
        return of(server, world, said);
    };
    let client = said.get("client_id").unwrap_or_default();
    let now = world.clock.now();
    let pushed = world
        .ledger
        .take_pushed(reference, client, server.id(), now)
        .ok_or_else(|| on_page(named("request_uri_invalid").into()))?;
    of(server, world, &TokenRequest::of(pushed))
}

/// Reads what a request says. The order of the checks is assumed: whose it is, where it returns to, and then the rest.
pub(super) fn of<'w>(
    server: Server<'w>,
    world: &'w World,
    said: &TokenRequest,
) -> Result<Asked<'w>, Refused> {
    let (application, redirect_uri) = identify(world, said).map_err(Refused::OnPage)?;
    let wants = wanted(said, application);
    let usual = match &wants {
        Ok(wants) if wants.id_token || wants.access_token => ResponseMode::Fragment,
        _ => ResponseMode::Query,
    };
    let mode = mode(said, usual);
    let state = said.get("state").filter(|state| is_state(state));
    let to = ReturnTo {
        redirect_uri,
        mode: *mode.as_ref().unwrap_or(&usual),
        state: state.map(str::to_owned),
    };
    let asked = wants.and_then(|wants| {
        let mode = mode?;
        examine(server, said, application, wants, mode, &to)
    });
    asked.map_err(|denial| Refused::AtClient(Box::new((to, denial))))
}

/// Where the answer to a request would go, for those who refuse it for another reason. What was pushed is left alone.
pub(super) fn return_to(world: &World, said: &TokenRequest) -> Result<ReturnTo, OktaDenial> {
    let (_, redirect_uri) = identify(world, said)?;
    let state = said.get("state").filter(|state| is_state(state));
    Ok(ReturnTo {
        redirect_uri,
        mode: mode(said, ResponseMode::Query)?,
        state: state.map(str::to_owned),
    })
}

fn identify<'w>(
    world: &'w World,
    said: &TokenRequest,
) -> Result<(&'w Application, String), OktaDenial> {
    if said.malformed {
        return Err(Denial::Malformed.into());
    }
    if let Some(name) = said.repeated().into_iter().next() {
        return Err(Denial::ParameterRepeated(name).into());
    }
    let is_long = |name| said.get(name).is_some_and(|text| text.len() > TEXT);
    if is_long("state") || is_long("nonce") {
        return Err(Denial::Malformed.into());
    }
    let client = said
        .get("client_id")
        .ok_or_else(|| told("parameter_missing", "name", "client_id"))?;
    let mut applications = world.directory.okta.applications.iter();
    let application = applications
        .find(|known| known.id == client && known.enabled)
        .ok_or_else(|| named("client_unknown"))?;
    if application.application_type() == ApplicationType::Service {
        return Err(told("service_not_allowed", "endpoint", "authorize").into());
    }
    let asked = said.require("redirect_uri")?;
    if !application.redirect_uris.iter().any(|known| known == asked) {
        let asked: String = asked.chars().take(256).collect();
        return Err(told("redirect_uri_unknown", "url", asked).into());
    }
    Ok((application, asked.to_owned()))
}

fn examine<'w>(
    server: Server<'w>,
    said: &TokenRequest,
    application: &'w Application,
    wants: Wanted,
    mode: ResponseMode,
    to: &ReturnTo,
) -> Result<Asked<'w>, OktaDenial> {
    if to.state.is_none() {
        return Err(named("state_invalid").into());
    }
    if mode == ResponseMode::Query && (wants.id_token || wants.access_token) {
        return Err(named("unsupported_response_mode").into());
    }
    if wants.id_token && said.get("nonce").is_none() {
        return Err(named("nonce_missing").into());
    }
    let mut scope = scope::of_user(said.scope(), server, application)?;
    if wants.id_token && !scope.iter().any(|scope| scope == "openid") {
        return Err(named("openid_scope_missing").into());
    }
    if !wants.code {
        // Nothing is refreshed that came without a code.
        scope.retain(|scope| scope != "offline_access");
    }
    let challenge = challenge(said, application, wants)?;
    let (prompt, asks_consent) = prompt(said)?;
    let max_age = match said.get("max_age") {
        None => None,
        Some(age) => Some(age.parse().map_err(|_| named("request_refused"))?),
    };
    policy::lifetimes(server, application, GrantType::AuthorizationCode, &scope)?;
    let hint = said.get("login_hint").filter(|hint| hint.len() <= HINT);
    Ok(Asked {
        server,
        application,
        prompt,
        max_age,
        request: AuthorizationRequest {
            client: application.id.clone(),
            issuer: server.id().to_owned(),
            scope,
            redirect_uri: to.redirect_uri.clone(),
            platform: application.platform,
            mode,
            state: to.state.clone(),
            nonce: said.get("nonce").map(str::to_owned),
            challenge,
            hint: hint.map(str::to_owned),
            asks_consent,
            tells_account: false,
            device: None,
            any_issuer: false,
            wants,
        },
    })
}

/// `response_type`, as far as the application may have it.
fn wanted(said: &TokenRequest, application: &Application) -> Result<Wanted, OktaDenial> {
    let may = |grant| application.grants.contains(&grant);
    let may_have = |token| application.implicit.contains(&token);
    let mut configured = Vec::new();
    if may(GrantType::AuthorizationCode) {
        configured.push("code");
    }
    if may_have(ImplicitToken::AccessToken) {
        configured.push("token");
    }
    if may_have(ImplicitToken::IdToken) {
        configured.push("id_token");
    }
    let refused = || told("unsupported_response_type", "types", configured.join(", "));
    let asked: Vec<&str> = said.require("response_type")?.split_whitespace().collect();
    let count = |name: &str| asked.iter().filter(|asked| **asked == name).count();
    let known = ["code", "token", "id_token"];
    let is_known = asked.iter().all(|one| configured.contains(one));
    if asked.is_empty() || !is_known || known.iter().any(|name| count(name) > 1) {
        return Err(refused().into());
    }
    Ok(Wanted {
        code: count("code") == 1,
        id_token: count("id_token") == 1,
        access_token: count("token") == 1,
        v1: false,
    })
}

fn mode(said: &TokenRequest, usual: ResponseMode) -> Result<ResponseMode, OktaDenial> {
    match said.get("response_mode") {
        None => Ok(usual),
        Some("query") => Ok(ResponseMode::Query),
        Some("fragment") => Ok(ResponseMode::Fragment),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some("okta_post_message") => Ok(ResponseMode::PostMessage),
        Some(_) => Err(named("unsupported_response_mode").into()),
    }
}

/// "Can contain alphanumeric, comma, period, underscore, and hyphen characters".
fn is_state(state: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | '.' | '_' | '-');
    state.chars().all(is_allowed)
}

fn challenge(
    said: &TokenRequest,
    application: &Application,
    wants: Wanted,
) -> Result<Option<Challenge>, OktaDenial> {
    let Some(value) = said.get("code_challenge") else {
        let is_needed = application.is_public() || application.okta.pkce_required;
        return match wants.code && is_needed {
            true => Err(named("pkce_missing_challenge").into()),
            false => Ok(None),
        };
    };
    if said.get("code_challenge_method") != Some("S256") {
        return Err(named("pkce_method_unsupported").into());
    }
    if value.len() > CHALLENGE {
        return Err(named("request_refused").into());
    }
    Ok(Some(Challenge {
        value: value.to_owned(),
        is_hashed: true,
    }))
}

/// The second half says whether consent is asked for in any case.
fn prompt(said: &TokenRequest) -> Result<(Prompt, bool), OktaDenial> {
    Ok(match said.get("prompt") {
        None => (Prompt::AsNeeded, false),
        Some("none") => (Prompt::Nothing, false),
        Some("login") => (Prompt::Login, false),
        Some("consent") => (Prompt::AsNeeded, true),
        Some("login consent" | "consent login") => (Prompt::Login, true),
        Some(_) => return Err(named("prompt_invalid").into()),
    })
}
