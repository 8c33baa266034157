//! What an administrator allows applications.

use super::MockIdp;
use crate::directory::Application;

impl MockIdp {
    /// Consents to delegated scopes and application permissions (Entra's `roles`) of an application, as an administrator does for
    /// everybody. False if no application has this id.
    ///
    /// Entra grants delegated scopes only with consent, Okta's org authorization server its own scopes; what else needs one is up
    /// to [`Application::consent_required`].
    pub fn consent(&self, client_id: &str, scopes: &[String], roles: &[String]) -> bool {
        self.change_application(client_id, |application| {
            add(&mut application.scopes, scopes);
            add(&mut application.roles, roles);
        })
    }

    /// Takes consent back. Access tokens live on; who refreshes for what is no longer consented to is refused. False if no
    /// application has this id.
    ///
    /// What users have allowed for themselves goes with it.
    pub fn withdraw_consent(&self, client_id: &str, scopes: &[String], roles: &[String]) -> bool {
        self.rooms.ledger.withdraw_consents(client_id, scopes);
        self.change_application(client_id, |application| {
            application.scopes.retain(|known| !scopes.contains(known));
            application.roles.retain(|known| !roles.contains(known));
        })
    }

    fn change_application(&self, client_id: &str, change: impl FnOnce(&mut Application)) -> bool {
        let rooms = &self.rooms;
        rooms.change_directory(|directory| {
            let application = directory.application_mut(rooms.provider, client_id);
            application.map(change).is_some()
        })
    }
}

fn add(known: &mut Vec<String>, more: &[String]) {
    for one in more {
        if !known.contains(one) {
            known.push(one.clone());
        }
    }
}
