//! The grants: what each one checks once the client is known, and what it changes.

use super::client_auth::Claimed;
use super::denial::Denial;
use super::grant::{Grant, GrantedRefresh, SignIn};
use super::request::TokenRequest;
use crate::directory::{GrantType, Rotation, User};
use crate::ledger::{Grantee, Ledger, Manner, RefreshLifetime};
use crate::secret::Secret;
use jiff::Timestamp;
use std::time::Duration;

/// What the dialect lays down for the tokens of a grant.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// Tenant id or authorization server id.
    pub(crate) issuer: String,
    /// The scopes granted.
    pub(crate) scope: Vec<String>,
    /// How long access tokens live.
    pub(crate) lifetime: Duration,
    pub(crate) refresh_lifetime: RefreshLifetime,
    /// How the user signed in.
    pub(crate) manner: Manner,
}

/// What the dialect lays down for a refresh.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renewal<'a> {
    pub(crate) rotation: &'a Rotation,
    /// How long access tokens live.
    pub(crate) lifetime: Duration,
    /// Other clients whose refresh tokens this one may redeem.
    pub(crate) kin: &'a [&'a str],
}

/// The grant a request asks for, if the application may use it. `aliases` are names that the vendor takes beside the standard's.
pub(crate) fn requested(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    aliases: &[(&str, GrantType)],
) -> Result<GrantType, Denial> {
    let name = request.require("grant_type")?;
    let grant = [
        GrantType::ClientCredentials,
        GrantType::Password,
        GrantType::RefreshToken,
        GrantType::DeviceCode,
    ]
    .into_iter()
    .map(|grant| (grant.name(), grant))
    .chain(aliases.iter().copied())
    .find_map(|(known, grant)| (known == name).then_some(grant))
    .ok_or_else(|| Denial::GrantUnsupported {
        grant: name.to_owned(),
    })?;
    may_use(claimed, grant).map(|()| grant)
}

/// Whether the application may use this grant.
pub(crate) fn may_use(claimed: &Claimed<'_>, grant: GrantType) -> Result<(), Denial> {
    if claimed.application.grants.contains(&grant) {
        Ok(())
    } else {
        let allowed = claimed
            .application
            .grants
            .iter()
            .map(|grant| grant.name())
            .collect();
        Err(Denial::GrantNotAllowed {
            grant: grant.name().to_owned(),
            allowed,
        })
    }
}

/// Client credentials (RFC 6749 section 4.4): no user, no refresh token.
pub(crate) fn client_credentials(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    terms: Terms,
) -> Grant {
    Grant {
        grantee: grantee(claimed, None, &terms),
        user: None,
        auth: request.auth_methods().first().copied(),
        refresh: None,
        family: None,
        parent: None,
        lifetime: terms.lifetime,
        sign_in: SignIn::default(),
    }
}

/// The user that a password grant names, if the password opens the account (RFC 6749 section 4.3).
pub(crate) fn user_by_password(request: &TokenRequest, users: &[User]) -> Result<User, Denial> {
    let login = request.require("username")?;
    let password = request.require("password")?;
    let user = users
        .iter()
        .find(|user| user.login.eq_ignore_ascii_case(login))
        .ok_or_else(|| Denial::UserUnknown {
            login: login.to_owned(),
        })?;
    if user.locked {
        return Err(Denial::UserLocked);
    }
    if user.password != Some(Secret::new(password)) {
        return Err(Denial::PasswordWrong);
    }
    if !user.enabled {
        return Err(Denial::UserDisabled);
    }
    if user.password_expired {
        return Err(Denial::PasswordExpired);
    }
    if user.mfa_required {
        return Err(Denial::UserNeedsMfa);
    }
    Ok(user.clone())
}

/// A grant to a user who has just signed in. With `offline_access` it starts a refresh family.
pub(crate) fn signed_in(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    user: User,
    terms: Terms,
    ledger: &Ledger,
    now: Timestamp,
    make: impl FnOnce() -> String,
) -> Grant {
    let grantee = grantee(claimed, Some(user.id.clone()), &terms);
    let offline = terms.scope.iter().any(|scope| scope == "offline_access");
    let started = offline.then(|| {
        let value = make();
        let (family, label) = ledger.start_family_by(
            terms.manner,
            grantee.clone(),
            terms.refresh_lifetime,
            &value,
            now,
        );
        (
            family,
            GrantedRefresh {
                label,
                value: Secret::new(value),
                is_new: true,
            },
        )
    });
    let (family, refresh) = started.unzip();
    Grant {
        grantee,
        user: Some(user),
        auth: request.auth_methods().first().copied(),
        refresh,
        family,
        parent: None,
        lifetime: terms.lifetime,
        sign_in: SignIn {
            manner: terms.manner,
            ..SignIn::default()
        },
    }
}

/// A user by id, if the account may still be used.
pub(crate) fn able_user(users: &[User], id: &str) -> Result<User, Denial> {
    match users.iter().find(|user| user.id == id) {
        Some(user) if user.enabled => Ok(user.clone()),
        Some(_) => Err(Denial::UserDisabled),
        None => Err(Denial::UserUnknown {
            login: id.to_owned(),
        }),
    }
}

/// A refresh (RFC 6749 section 6). The scope of the original grant holds; the dialect narrows it.
pub(crate) fn refresh(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    users: &[User],
    renewal: Renewal<'_>,
    ledger: &Ledger,
    now: Timestamp,
    make: impl FnOnce() -> String,
) -> Result<Grant, Denial> {
    let shown = request.require("refresh_token")?;
    // Before the redemption: a refused request must not use the token up.
    let owner = ledger.state_of(shown, now).0.and_then(|facts| facts.user);
    let user = match owner {
        None => None,
        Some(id) => Some(able_user(users, &id)?),
    };
    let client = &claimed.application.id;
    let may_redeem = |owner: &str| owner == client || renewal.kin.contains(&owner);
    let redeemed = ledger.redeem_if(shown, may_redeem, now, renewal.rotation, make)?;
    let is_new = redeemed.next_value.is_some();
    let value = redeemed.next_value.unwrap_or_else(|| shown.to_owned());
    Ok(Grant {
        user,
        auth: request.auth_methods().first().copied(),
        refresh: Some(GrantedRefresh {
            label: redeemed.next,
            value: Secret::new(value),
            is_new,
        }),
        family: Some(redeemed.family),
        parent: Some(redeemed.parent),
        grantee: Grantee {
            client: client.clone(),
            ..redeemed.grantee
        },
        lifetime: renewal.lifetime,
        sign_in: SignIn {
            manner: redeemed.manner,
            ..SignIn::default()
        },
    })
}

fn grantee(claimed: &Claimed<'_>, user: Option<String>, terms: &Terms) -> Grantee {
    Grantee {
        client: claimed.application.id.clone(),
        user,
        issuer: terms.issuer.clone(),
        scope: terms.scope.clone(),
    }
}
