//! Passwords: whom they let in, and when an account is closed for a while
//! (learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout).

use jiff::Timestamp;

use crate::directory::{Directory, Tenant, User};
use crate::engine::{self, Denial, TokenRequest};
use crate::ledger::Ledger;
use crate::world::World;

/// The user whose name and password a request shows. Whoever guesses too often finds the account closed, the right password or not.
pub(super) fn user(world: &World, request: &TokenRequest, tenant: &Tenant) -> Result<User, Denial> {
    let now = world.clock.now();
    let login = request.get("username").unwrap_or_default();
    let mut users = tenant.users.iter();
    let known = users.find(|user| user.login.eq_ignore_ascii_case(login));
    if let Some(user) = known
        && request.get("password").is_some()
    {
        if world.ledger.is_shut_out(&tenant.id, &user.id, now) {
            return Err(Denial::UserLocked);
        }
        if user.password.is_none() && !user.locked {
            return Err(Denial::PasswordUnset);
        }
    }
    let found = engine::user_by_password(request, &tenant.users);
    if let Some(user) = known {
        match &found {
            Err(Denial::PasswordWrong) => {
                let ledger = &world.ledger;
                ledger.note_wrong_password(&tenant.id, &user.id, tenant.lockout, now);
            }
            // An account that an administrator has locked says nothing of the password.
            Err(Denial::UserLocked | Denial::ParameterMissing(_)) => {}
            _ => world.ledger.note_right_password(&tenant.id, &user.id),
        }
    }
    found
}

/// Ends what public clients were granted with passwords that a change of the directory has replaced
/// (learn.microsoft.com/entra/identity-platform/refresh-tokens).
pub(crate) fn changed(ledger: &Ledger, before: &Directory, after: &Directory, now: Timestamp) {
    for tenant in &after.entra.tenants {
        let mut tenants = before.entra.tenants.iter();
        let Some(former) = tenants.find(|former| former.id == tenant.id) else {
            continue;
        };
        let is_public = |client: &str| {
            let mut applications = tenant.applications.iter();
            let application = applications.find(|known| known.id == client);
            application.is_some_and(crate::directory::Application::is_public)
        };
        for user in &tenant.users {
            let mut users = former.users.iter();
            let was = users.find(|was| was.id == user.id);
            if was.is_some_and(|was| was.password.is_some() && was.password != user.password) {
                ledger.password_changed(&tenant.id, &user.id, is_public, now);
            }
        }
    }
}
