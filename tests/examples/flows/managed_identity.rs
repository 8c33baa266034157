//! The identity that Azure gives a machine (Microsoft, managed identities).

use mock_idp::Provider as Vendor;
use mock_idp::journal::Origin;
use token_client::{ManagedIdentity, TokenClient};

use crate::Outcome;
use crate::stage::{mock, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Entra).await?;
    // In production: `ManagedIdentity::from_environment(|name| std::env::var(name).ok())`.
    let identity = ManagedIdentity::imds_at(idp.origin(Origin::ManagedIdentity))?;
    let builder =
        TokenClient::managed_identity(identity).scopes(["https://graph.microsoft.com/.default"]);
    let client = trusting(builder)?.build()?;
    told("of the machine", &client.token().await?);
    Ok(())
}
