//! Where the mock listens, without the ports, which differ from run to run.

use mock_idp::MockIdp;
use mock_idp::journal::Origin;

/// The addresses of a world and what stands for them in a trace.
#[derive(Clone, Debug)]
pub(super) struct Places(Vec<(String, &'static str)>);

impl Places {
    /// The addresses of this world.
    pub(super) fn of(idp: &MockIdp) -> Self {
        let named = [
            (Origin::Login, "login.mock"),
            (Origin::Graph, "graph.mock"),
            (Origin::ManagedIdentity, "metadata.mock"),
            (Origin::Org, "org.mock"),
            (Origin::Api, "api.mock"),
            (Origin::Foreign, "foreign.mock"),
        ];
        let known = named.into_iter().filter_map(|(origin, name)| {
            let (_, authority) = idp.origin(origin).split_once("://")?;
            Some((authority.to_owned(), name))
        });
        Self(known.collect())
    }

    /// Puts the names in the place of the addresses.
    pub(super) fn name_in(&self, text: &mut String) {
        for (authority, name) in &self.0 {
            if text.contains(authority.as_str()) {
                *text = text.replace(authority.as_str(), name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_become_names() {
        let idp = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let places = Places::of(&idp);
        let mut text = format!("{} and {}", idp.token_url(), idp.api_url());
        places.name_in(&mut text);
        let text = text.replace(&idp.tenant(), "TENANT");
        insta::assert_snapshot!(text, @"http://login.mock/TENANT/oauth2/v2.0/token and http://graph.mock/v1.0/users");
    }
}
