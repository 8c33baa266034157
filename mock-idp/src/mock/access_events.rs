//! What happens that resources want fresh tokens after: continuous access evaluation.

use super::MockIdp;
use crate::directory::User;
use crate::ledger::AccessEvent;
use crate::provider::Provider;

/// An event that concerns nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAccessEvent {
    /// Okta knows nothing of it.
    #[error("an Okta world has no continuous access evaluation")]
    OtherVendor,
    /// A revocation of everybody's sign-ins.
    #[error("a revocation is of one user's sign-ins; say whose")]
    NobodyNamed,
    /// Nobody has this login or id.
    #[error("no user has this login or id")]
    UserUnknown,
}

impl MockIdp {
    /// Has resources answer the access tokens issued up to now with a claims challenge, where their clients have declared that
    /// they take one (`cp1`); others go on with theirs until they expire. `user` is whom it concerns, by login or id; everybody,
    /// applications too, without it. [`AccessEvent::Revoked`] also ends the user's sign-ins: their refresh tokens are refused.
    ///
    /// # Errors
    ///
    /// [`BadAccessEvent`] if no user has this login or id, for a revocation without a user, and in an Okta world.
    pub fn access_event(
        &self,
        event: AccessEvent,
        user: Option<&str>,
    ) -> Result<(), BadAccessEvent> {
        if self.provider() != Provider::Entra {
            return Err(BadAccessEvent::OtherVendor);
        }
        self.rooms.in_turn(|world| {
            let now = world.clock.now();
            let Some(name) = user else {
                if event == AccessEvent::Revoked {
                    return Err(BadAccessEvent::NobodyNamed);
                }
                world.ledger.note_access_event(None, event, now);
                return Ok(());
            };
            let is_meant = |user: &&User| user.id == name || user.login.eq_ignore_ascii_case(name);
            let tenants = &world.directory.entra.tenants;
            let found = tenants
                .iter()
                .find_map(|tenant| Some((tenant, tenant.users.iter().find(is_meant)?)));
            let Some((tenant, user)) = found else {
                return Err(BadAccessEvent::UserUnknown);
            };
            match event {
                AccessEvent::Revoked => {
                    world.ledger.revoke_sign_ins_of(&tenant.id, &user.id, now);
                }
                _ => world.ledger.note_access_event(Some(&user.id), event, now),
            }
            Ok(())
        })
    }
}
