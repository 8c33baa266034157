//! The first and the second of a scenario, in a world.

use mock_idp::fault::{BadRule, Named, Names, RuleFilter};
use mock_idp::{Identity, MockIdp};

use crate::scenario::Which;

/// The names that scenarios have for applications, users and tenants: `first` and `second`.
pub(super) struct FirstAndSecond<'a>(pub(super) &'a MockIdp);

impl Names for FirstAndSecond<'_> {
    /// Where no tenant is named, the application or user of that place in either of them is meant.
    fn resolve(&self, only: &RuleFilter) -> Result<Named, BadRule> {
        let tenants = match place(only.tenant.as_deref()) {
            Some(tenant) => vec![tenant],
            None => vec![0, 1],
        };
        let names = |application: usize, user: usize, name: fn(Identity) -> Vec<String>| {
            let identities = tenants
                .iter()
                .filter_map(|tenant| self.0.identity(application, user, *tenant));
            identities.flat_map(name).collect()
        };
        Ok(Named {
            clients: place(only.application.as_deref())
                .map(|application| names(application, 0, |identity| vec![identity.client_id])),
            issuers: place(only.tenant.as_deref())
                .map(|_| names(0, 0, |identity| vec![identity.issuer])),
            users: place(only.user.as_deref()).map(|user| {
                names(0, user, |identity| {
                    vec![identity.username, identity.user_id]
                })
            }),
        })
    }
}

/// Planning has refused what is neither the first nor the second.
fn place(name: Option<&str>) -> Option<usize> {
    match name?.parse().unwrap_or_default() {
        Which::First => Some(0),
        Which::Second => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn names_are_those_of_the_world() {
        for provider in [mock_idp::Provider::Entra, mock_idp::Provider::Okta] {
            let idp = MockIdp::of(provider).plain_http().start().await;
            let idp = idp.expect("a world");
            let of = |application, user, tenant| idp.identity(application, user, tenant);
            let [first, second] = [of(0, 0, 0), of(0, 0, 1)].map(|found| found.expect("a tenant"));
            let user = of(0, 1, 1).expect("a second user");
            let application = of(1, 0, 0).expect("a second application");
            let named = |only: Value| {
                let only: RuleFilter = serde_json::from_value(only).expect("a filter");
                FirstAndSecond(&idp).resolve(&only).expect("names")
            };

            let found = named(json!({ "tenant": "second", "user": "second" }));
            assert_eq!(found.issuers, Some(vec![second.issuer]));
            assert_eq!(found.users, Some(vec![user.username, user.user_id]));
            assert_eq!(found.clients, None);

            // Without a tenant, that of either.
            let clients = named(json!({ "application": "first" })).clients;
            assert_eq!(clients, Some(vec![first.client_id, second.client_id]));
            let clients = named(json!({ "application": "second" })).clients;
            assert!(clients.is_some_and(|clients| clients.contains(&application.client_id)));
        }
    }
}
