//! Which scopes an app has been allowed (developer.okta.com/docs/guides/request-user-consent).

use super::token::FOR_USERS;
use crate::engine::{Claimed, Denial};

/// Whether somebody has consented to all of these scopes. Those of OpenID Connect need no consent.
pub(super) fn given(scopes: &[String], claimed: &Claimed<'_>) -> Result<(), Denial> {
    let application = claimed.application;
    let lacks = |scope: &&String| {
        !FOR_USERS.contains(&scope.as_str()) && !application.scopes.contains(scope)
    };
    match scopes.iter().find(lacks) {
        None => Ok(()),
        Some(_) => Err(Denial::ConsentMissing {
            client: application.id.clone(),
        }),
    }
}

/// The same for scopes that need it only if the directory says so.
pub(super) fn given_if_required(scopes: &[String], claimed: &Claimed<'_>) -> Result<(), Denial> {
    if claimed.application.consent_required {
        given(scopes, claimed)
    } else {
        Ok(())
    }
}
