//! A user who signs in with a browser, on the user's own machine (RFC 6749 section 4.1, RFC 7636, RFC 8252).

use std::error::Error;

use mock_idp::directory::Directory;
use mock_idp::{MockIdp, Provider as Vendor};
use token_client::{ClientAuth, GrantSource, LoopbackReceiver, TokenClient, Transport as _};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, transport, trusting};

pub(crate) async fn run() -> Outcome {
    // Any port of the machine will do for Entra.
    let receiver = LoopbackReceiver::bind("http://localhost/callback").await?;
    let idp = mock(Vendor::Entra).await?;
    let auth = secret(
        "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7",
        "entra-app-secret~K7rB3xYs",
    );
    let user = ("ada@contoso.example", "User.Read");
    signed_in(&idp, auth, user, receiver).await?;

    // Okta wants to know the address to the letter: in production it has a port of your choice, which is registered.
    let receiver = LoopbackReceiver::bind("http://localhost/callback").await?;
    let mut directory = Directory::default();
    let applications = directory.okta.applications.iter_mut();
    for portal in applications.filter(|application| application.id == "0oa5portalTokenPr0d7") {
        portal.redirect_uris = vec![receiver.redirect_uri().to_owned()];
    }
    let idp = MockIdp::of(Vendor::Okta)
        .directory(directory)
        .start()
        .await?;
    let auth = secret("0oa5portalTokenPr0d7", "okta-app-secret_Ty7Nc2Bk9Sd4Gf1Jm6");
    signed_in(&idp, auth, ("ada@okta.example", "orders.read"), receiver).await
}

async fn signed_in(
    idp: &MockIdp,
    auth: ClientAuth,
    (user, scope): (&str, &str),
    receiver: LoopbackReceiver,
) -> Outcome {
    let builder = TokenClient::builder(provider(idp)?, auth, GrantSource::SignIn).scopes([
        "openid",
        "offline_access",
        scope,
    ]);
    let client = trusting(builder)?.build()?;

    let mut request = client.authorization_request(receiver.redirect_uri())?;
    // In production the user's browser is opened here, and the user signs in. Here the mock does.
    idp.sign_in_automatically(Some(user));
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
