//! A service that was called by a user's application calls another one in the user's name (RFC 8693), at Okta.

use mock_idp::directory::{Application, ClientSecret, Directory, GrantType};
use mock_idp::journal::Origin;
use mock_idp::mint::TokenRecipe;
use mock_idp::{MockIdp, Provider as Vendor};
use token_client::{ClientAuth, GrantSource, Provider, Secret, TokenClient, TokenExchange};

use crate::Outcome;
use crate::stage::{told, trusting};

pub(crate) async fn run() -> Outcome {
    // The administrator's part: a service that may exchange tokens.
    let mut directory = Directory::default();
    let mut service = Application::new("0oa7gatewayTokenPr0d7", [GrantType::TokenExchange]);
    service.secrets = vec![ClientSecret::lasting("okta-app-secret_Gw7Tq2Zx9Mn4Lk1Vb6")];
    directory.okta.applications.push(service);
    let idp = MockIdp::of(Vendor::Okta)
        .directory(directory)
        .start()
        .await?;

    // The caller's part: an application in which a user has signed in calls us with this token.
    let caller = idp.mint(&TokenRecipe {
        user: Some("ada@okta.example".to_owned()),
        scopes: vec!["orders.read".to_owned()],
        ..TokenRecipe::default()
    })?;

    // Ours: the audience says which API the new token is for.
    let auth = ClientAuth::SecretBasic {
        id: "0oa7gatewayTokenPr0d7".to_owned(),
        secret: Secret::new("okta-app-secret_Gw7Tq2Zx9Mn4Lk1Vb6"),
    };
    let exchange = TokenExchange::of_access_token(Secret::new(caller.value.reveal()))
        .audience("api://partners");
    let provider = Provider::okta_custom(idp.origin(Origin::Org), "partners")?;
    let builder = TokenClient::builder(provider, auth, GrantSource::TokenExchange(exchange))
        .scopes(["orders.write"]);
    let client = trusting(builder)?.build()?;
    told("for the token of the caller", &client.token().await?);
    Ok(())
}
