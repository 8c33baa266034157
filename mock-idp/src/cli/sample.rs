//! What a user of a running world has to know: URLs and credentials of an example client.

use std::fmt::Write as _;

use mock_idp::directory::GrantType;
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider, Secret};
use serde_json::{Map, Value, json};

/// The facts of one world, in the order they are shown.
pub(super) struct Sample {
    provider: Provider,
    facts: Vec<(&'static str, String)>,
}

impl Sample {
    pub(super) fn of(idp: &MockIdp) -> Self {
        let credentials = idp.credentials();
        let scope = |grant| idp.scopes(grant).join(" ");
        let base = match idp.provider() {
            Provider::Entra => {
                let login = idp.origin(Origin::Login);
                ("authority", format!("{login}/{}", idp.tenant()))
            }
            Provider::Okta => ("org_url", idp.origin(Origin::Org).to_owned()),
        };
        let reveal = |secret: &Secret| secret.reveal().to_owned();
        let mut facts = vec![
            base,
            ("issuer", idp.issuer()),
            ("token_url", idp.token_url()),
            ("jwks_url", idp.jwks_url()),
            ("api_url", idp.api_url()),
            ("client_id", credentials.client_id),
            ("client_secret", reveal(&credentials.client_secret)),
            ("scope", scope(GrantType::ClientCredentials)),
            ("username", credentials.username),
            ("password", reveal(&credentials.password)),
            ("user_scope", scope(GrantType::Password)),
            ("refresh_token", reveal(&idp.mint_refresh_token().value)),
        ];
        if let Some(token) = &credentials.api_token {
            facts.push(("api_token", reveal(token)));
        }
        Self {
            provider: idp.provider(),
            facts,
        }
    }

    pub(super) fn provider(&self) -> Provider {
        self.provider
    }

    /// As a JSON object.
    pub(super) fn to_json(&self) -> Value {
        let members: Map<String, Value> = self
            .facts
            .iter()
            .map(|(name, fact)| ((*name).to_owned(), json!(fact)))
            .collect();
        Value::Object(members)
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        let mut text = match self.provider {
            Provider::Entra => "Microsoft Entra ID\n".to_owned(),
            Provider::Okta => "Okta\n".to_owned(),
        };
        for (name, fact) in &self.facts {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {name:<14} {fact}");
        }
        text
    }
}
