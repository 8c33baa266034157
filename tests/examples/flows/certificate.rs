//! An application with a certificate in place of a secret (Microsoft, certificate credentials).

use mock_idp::Provider as Vendor;
use token_client::{ClientAssertion, ClientAuth, GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{KEY, mock, provider, told, trusting};

const CERTIFICATE: &str = include_str!("../../../mock-idp/directory/client.cert.pem");

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;
    let auth = ClientAuth::Assertion {
        id: "5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d".to_owned(),
        assertion: ClientAssertion::certificate(CERTIFICATE, &KEY)?,
    };
    let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::ClientCredentials)
        .scopes(["api://contoso-orders/.default"]);
    let client = trusting(builder)?.build()?;
    told("by certificate", &client.token().await?);
    Ok(())
}
