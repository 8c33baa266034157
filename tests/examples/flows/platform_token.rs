//! A workload that its platform vouches for, by a token in a file (Microsoft, workload identity federation).

use mock_idp::Provider as Vendor;
use mock_idp::mint::TokenRecipe;
use serde_json::json;
use token_client::{ClientAssertion, ClientAuth, GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;

    // The platform's part: Kubernetes, for instance, keeps the file new, and says where it is in AZURE_FEDERATED_TOKEN_FILE.
    let claims = json!({
        "iss": "https://token.pipelines.example",
        "sub": "repo:contoso/orders:ref:refs/heads/main",
        "aud": "api://AzureADTokenExchange",
    });
    let token = idp.mint(&TokenRecipe {
        scopes: vec!["api://contoso-orders/.default".to_owned()],
        claims: claims.as_object().cloned().unwrap_or_default(),
        ..TokenRecipe::default()
    })?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("token");
    std::fs::write(&file, token.value.reveal())?;

    let auth = ClientAuth::Assertion {
        id: "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e".to_owned(),
        assertion: ClientAssertion::file(&file),
    };
    let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::ClientCredentials)
        .scopes(["api://contoso-orders/.default"]);
    let client = trusting(builder)?.build()?;
    told("by the platform's token", &client.token().await?);
    Ok(())
}
