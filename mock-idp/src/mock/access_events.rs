//! What happens that resources want fresh tokens after: continuous access evaluation.

use super::MockIdp;
use crate::directory::BadChange;
use crate::ledger::AccessEvent;
use crate::provider::Provider;

impl MockIdp {
    /// Has resources answer the access tokens issued up to now with a claims challenge, where their clients have declared that
    /// they take one (`cp1`); others go on with theirs until they expire. `user` is whom it concerns, by login or id; everybody,
    /// applications too, without it. [`AccessEvent::Revoked`] also ends the user's sign-ins: their refresh tokens are refused.
    ///
    /// # Errors
    ///
    /// [`BadChange`] if no user has this login or id, for a revocation without a user, and in an Okta world.
    pub fn access_event(&self, event: AccessEvent, user: Option<&str>) -> Result<(), BadChange> {
        let wrong = |what: &str| Err(BadChange::Wrong(vec![what.to_owned()]));
        if self.provider() != Provider::Entra {
            return wrong("an Okta world has no continuous access evaluation");
        }
        self.rooms.in_turn(|world| {
            let now = world.clock.now();
            let Some(name) = user else {
                if event == AccessEvent::Revoked {
                    return wrong("a revocation has to name a user");
                }
                world.ledger.note_access_event(None, event, now);
                return Ok(());
            };
            let mut users = world.directory.users(world.provider);
            let Some(user) =
                users.find(|user| user.id == name || user.login.eq_ignore_ascii_case(name))
            else {
                return wrong("no user has this login or id");
            };
            match event {
                AccessEvent::Revoked => world.ledger.revoke_sessions(&user.id, now),
                _ => world.ledger.note_access_event(Some(&user.id), event, now),
            }
            Ok(())
        })
    }
}
