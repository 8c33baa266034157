//! Tokens that are bound to a key, which whoever steals one does not have (RFC 9449), at Okta.

use mock_idp::directory::Directory;
use mock_idp::{MockIdp, Provider as Vendor};
use token_client::{DpopKey, FileStore, GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    // The administrator's part: "require demonstrating proof of possession" for the application.
    let mut directory = Directory::default();
    directory.okta.applications[0].okta.dpop_bound = true;
    let idp = MockIdp::of(Vendor::Okta)
        .directory(directory)
        .start()
        .await?;

    let folder = tempfile::tempdir()?;
    let process = || -> Result<TokenClient, Box<dyn std::error::Error>> {
        let auth = secret(&idp.client_id(), idp.client_secret().reveal());
        let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::ClientCredentials)
            .scopes(["orders.read"])
            // The key is kept where the tokens are kept: a token without its key is of no use.
            .dpop(DpopKey::in_file(folder.path().join("key.pem"))?)
            .store(FileStore::new(folder.path().join("tokens.json")));
        Ok(trusting(builder)?.build()?)
    };
    told("one process", &process()?.token().await?);

    // The next one finds both. Proofs, and the nonces in them, are the client's part.
    let another = process()?;
    told("another", &another.token().await?);
    let request = http::Request::get(idp.api_url()).body(bytes::Bytes::new())?;
    println!(
        "  the API answers {}",
        another.call(request).await?.status()
    );
    Ok(())
}
