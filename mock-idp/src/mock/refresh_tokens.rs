//! Refresh tokens made outside any flow.

use super::identity::Identity;
use super::{MintedRefreshToken, MockIdp, example_user};
use crate::directory::GrantType;
use crate::ledger::Grantee;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::{entra, okta};

impl MockIdp {
    /// A refresh token for the example application and user, as if the user had signed in and allowed offline access.
    #[must_use]
    pub fn mint_refresh_token(&self) -> MintedRefreshToken {
        self.start_family(Grantee {
            client: self.client_id(),
            user: example_user(&self.world()).map(|user| user.id.clone()),
            issuer: self.tenant(),
            scope: self.scopes(GrantType::RefreshToken),
        })
    }

    /// A refresh token for this application and user, as if the user had signed in for the identity's scopes.
    #[must_use]
    pub fn mint_refresh_token_for(&self, identity: &Identity) -> MintedRefreshToken {
        self.start_family(Grantee {
            client: identity.client_id.clone(),
            user: Some(identity.user_id.clone()),
            issuer: identity.issuer.clone(),
            scope: identity.scopes.clone(),
        })
    }

    fn start_family(&self, grantee: Grantee) -> MintedRefreshToken {
        let (label, value) = self.rooms.in_turn(|world| {
            let mut applications = world.directory.applications(world.provider);
            let application = applications.find(|application| application.id == grantee.client);
            let said = application.map(|application| application.lifetimes.clone());
            let (value, lifetime) = match world.provider {
                Provider::Entra => (
                    entra::refresh_value(world),
                    entra::refresh_lifetime(world, application),
                ),
                Provider::Okta => (
                    okta::refresh_value(world),
                    okta::refresh_lifetime(world, false, &said.unwrap_or_default()),
                ),
            };
            let now = world.clock.now();
            let ledger = &world.ledger;
            let (_, label) = ledger.start_family(grantee, lifetime, &value, now);
            (label, value)
        });
        MintedRefreshToken {
            label,
            value: Secret::new(value),
        }
    }
}
