//! The API tokens of a case's clients, and what happens to them and to those who made them.

use mock_idp::MockIdp;
use mock_idp::directory::{AdminRole, ApiToken, Directory, NetworkZone, TokenNetwork, User};
use token_client::Secret;

use crate::scenario::ApiTokensChange;

/// What was made for the clients, in the order in which it was made.
#[derive(Debug, Default)]
pub(super) struct ApiTokens(Vec<Made>);

#[derive(Debug)]
struct Made {
    /// The client it is for, by its place.
    place: usize,
    /// The login of the administrator who made it.
    owner: String,
    id: String,
    value: Secret,
}

impl ApiTokens {
    /// Makes one for the client at this place.
    ///
    /// # Errors
    ///
    /// In words, if the org has no such user.
    pub(super) fn make(
        &mut self,
        place: usize,
        owner: &str,
        idp: &MockIdp,
    ) -> Result<Secret, String> {
        let made = idp.issue_api_token(owner, "tokenproof", TokenNetwork::default());
        let made = made.map_err(|error| error.to_string())?;
        let value = Secret::new(made.value.reveal());
        self.0.push(Made {
            place,
            owner: owner.to_owned(),
            id: made.id,
            value: value.clone(),
        });
        Ok(value)
    }

    /// The one that was made last for the client at this place.
    pub(super) fn newest(&self, place: usize) -> Option<Secret> {
        let mut made = self.0.iter().rev();
        let newest = made.find(|made| made.place == place)?;
        Some(newest.value.clone())
    }

    /// Something happens to all of them.
    ///
    /// # Errors
    ///
    /// As for [`make`](Self::make).
    pub(super) fn change(&mut self, change: ApiTokensChange, idp: &MockIdp) -> Result<(), String> {
        if change == ApiTokensChange::Add {
            let mut clients: Vec<(usize, String)> = Vec::new();
            for made in &self.0 {
                if clients.iter().all(|(place, _)| *place != made.place) {
                    clients.push((made.place, made.owner.clone()));
                }
            }
            for (place, owner) in clients {
                self.make(place, &owner, idp)?;
            }
            return Ok(());
        }
        idp.change_directory(|directory| match change {
            ApiTokensChange::Add => {}
            ApiTokensChange::Revoke => directory.okta.api_tokens.retain(|token| !self.has(token)),
            ApiTokensChange::DeactivateOwner => {
                self.owners(directory, |owner| owner.enabled = false)
            }
            ApiTokensChange::ActivateOwner => self.owners(directory, |owner| owner.enabled = true),
            ApiTokensChange::LowerRole => {
                self.owners(directory, |owner| owner.role = AdminRole::None);
            }
            ApiTokensChange::RaiseRole => {
                self.owners(directory, |owner| owner.role = AdminRole::SuperAdmin);
            }
            ApiTokensChange::Restrict => {
                let zones = &mut directory.okta.network_zones;
                if zones.iter().all(|zone| zone.id != ELSEWHERE) {
                    zones.push(NetworkZone {
                        id: ELSEWHERE.to_owned(),
                        name: "Elsewhere".to_owned(),
                        gateways: ["192.0.2.0/24".parse()].into_iter().flatten().collect(),
                    });
                }
                self.networks(directory, &[ELSEWHERE]);
            }
            ApiTokensChange::Unrestrict => self.networks(directory, &[]),
        });
        Ok(())
    }

    fn owners(&self, directory: &mut Directory, change: impl Fn(&mut User)) {
        let is_one = |login: &str| self.0.iter().any(|made| made.owner == login);
        let users = directory.okta.users.iter_mut();
        users.filter(|user| is_one(&user.login)).for_each(change);
    }

    fn networks(&self, directory: &mut Directory, zones: &[&str]) {
        let tokens = directory.okta.api_tokens.iter_mut();
        for token in tokens.filter(|token| self.has(token)) {
            token.network.include = zones.iter().map(|&zone| zone.to_owned()).collect();
        }
    }

    fn has(&self, token: &ApiToken) -> bool {
        self.0.iter().any(|made| made.id == token.id)
    }
}

/// A zone of addresses that nobody has (RFC 5737).
const ELSEWHERE: &str = "nzo1elsewhereTokenp7";
