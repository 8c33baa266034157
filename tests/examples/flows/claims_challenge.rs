//! A token that lives long and is revoked early, and the challenge that follows (Microsoft, continuous access evaluation).

use mock_idp::Provider as Vendor;
use token_client::{GrantSource, Secret, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;
    let user = idp.credentials();
    let grant = GrantSource::Password {
        username: user.username.clone(),
        password: Secret::new(user.password.reveal()),
    };
    let auth = secret(&idp.client_id(), idp.client_secret().reveal());
    let builder = TokenClient::builder(provider(&idp)?, auth, grant)
        .scopes(["https://graph.microsoft.com/User.Read"])
        // Says that challenges are answered. Without it tokens live an hour, and there are no challenges.
        .client_capabilities(["cp1"]);
    let client = trusting(builder)?.build()?;
    told("before", &client.token().await?);

    idp.revoke_sign_ins(&user.username);
    let me = format!("{}/v1.0/me", idp.origin(mock_idp::journal::Origin::Graph));
    let request = http::Request::get(me).body(bytes::Bytes::new())?;
    println!("  the API answers {}", client.call(request).await?.status());
    told("after the challenge", &client.token().await?);
    Ok(())
}
