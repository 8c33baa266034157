//! A user who signs in with a browser, on the user's own machine (RFC 6749 section 4.1, RFC 7636, RFC 8252).

use std::error::Error;

use mock_idp::Provider as Vendor;
use token_client::{GrantSource, LoopbackReceiver, TokenClient, Transport as _};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, transport, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;
    let auth = secret(
        "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7",
        "entra-app-secret~K7rB3xYs",
    );
    let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::SignIn).scopes([
        "openid",
        "offline_access",
        "User.Read",
    ]);
    let client = trusting(builder)?.build()?;

    let receiver = LoopbackReceiver::bind("http://localhost/callback").await?;
    let mut request = client.authorization_request(receiver.redirect_uri())?;
    // In production the user's browser is opened here, and the user signs in. Here the mock does.
    idp.sign_in_automatically(Some("ada@contoso.example"));
    let browser = tokio::spawn(browse(request.url()));
    let code = receiver.receive(&mut request).await?;
    told("by code", &client.sign_in(code).await?);
    browser.await?.map_err(|error| error.to_string())?;

    told("by refresh token", &client.refresh().await?);
    Ok(())
}

/// What a browser does with the address: it follows it, and where it is sent then.
async fn browse(url: String) -> Result<(), Box<dyn Error + Send + Sync>> {
    let browser = transport().map_err(|error| error.to_string())?;
    let get = |url: &str| http::Request::get(url).body(bytes::Bytes::new());
    let answer = browser.send(get(&url)?).await?;
    let back = answer.headers().get("location").ok_or("no redirect")?;
    browser.send(get(back.to_str()?)?).await?;
    Ok(())
}
