//! An API that calls another one for the user who called it (Microsoft, on-behalf-of flow).

use mock_idp::Provider as Vendor;
use mock_idp::mint::TokenRecipe;
use token_client::{GrantSource, Secret, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;

    // The caller's part: an application in which a user has signed in calls us with this token.
    let caller = idp.mint(&TokenRecipe {
        client: Some("1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7".to_owned()),
        user: Some("ada@contoso.example".to_owned()),
        scopes: vec!["api://contoso-orders/Orders.Read".to_owned()],
        ..TokenRecipe::default()
    })?;

    // Ours: we are the API that this token is for.
    let auth = secret(
        "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4",
        "entra-app-secret~N5hT8wQd",
    );
    let grant = GrantSource::OnBehalfOf(Secret::new(caller.value.reveal()));
    let builder = TokenClient::builder(provider(&idp)?, auth, grant).scopes(["User.Read"]);
    let client = trusting(builder)?.build()?;
    told("on behalf of the caller", &client.token().await?);
    Ok(())
}
