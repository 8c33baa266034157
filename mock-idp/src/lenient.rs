//! Letting pass what the directory's laxity lets pass.
//!
//! The engine stays strict: a request is answered from a copy of the directory in which it is right. Nothing but a refresh token
//! that is let pass outlasts its request.

use std::sync::{Arc, Mutex, PoisonError};

use crate::directory::{
    ApiResource, ApiToken, Application, ClientSecret, Directory, GrantType, Laxity, Leniency,
    Platform, User,
};
use crate::engine::TokenRequest;
use crate::ledger::{Grantee, RefreshLifetime};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::world::World;

/// Scopes that every server knows.
const OIDC: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// The most unknown scopes, and the longest unknown name or token, that is let pass: what is granted is kept, and a request may
/// say a mebibyte.
const MOST_SCOPES: usize = 100;
const LONGEST: usize = 4_096;

/// Which laxities a request has needed. Nothing is kept where there are none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lenience(Option<Arc<Mutex<Vec<Leniency>>>>);

impl Lenience {
    /// For one request to a world with this directory.
    pub(crate) fn of(directory: &Directory) -> Self {
        Self((directory.laxity != Laxity::default()).then(Arc::default))
    }

    /// What was needed so far.
    pub(crate) fn needed(&self) -> Vec<Leniency> {
        self.0.as_ref().map_or_else(Vec::new, |needed| {
            needed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        })
    }

    fn note(&self, leniency: Leniency) {
        if let Some(needed) = &self.0 {
            let mut needed = needed.lock().unwrap_or_else(PoisonError::into_inner);
            if !needed.contains(&leniency) {
                needed.push(leniency);
            }
        }
    }
}

/// The world in which a token request at a tenant or authorization server is right, as far as laxity goes.
pub(crate) fn admit(world: &World, request: &TokenRequest, realm: &str) -> World {
    let mut admitted = world.clone();
    if world.directory.laxity == Laxity::default() {
        return admitted;
    }
    let mut directory = Directory::clone(&world.directory);
    let client = admit_client(world, &mut directory, request, realm);
    let laxity = &world.directory.laxity;
    if laxity.any_password && request.get("grant_type") == Some(GrantType::Password.name()) {
        admit_password(world, &mut directory, request, realm);
    }
    if laxity.unknown_scopes
        && let Some(client) = &client
    {
        admit_scopes(world, &mut directory, request, realm, client);
    }
    admitted.directory = Arc::new(directory);
    admitted
}

/// The world in which a text is an API token.
pub(crate) fn admit_api_token(world: World, shown: &str) -> World {
    let okta = &world.directory.okta;
    let owner = okta.api_tokens.first().map(|token| token.user.clone());
    let owner = owner.or_else(|| Some(okta.users.iter().find(|user| user.enabled)?.login.clone()));
    let known = okta
        .api_tokens
        .iter()
        .any(|token| token.value.reveal() == shown);
    let Some(user) = owner.filter(|_| world.directory.laxity.any_api_token && !known) else {
        return world;
    };
    if shown.is_empty() {
        return world;
    }
    let mut admitted = world;
    let directory = Arc::make_mut(&mut admitted.directory);
    let any = ApiToken::new("00TanyToken", Secret::new(shown), user);
    directory.okta.api_tokens.push(any);
    admitted.lenience.note(Leniency::AnyApiToken);
    admitted
}

/// Makes the client's credential right. The id it goes by, if it says one.
fn admit_client(
    world: &World,
    directory: &mut Directory,
    request: &TokenRequest,
    realm: &str,
) -> Option<String> {
    let laxity = directory.laxity.clone();
    let (applications, _) = lists(world.provider, directory, realm)?;
    let pairs = shown(request);
    let known = pairs.iter().find_map(|(id, secret)| {
        let place = applications
            .iter()
            .position(|known| known.id.eq_ignore_ascii_case(id))?;
        Some((place, secret))
    });
    let Some((place, secret)) = known else {
        let (id, secret) = pairs.into_iter().next()?;
        if laxity.unknown_applications
            && id.len() <= LONGEST
            && let Some(guest) = guest(applications, &id, secret)
        {
            applications.push(guest);
            world.lenience.note(Leniency::UnknownApplications);
        }
        return Some(id);
    };
    let application = &mut applications[place];
    let now = world.clock.now();
    let right = |known: &ClientSecret| {
        known.is_valid_at(now)
            && pairs
                .iter()
                .any(|(_, secret)| secret.as_ref() == Some(&known.value))
    };
    if let Some(secret) = secret
        && laxity.any_client_secret
        && !application.is_public()
        && !application.secrets.iter().any(right)
    {
        application.secrets = vec![ClientSecret::lasting(secret.reveal())];
        world.lenience.note(Leniency::AnyClientSecret);
    }
    Some(application.id.clone())
}

/// Client ids and secrets that the request may mean.
fn shown(request: &TokenRequest) -> Vec<(String, Option<Secret>)> {
    if let Some(basic) = &request.basic {
        let pairs = basic.candidates(request.reading).into_iter();
        return pairs.map(|(id, secret)| (id, Some(secret))).collect();
    }
    let secret = request.get("client_secret").map(Secret::new);
    let id = request.get("client_id").map(str::to_owned);
    id.map(|id| (id, secret)).into_iter().collect()
}

/// Somebody who may do what the first application may.
fn guest(applications: &[Application], id: &str, secret: Option<Secret>) -> Option<Application> {
    let first = applications
        .iter()
        .find(|application| application.enabled)?;
    Some(Application {
        id: id.to_owned(),
        name: id.to_owned(),
        platform: match &secret {
            Some(_) => Platform::Web,
            None => Platform::Public,
        },
        secrets: secret
            .map(|secret| ClientSecret::lasting(secret.reveal()))
            .into_iter()
            .collect(),
        lifetimes: first.lifetimes.clone(),
        rotation: first.rotation.clone(),
        roles: first.roles.clone(),
        scopes: first.scopes.clone(),
        ..Application::new(id, first.grants.iter().copied())
    })
}

fn admit_password(world: &World, directory: &mut Directory, request: &TokenRequest, realm: &str) {
    let (Some(login), Some(password)) = (request.get("username"), request.get("password")) else {
        return;
    };
    let Some((_, users)) = lists(world.provider, directory, realm) else {
        return;
    };
    let password = Some(Secret::new(password));
    let user = users
        .iter_mut()
        .find(|user| user.login.eq_ignore_ascii_case(login));
    if let Some(user) = user.filter(|user| user.password != password) {
        user.password = password;
        world.lenience.note(Leniency::AnyPassword);
    }
}

fn admit_scopes(
    world: &World,
    directory: &mut Directory,
    request: &TokenRequest,
    realm: &str,
    client: &str,
) {
    let asked = request.scope();
    let others = asked.iter().filter(|scope| !OIDC.contains(&scope.as_str()));
    for scope in others
        .filter(|scope| scope.len() <= LONGEST)
        .take(MOST_SCOPES)
    {
        let added = match world.provider {
            Provider::Entra => admit_entra_scope(directory, realm, client, scope),
            Provider::Okta => admit_okta_scope(directory, realm, client, scope),
        };
        if added == Some(true) {
            world.lenience.note(Leniency::UnknownScopes);
        }
    }
}

/// Whether something had to be added; none if there is nowhere to add it to.
fn admit_entra_scope(
    directory: &mut Directory,
    realm: &str,
    client: &str,
    scope: &str,
) -> Option<bool> {
    let place = tenant_place(directory, realm)?;
    let tenant = directory.entra.tenants.get_mut(place)?;
    let mut added = false;
    let (resource, name) = match scope.rsplit_once('/') {
        Some((resource, name)) => (Some(resource), name),
        None => (None, scope),
    };
    if let Some(resource) = resource.filter(|resource| tenant.resource(resource).is_none()) {
        tenant.resources.push(ApiResource {
            app_id: resource.to_owned(),
            identifier: resource.to_owned(),
            token_version: 1,
            continuous_access: None,
            step_up: Vec::new(),
            enabled: true,
            assignment_required: false,
            without_service_principal: false,
            roles: Vec::new(),
            group_claims: false,
            scopes: Vec::new(),
            admin_scopes: Vec::new(),
        });
        added = true;
    }
    let mut applications = tenant.applications.iter_mut();
    let application = applications.find(|known| known.id.eq_ignore_ascii_case(client))?;
    let mut consented = application.scopes.iter();
    if name != ".default" && !consented.any(|known| known.eq_ignore_ascii_case(name)) {
        application.scopes.push(name.to_owned());
        added = true;
    }
    Some(added)
}

fn admit_okta_scope(
    directory: &mut Directory,
    realm: &str,
    client: &str,
    scope: &str,
) -> Option<bool> {
    let okta = &mut directory.okta;
    let mut applications = okta.applications.iter_mut();
    let application = applications.find(|known| known.id.eq_ignore_ascii_case(client))?;
    let mut servers = okta.authorization_servers.iter_mut();
    let server = servers.find(|server| server.id == realm);
    // A custom server asks for consent only where the application says so; the org's always does.
    let consent = server.is_none() || application.consent_required;
    let unconsented = consent && !application.scopes.iter().any(|known| known == scope);
    if unconsented {
        application.scopes.push(scope.to_owned());
    }
    let unknown = server.filter(|server| !server.scopes.iter().any(|known| known == scope));
    let added = unconsented || unknown.is_some();
    if let Some(server) = unknown {
        server.scopes.push(scope.to_owned());
    }
    Some(added)
}

/// Begins a sign-in that has given the refresh token of a request, of the first user who can sign in. For a client that has been
/// authenticated: what others show leaves nothing behind.
pub(crate) fn admit_refresh_token(
    world: &World,
    request: &TokenRequest,
    issuer: &str,
    application: &Application,
    users: &[User],
) {
    let now = world.clock.now();
    let shown = request.get("refresh_token");
    let shown = shown.filter(|token| token.len() <= LONGEST);
    let user = users.iter().find(|user| user.can_sign_in());
    let (true, Some(token), Some(user)) =
        (world.directory.laxity.unknown_refresh_tokens, shown, user)
    else {
        return;
    };
    if world.ledger.state_of(token, now).0.is_some() {
        return;
    }
    let mut asked = request.scope();
    asked.retain(|scope| scope.len() <= LONGEST);
    asked.truncate(MOST_SCOPES);
    let grantee = Grantee {
        client: application.id.clone(),
        user: Some(user.id.clone()),
        issuer: issuer.to_owned(),
        scope: match asked.is_empty() {
            true => application.scopes.clone(),
            false => asked,
        },
    };
    let lifetime = RefreshLifetime {
        idle: world.settings.refresh_lifetime,
        absolute: None,
    };
    world.ledger.start_family(grantee, lifetime, token, now);
    world.lenience.note(Leniency::UnknownRefreshTokens);
}

/// The applications and users of the tenant that a path names, the first for a name that is none's; those of the org.
fn lists<'d>(
    provider: Provider,
    directory: &'d mut Directory,
    realm: &str,
) -> Option<(&'d mut Vec<Application>, &'d mut Vec<User>)> {
    match provider {
        Provider::Entra => {
            let place = tenant_place(directory, realm)?;
            let tenant = directory.entra.tenants.get_mut(place)?;
            Some((&mut tenant.applications, &mut tenant.users))
        }
        Provider::Okta => Some((&mut directory.okta.applications, &mut directory.okta.users)),
    }
}

fn tenant_place(directory: &Directory, realm: &str) -> Option<usize> {
    let tenants = &directory.entra.tenants;
    match directory.entra.tenant(realm) {
        Some(tenant) => tenants.iter().position(|known| known.id == tenant.id),
        None => (!tenants.is_empty()).then_some(0),
    }
}
