//! Access policies: who may have tokens of a custom authorization server, with which scopes, and how long they live.

use super::denial::{OktaDenial, named, told};
use super::server::Server;
use crate::directory::{Application, GrantType, Lifetimes};

/// What policy and application say of the lifetimes of a request's tokens; the application is the more exact of the two. The org's
/// own server has no policies that could be configured.
///
/// A setting that a test makes counts before both and is none of this.
pub(super) fn lifetimes(
    server: Server<'_>,
    application: &Application,
    grant: GrantType,
    scopes: &[String],
) -> Result<Lifetimes, OktaDenial> {
    let Server::Custom(custom) = server else {
        return Ok(application.lifetimes.clone());
    };
    if custom.policies.is_empty() {
        return Ok(application.lifetimes.clone());
    }
    let policy = custom
        .policy(&application.id, grant, scopes)
        .ok_or(OktaDenial::NoPolicyFits)?;
    let denied = scopes.iter().map(String::as_str);
    let denied: Vec<&str> = denied
        .filter(|scope| policy.denied_scopes.iter().any(|known| known == scope))
        .collect();
    if !denied.is_empty() && denied.len() == scopes.len() {
        return Err(named("all_scopes_rejected").into());
    }
    if !denied.is_empty() {
        return Err(told("some_scopes_denied", "scopes", denied.join(", ")).into());
    }
    Ok(application.lifetimes.or(&policy.lifetimes))
}
