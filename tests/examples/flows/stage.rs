//! The mock in place of a provider, and what is told of tokens.

use std::error::Error;
use std::sync::LazyLock;

use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider as Vendor};
use token_client::{AccessToken, ClientAuth, HttpTransport, Provider, Secret, TokenClientBuilder};

/// Starts a mock of a vendor.
pub(crate) async fn mock(vendor: Vendor) -> Result<MockIdp, Box<dyn Error>> {
    Ok(MockIdp::of(vendor).start().await?)
}

/// Where the mock is. In production: `Provider::entra("https://login.microsoftonline.com", "contoso.onmicrosoft.com")`, or
/// `Provider::okta_custom("https://dev-1.okta.com", "default")`.
pub(crate) fn provider(idp: &MockIdp) -> Result<Provider, token_client::Misuse> {
    match idp.provider() {
        Vendor::Entra => Provider::entra(idp.origin(Origin::Login), &idp.tenant()),
        Vendor::Okta => Provider::okta_custom(idp.origin(Origin::Org), "default"),
    }
}

/// A transport that trusts the mock. In production there is nothing to do: the platform's roots are trusted.
pub(crate) fn transport() -> Result<HttpTransport, Box<dyn Error>> {
    Ok(HttpTransport::builder()
        .root_pem(MockIdp::ca_pem()?)
        .build()?)
}

/// The configured client trusts the mock.
pub(crate) fn trusting(builder: TokenClientBuilder) -> Result<TokenClientBuilder, Box<dyn Error>> {
    Ok(builder.transport(transport()?))
}

/// A confidential client that sends its secret in the body.
pub(crate) fn secret(id: &str, secret: &str) -> ClientAuth {
    ClientAuth::SecretPost {
        id: id.to_owned(),
        secret: Secret::new(secret),
    }
}

/// A private key that the mock's directory knows. In production: from a file or a vault.
pub(crate) static KEY: LazyLock<Secret> =
    LazyLock::new(|| Secret::new(include_str!("../../../mock-idp/directory/client.key.pem")));

/// Says that there is a token, and nothing of it.
pub(crate) fn told(what: &str, token: &AccessToken) {
    let until = token
        .expires_at()
        .map_or_else(|| "for ever".to_owned(), |until| format!("until {until}"));
    println!(
        "  {what}: {} token, good {until}, for {}",
        token.token_type(),
        token.scope().unwrap_or("whatever it says")
    );
}
