//! A device without a browser (RFC 8628).

use std::sync::Arc;

use mock_idp::Provider as Vendor;
use token_client::{ClientAuth, DevicePrompt, GrantSource, TokenClient};

use crate::Outcome;
use crate::stage::{mock, provider, told, trusting};

pub(crate) async fn run() -> Outcome {
    for (vendor, id, scope, user) in [
        (
            Vendor::Entra,
            "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5",
            "User.Read",
            "ada@contoso.example",
        ),
        (
            Vendor::Okta,
            "0oa2nativeTokenPr0d7",
            "orders.read",
            "ada@okta.example",
        ),
    ] {
        let idp = Arc::new(mock(vendor).await?);
        let auth = ClientAuth::Public { id: id.to_owned() };
        let builder = TokenClient::builder(provider(&idp)?, auth, GrantSource::SignIn)
            .scopes([scope, "offline_access"]);
        let client = trusting(builder)?.build()?;

        let by = Arc::clone(&idp);
        let show = move |prompt: &DevicePrompt| {
            println!("  {prompt}");
            // The user's part, which takes a while in production.
            if let Err(error) = by.approve_sign_in(&prompt.user_code, user) {
                println!("  nobody signs in: {error}");
            }
        };
        told("by device code", &client.sign_in_by_device(show).await?);
    }
    Ok(())
}
