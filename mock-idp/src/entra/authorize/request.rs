//! A request to the authorization endpoint: whose it is, where its answer goes, and what it asks
//! (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).

use serde_json::Value;

use super::redirect_uri::{self, RedirectUri};
use super::session;
use crate::directory::{Application, ImplicitToken, Platform, Tenant};
use crate::engine::{Denial, TokenRequest};
use crate::entra::denial::EntraDenial;
use crate::entra::realm;
use crate::entra::scope;
use crate::entra::sign_in_denial::SignInDenial;
use crate::entra::tenant::{Segment, is_v1, resolve, segment};
use crate::inbound::Inbound;
use crate::ledger::{AuthorizationRequest, Challenge, ResponseMode, Wanted};
use crate::world::World;

/// How long a challenge is (RFC 7636 section 4.2).
const CHALLENGE: std::ops::RangeInclusive<usize> = 43..=128;
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
    /// Which account, whoever is signed in.
    SelectAccount,
}

/// A request that is in order.
#[derive(Clone, Debug)]
pub(super) struct Asked<'w> {
    pub(super) tenant: &'w Tenant,
    pub(super) application: &'w Application,
    pub(super) request: AuthorizationRequest,
    pub(super) prompt: Prompt,
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
    OnPage(EntraDenial),
    /// The client.
    AtClient(Box<(ReturnTo, EntraDenial)>),
}

/// Reads a request. The order of the checks is assumed: whose it is, where it returns to, and then the rest.
pub(super) fn read<'w>(
    world: &'w World,
    inbound: &Inbound,
    said: &TokenRequest,
) -> Result<Asked<'w>, Refused> {
    let (tenant, application, redirect) =
        identify(world, inbound, said).map_err(Refused::OnPage)?;
    let to = ReturnTo {
        redirect_uri: redirect.uri.clone(),
        mode: mode_of_errors(said),
        state: said.get("state").map(str::to_owned),
    };
    let asked = examine(inbound, said, tenant, application, redirect);
    asked.map_err(|denial| Refused::AtClient(Box::new((to, denial))))
}

/// Where the answer to a request would go, for those who refuse it for another reason.
pub(super) fn return_to(
    world: &World,
    inbound: &Inbound,
    said: &TokenRequest,
) -> Result<ReturnTo, EntraDenial> {
    let (_, _, redirect) = identify(world, inbound, said)?;
    Ok(ReturnTo {
        redirect_uri: redirect.uri,
        mode: mode_of_errors(said),
        state: said.get("state").map(str::to_owned),
    })
}

fn identify<'w>(
    world: &'w World,
    inbound: &Inbound,
    said: &TokenRequest,
) -> Result<(&'w Tenant, &'w Application, RedirectUri), EntraDenial> {
    if !inbound.is_read() && inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return Err(Denial::MethodNotAllowed { method }.into());
    }
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
    let client = said.require("client_id")?;
    let (tenant, application) = application(world, inbound, said, client)?;
    realm::usable(world, inbound, application)?;
    let redirect = match said.get("redirect_uri") {
        Some(asked) if redirect_uri::first(application).is_some() => {
            redirect_uri::matching(application, asked).ok_or_else(|| {
                EntraDenial::SignIn(SignInDenial::RedirectUnknown {
                    asked: asked.chars().take(256).collect(),
                    client: application.id.clone(),
                })
            })?
        }
        // Which one is taken where several are registered is not known: the first is assumed.
        _ => redirect_uri::first(application)
            .ok_or(EntraDenial::SignIn(SignInDenial::RedirectNone))?,
    };
    Ok((tenant, application, redirect))
}

/// The application in the tenant that the path names. An alias stands for the tenant of the user who is expected, or who is signed
/// in, and else for the first that knows it.
fn application<'w>(
    world: &'w World,
    inbound: &Inbound,
    said: &TokenRequest,
    client: &str,
) -> Result<(&'w Tenant, &'w Application), EntraDenial> {
    let directory = &world.directory.entra;
    let within = |tenant: &'w Tenant| {
        let mut applications = tenant.applications.iter();
        let found = applications.find(|known| known.id.eq_ignore_ascii_case(client));
        found.map(|application| (tenant, application))
    };
    let unknown = || Denial::AppUnknown {
        client: client.chars().take(256).collect(),
        by_basic: false,
    };
    match resolve(directory, &segment(inbound))? {
        Segment::Tenant(tenant) => {
            let tenant = realm::served(world, tenant)?;
            within(tenant).ok_or_else(|| unknown().into())
        }
        Segment::Alias(_) => {
            let hint = said.get("login_hint").unwrap_or_default();
            let expected = hint.rsplit_once('@').map(|(_, domain)| domain);
            let expected = expected.and_then(|domain| within(directory.tenant(domain)?));
            let tenants = || directory.tenants.iter().filter_map(within);
            let is_known = |(tenant, _): &(&Tenant, _)| {
                !session::known(world, inbound, &tenant.id, &tenant.users)
                    .accounts
                    .is_empty()
            };
            let found = expected.or_else(|| tenants().find(is_known));
            found
                .or_else(|| tenants().next())
                .ok_or_else(|| unknown().into())
        }
    }
}

fn examine<'w>(
    inbound: &Inbound,
    said: &TokenRequest,
    tenant: &'w Tenant,
    application: &'w Application,
    redirect: RedirectUri,
) -> Result<Asked<'w>, EntraDenial> {
    let wants = wanted(inbound, said, application)?;
    let mode = mode(said)?;
    if wants.id_token {
        // Without it nobody could tell for which request a token was made (OpenID Connect Core section 3.2.2.1).
        said.require("nonce")?;
    }
    let scope = scopes(inbound, said)?;
    scope::listed(&scope, tenant, application)?;
    let wanted = scope::wanted(&scope, tenant)?;
    for one in &wanted {
        let known = |names: &[String]| {
            names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&one.name))
        };
        let resource = one.resource;
        let is_listed = !(resource.scopes.is_empty() && resource.admin_scopes.is_empty());
        if is_listed && !known(&resource.scopes) && !known(&resource.admin_scopes) {
            return Err(EntraDenial::SignIn(SignInDenial::ScopeNotOfResource {
                name: application.name.clone(),
                scope: one.name.clone(),
                resource: resource.app_id.clone(),
            }));
        }
    }
    let challenge = challenge(said, redirect.platform, wants)?;
    let (prompt, asks_consent) = prompt(said)?;
    if let Some(claims) = said.get("claims")
        && !serde_json::from_str::<Value>(claims).is_ok_and(|claims| claims.is_object())
    {
        return Err(EntraDenial::SignIn(SignInDenial::ClaimsMalformed));
    }
    let hint = said.get("login_hint").filter(|hint| hint.len() <= HINT);
    Ok(Asked {
        tenant,
        application,
        prompt,
        request: AuthorizationRequest {
            client: application.id.clone(),
            issuer: tenant.id.clone(),
            scope,
            redirect_uri: redirect.uri,
            platform: redirect.platform,
            mode,
            state: said.get("state").map(str::to_owned),
            nonce: said.get("nonce").map(str::to_owned),
            challenge,
            hint: hint.map(str::to_owned),
            asks_consent,
            tells_account: said.get("client_info") == Some("1"),
            device: None,
            any_issuer: realm::is_alias(inbound),
            wants,
        },
    })
}

/// What is asked for, as far as the registration allows it. Which combinations there are stands in the metadata, but for an access
/// token alone, which the documentation of the implicit grant asks for.
fn wanted(
    inbound: &Inbound,
    said: &TokenRequest,
    application: &Application,
) -> Result<Wanted, EntraDenial> {
    let types: Vec<&str> = said.require("response_type")?.split_whitespace().collect();
    let has = |asked: &str| types.contains(&asked);
    let wants = Wanted {
        code: has("code"),
        id_token: has("id_token"),
        access_token: has("token"),
        v1: is_v1(inbound),
    };
    let is_known = |asked: &&str| ["code", "id_token", "token"].contains(asked);
    if types.is_empty() || !types.iter().all(is_known) {
        return Err(SignInDenial::ResponseType.into());
    }
    for (asked, is_asked, token) in [
        ("token", wants.access_token, ImplicitToken::AccessToken),
        ("id_token", wants.id_token, ImplicitToken::IdToken),
    ] {
        if is_asked && !application.implicit.contains(&token) {
            return Err(SignInDenial::ResponseTypeNotEnabled { asked }.into());
        }
    }
    match wants.code && wants.access_token {
        true => Err(SignInDenial::ResponseType.into()),
        false => Ok(wants),
    }
}

/// Whether tokens are asked for, which have no place in a query (OAuth 2.0 Multiple Response Types section 3).
fn asks_tokens(said: &TokenRequest) -> bool {
    let types = said.get("response_type").unwrap_or_default();
    let mut types = types.split_whitespace();
    types.any(|asked| ["id_token", "token"].contains(&asked))
}

fn mode(said: &TokenRequest) -> Result<ResponseMode, EntraDenial> {
    match said.get("response_mode") {
        None if asks_tokens(said) => Ok(ResponseMode::Fragment),
        None => Ok(ResponseMode::Query),
        Some("query") if !asks_tokens(said) => Ok(ResponseMode::Query),
        Some("fragment") => Ok(ResponseMode::Fragment),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(other) => Err(EntraDenial::SignIn(SignInDenial::ResponseMode {
            asked: other.chars().take(64).collect(),
        })),
    }
}

/// How an error gets to the client, whatever is wrong.
fn mode_of_errors(said: &TokenRequest) -> ResponseMode {
    let usual = match asks_tokens(said) {
        true => ResponseMode::Fragment,
        false => ResponseMode::Query,
    };
    mode(said).unwrap_or(usual)
}

/// `scope`; at the v1.0 endpoint all that is consented to of `resource`, and what its answers have anyway.
fn scopes(inbound: &Inbound, said: &TokenRequest) -> Result<Vec<String>, EntraDenial> {
    let is_v2 = inbound.uri.path().to_ascii_lowercase().contains("/v2.0/");
    let mut scopes = said.scope();
    if is_v2 {
        if said.get("resource").is_some() {
            return Err(EntraDenial::ResourceParameter);
        }
        if scopes.is_empty() {
            return Err(Denial::ParameterMissing("scope").into());
        }
    } else {
        if let Some(resource) = said.get("resource") {
            scopes = vec![format!("{resource}/.default")];
        }
        for always in ["openid", "profile", "offline_access"] {
            if !scopes.iter().any(|scope| scope == always) {
                scopes.push(always.to_owned());
            }
        }
    }
    Ok(scopes)
}

fn challenge(
    said: &TokenRequest,
    platform: Platform,
    wants: Wanted,
) -> Result<Option<Challenge>, EntraDenial> {
    let Some(value) = said.get("code_challenge") else {
        // That it is asked for here and not only when the code is redeemed is assumed.
        return match platform {
            Platform::Spa if wants.code => {
                Err(EntraDenial::SignIn(SignInDenial::ChallengeRequired))
            }
            _ => Ok(None),
        };
    };
    let is_hashed = match said.get("code_challenge_method") {
        Some("S256") => true,
        None | Some("plain") => false,
        Some(_) => return Err(EntraDenial::SignIn(SignInDenial::ChallengeMethod)),
    };
    if !CHALLENGE.contains(&value.len()) {
        return Err(EntraDenial::SignIn(SignInDenial::ChallengeSize));
    }
    Ok(Some(Challenge {
        value: value.to_owned(),
        is_hashed,
    }))
}

/// One value alone is taken. The second half says whether consent is asked for in any case.
fn prompt(said: &TokenRequest) -> Result<(Prompt, bool), EntraDenial> {
    Ok(match said.get("prompt") {
        None => (Prompt::AsNeeded, false),
        Some("none") => (Prompt::Nothing, false),
        // Accounts cannot be made here.
        Some("login" | "create") => (Prompt::Login, false),
        Some("select_account") => (Prompt::SelectAccount, false),
        Some("consent" | "admin_consent") => (Prompt::AsNeeded, true),
        Some(_) => return Err(EntraDenial::SignIn(SignInDenial::PromptUnsupported)),
    })
}
