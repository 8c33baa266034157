//! Whose tenant a request is for, and whose accounts an application may sign in.
//!
//! `common`, `organizations` and `consumers` name no tenant: who signs in, or what is shown, does.

use super::coded::Coded;
use super::denial::EntraDenial;
use super::tenant::{Segment, is_alias_name, resolve, segment};
use crate::directory::{Application, CloudName, GrantType, SignInAudience, Tenant, User};
use crate::engine::{self, Claimed, Denial, TokenRequest};
use crate::inbound::Inbound;
use crate::world::World;

/// No application has this id.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// The tenant that a path names. An alias stands for the tenant of the user who signs in, or of the token that is shown, and else
/// for the first that has the application, where the grant may be used with it.
pub(super) fn tenant<'w>(
    world: &'w World,
    inbound: &Inbound,
    request: &TokenRequest,
    grant: &str,
) -> Result<&'w Tenant, EntraDenial> {
    let directory = &world.directory.entra;
    let segment = segment(inbound);
    if segment.is_empty() {
        return Err(Coded::new(90_019).into());
    }
    match resolve(directory, &segment)? {
        Segment::Tenant(tenant) => served(world, tenant),
        Segment::Alias(_) if grant == GrantType::ClientCredentials.name() => {
            Err(EntraDenial::TenantImplied)
        }
        Segment::Alias("common" | "consumers") if grant == GrantType::Password.name() => {
            Err(EntraDenial::GrantNotOverCommon)
        }
        Segment::Alias(_) => home(world, request).ok_or(EntraDenial::TenantImplied),
    }
}

/// Refuses a tenant of the US Government's cloud at the public one: that its region tells it is assumed.
pub(super) fn served<'w>(world: &World, tenant: &'w Tenant) -> Result<&'w Tenant, EntraDenial> {
    let is_public = world.directory.entra.cloud.is == CloudName::Public;
    match is_public && tenant.region().eq_ignore_ascii_case("USGov") {
        true => Err(Coded::new(900_439).into()),
        false => Ok(tenant),
    }
}

/// Whether a path names no tenant in particular.
pub(super) fn is_alias(inbound: &Inbound) -> bool {
    is_alias_name(&segment(inbound))
}

/// The tenant that a request implies.
fn home<'w>(world: &'w World, request: &TokenRequest) -> Option<&'w Tenant> {
    let directory = &world.directory.entra;
    let domain = request
        .get("username")
        .and_then(|login| login.rsplit_once('@'))
        .and_then(|(_, domain)| directory.tenant(domain));
    let shown = || {
        let (facts, _) = world
            .ledger
            .state_of(request.shown_grant()?, world.clock.now());
        directory.tenant(&facts?.issuer)
    };
    let registered = || {
        let client = request.client_id()?;
        let mut tenants = directory.tenants.iter();
        tenants.find(|tenant| application(tenant, &client).is_some())
    };
    domain
        .or_else(shown)
        .or_else(registered)
        .or(directory.tenants.first())
}

/// Where a login is at home, if that is another tenant than this one.
pub(super) fn elsewhere<'w>(
    world: &'w World,
    tenant: &Tenant,
    login: &str,
) -> Option<(&'w Tenant, &'w User)> {
    let (_, domain) = login.rsplit_once('@')?;
    let home = world.directory.entra.tenant(domain)?;
    let mut users = home.users.iter();
    let user = users.find(|user| user.login.eq_ignore_ascii_case(login))?;
    (home.id != tenant.id).then_some((home, user))
}

/// A user of another tenant, who is no guest here.
pub(super) fn no_guest(home: &Tenant, tenant: &Tenant, application: &Application) -> EntraDenial {
    about(50_020, application)
        .with("home", &home.id)
        .with("tenant", &tenant.name)
        .into()
}

/// An application that the tenant of its user does not know.
pub(super) fn not_installed(home: &Tenant, application: &Application) -> EntraDenial {
    not_there(home, &application.id)
}

/// The application that asks: enabled, and for accounts of the kind that the path stands for.
pub(super) fn client<'w>(
    world: &'w World,
    inbound: &Inbound,
    request: &TokenRequest,
    tenant: &'w Tenant,
) -> Result<Claimed<'w>, EntraDenial> {
    let claimed = engine::identify(request, &tenant.applications)
        .map_err(|denial| unknown(world, request, tenant, denial))?;
    usable(world, inbound, claimed.application)?;
    Ok(claimed)
}

/// Whether an application is enabled, and may be used under the name that a path has for its tenant.
pub(super) fn usable(
    world: &World,
    inbound: &Inbound,
    application: &Application,
) -> Result<(), EntraDenial> {
    if !application.enabled {
        return Err(about(7_000_112, application).into());
    }
    let number = match (
        resolve(&world.directory.entra, &segment(inbound))?,
        application.sign_in_audience,
    ) {
        (Segment::Alias("consumers"), SignInAudience::SingleTenant | SignInAudience::AnyTenant) => {
            9_002_332
        }
        (Segment::Alias("consumers"), _) => return Ok(()),
        (_, SignInAudience::Personal) => 9_002_331,
        (Segment::Alias(_), SignInAudience::SingleTenant) => 50_194,
        _ => return Ok(()),
    };
    Err(about(number, application).into())
}

/// Why a tenant does not know an application.
fn unknown(world: &World, request: &TokenRequest, tenant: &Tenant, denial: Denial) -> EntraDenial {
    let Denial::AppUnknown { client, .. } = &denial else {
        return denial.into();
    };
    if client == NOBODY {
        return Coded::new(700_038).with("client", client).into();
    }
    let mut elsewhere = world.directory.entra.tenants.iter();
    let is_elsewhere = elsewhere.any(|tenant| {
        application(tenant, client)
            .is_some_and(|known| known.sign_in_audience != SignInAudience::SingleTenant)
    });
    if is_elsewhere && request.get("grant_type") == Some(GrantType::ClientCredentials.name()) {
        return Coded::new(7_000_229)
            .with("client", client)
            .with("tenant", &tenant.id)
            .into();
    }
    not_there(tenant, client)
}

fn not_there(tenant: &Tenant, client: &str) -> EntraDenial {
    Coded::new(700_016)
        .with("client", client)
        .with("tenant", &tenant.name)
        .into()
}

fn application<'d>(tenant: &'d Tenant, client: &str) -> Option<&'d Application> {
    let mut applications = tenant.applications.iter();
    applications.find(|known| known.id.eq_ignore_ascii_case(client))
}

/// A refusal that names an application.
fn about(number: u32, application: &Application) -> Coded {
    Coded::new(number)
        .with("client", &application.id)
        .with("name", &application.name)
}
