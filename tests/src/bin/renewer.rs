//! One of several processes that share a store: renews a token again and again.
//!
//! ```text
//! renewer TOKEN_URL CA_FILE STORE CLIENT_ID CLIENT_SECRET REFRESH_TOKEN SCOPE ROUNDS
//! ```
//!
//! The store is a file, or a database by a URL that begins with `redis`.

#![expect(clippy::print_stderr, reason = "a program that says what went wrong")]

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use token_client::{
    ClientAuth, DatabaseStore, FileStore, GrantSource, HttpTransport, Provider, Secret,
    TokenClient, TokenStore, redis,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match renew().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn open(store: &str) -> Result<Arc<dyn TokenStore>, Box<dyn Error>> {
    if !store.starts_with("redis") {
        return Ok(Arc::new(FileStore::new(store)));
    }
    let database = redis::Client::open(store)?;
    let connection = redis::aio::ConnectionManager::new(database).await?;
    Ok(Arc::new(DatabaseStore::redis(connection, "tokens")))
}

async fn renew() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [url, ca, store, id, secret, first, scope, rounds] = arguments.as_slice() else {
        return Err("eight arguments are needed".into());
    };
    let auth = ClientAuth::SecretPost {
        id: id.clone(),
        secret: Secret::new(secret.as_str()),
    };
    let first = GrantSource::RefreshToken(Secret::new(first.as_str()));
    let client = TokenClient::builder(Provider::at(url)?, auth, first)
        .scopes([scope])
        .account("shared")
        .store(open(store).await?)
        .transport(
            HttpTransport::builder()
                .root_pem(fs::read_to_string(ca)?)
                .build()?,
        )
        .build()?;
    for round in 0..rounds.parse::<u32>()? {
        client
            .refresh()
            .await
            .map_err(|error| format!("round {round}: {error}"))?;
    }
    Ok(())
}
