//! A refresh token from a sign-in elsewhere (RFC 6749 section 6), which the server replaces each time, kept in a sealed file that
//! other processes may share.

use mock_idp::directory::{Rotation, RotationMode};
use mock_idp::{MockIdp, Provider as Vendor};
use token_client::{FileStore, GrantSource, SealingKey, Secret, TokenClient};

use crate::Outcome;
use crate::stage::{provider, secret, told, trusting};

pub(crate) async fn run() -> Outcome {
    let rotation = Rotation {
        mode: RotationMode::Rotate,
        leeway_seconds: 0,
        reuse_revokes_family: true,
    };
    let idp = MockIdp::of(Vendor::Okta).rotation(rotation).start().await?;
    let first = idp.mint_refresh_token();

    let folder = tempfile::tempdir()?;
    // From a vault: openssl rand -base64 32.
    let key =
        SealingKey::from_base64(&Secret::new("b3BlbnNzbCByYW5kIC1iYXNlNjQgMzIgd3JpdGVzIGE="))?;
    let store = FileStore::new(folder.path().join("tokens.json")).sealed_with(key);
    let process = || -> Result<TokenClient, Box<dyn std::error::Error>> {
        let auth = secret(&idp.client_id(), idp.client_secret().reveal());
        let grant = GrantSource::RefreshToken(Secret::new(first.value.reveal()));
        let builder = TokenClient::builder(provider(&idp)?, auth, grant)
            .scopes(["orders.read", "offline_access"])
            .account("ada")
            .store(store.clone());
        Ok(trusting(builder)?.build()?)
    };
    told("one process", &process()?.token().await?);
    // The next one goes on with what the first has left, not with the token that it was given.
    told("another", &process()?.refresh().await?);
    Ok(())
}
