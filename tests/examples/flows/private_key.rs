//! A service with a key in place of a secret, at Okta (`private_key_jwt`, OpenID Connect Core section 9).

use mock_idp::Provider as Vendor;
use token_client::{ClientAssertion, ClientAuth, GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{KEY, mock, provider, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Okta).await?;
    let auth = ClientAuth::Assertion {
        id: "0oa4servicTokenPr0d7".to_owned(),
        assertion: ClientAssertion::private_key(&KEY)?,
    };
    let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::ClientCredentials)
        .scopes(["orders.read"]);
    let client = trusting(builder)?.build()?;
    told("by key", &client.token().await?);
    Ok(())
}
