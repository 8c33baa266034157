//! A user's name and password (RFC 6749 section 4.3), where nothing better is possible.

use mock_idp::Provider as Vendor;
use token_client::{GrantSource, Secret, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Okta).await?;
    let user = idp.credentials();
    let grant = GrantSource::Password {
        username: user.username,
        password: Secret::new(user.password.reveal()),
    };
    let auth = secret(&idp.client_id(), idp.client_secret().reveal());
    let builder = TokenClient::builder(provider(&idp)?, auth, grant)
        .scopes(["orders.read", "offline_access"]);
    let client = trusting(builder)?.build()?;
    told("by password", &client.token().await?);
    // The password is not sent again: there is a refresh token now.
    told("by refresh token", &client.refresh().await?);
    Ok(())
}
