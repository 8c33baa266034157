//! An API token of Okta's, which a person has made (`SSWS`).

use mock_idp::Provider as Vendor;
use mock_idp::journal::Origin;
use token_client::{Secret, TokenClient};

use crate::Outcome;
use crate::stage::{mock, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Okta).await?;
    let token = Secret::new("00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb");
    let client = trusting(TokenClient::api_token(token))?.build()?;
    told("made by a person", &client.token().await?);

    let users = format!("{}/api/v1/users", idp.origin(Origin::Org));
    let request = http::Request::get(users).body(bytes::Bytes::new())?;
    println!("  the API answers {}", client.call(request).await?.status());
    Ok(())
}
