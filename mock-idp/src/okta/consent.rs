//! Which scopes an app has been allowed (developer.okta.com/docs/guides/request-user-consent).

use super::scope::is_for_users;
use crate::directory::Application;
use crate::engine::Denial;

/// Whether somebody has consented to all of these scopes. Those of OpenID Connect need no consent.
pub(super) fn given(scopes: &[String], application: &Application) -> Result<(), Denial> {
    let lacks = |scope: &&String| !is_for_users(scope) && !application.scopes.contains(scope);
    match scopes.iter().find(lacks) {
        None => Ok(()),
        Some(_) => Err(Denial::ConsentMissing {
            client: application.id.clone(),
        }),
    }
}

/// The same for scopes that need it only if the directory says so.
pub(super) fn given_if_required(
    scopes: &[String],
    application: &Application,
) -> Result<(), Denial> {
    if application.consent_required {
        given(scopes, application)
    } else {
        Ok(())
    }
}
