//! An application that acts for itself (RFC 6749 section 4.4), and a call with its token.

use mock_idp::Provider as Vendor;
use token_client::{GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;
    let auth = secret(&idp.client_id(), idp.client_secret().reveal());
    let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::ClientCredentials)
        .scopes(["https://graph.microsoft.com/.default"]);
    let client = trusting(builder)?.build()?;
    told("asked for", &client.token().await?);

    // Or let the client put the token on the request, and look after 401 and 429.
    let request = http::Request::get(idp.api_url()).body(bytes::Bytes::new())?;
    let answer = client.call(request).await?;
    println!("  the API answers {}", answer.status());
    Ok(())
}
