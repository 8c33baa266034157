//! The App Service that a program may believe to run in.

use super::MockIdp;
use crate::entra;
use crate::journal::Origin;
use crate::provider::Provider;
use crate::secret::Secret;

/// Where an App Service or a function gets tokens of its managed identities, as its environment variables say.
#[derive(Clone, Debug)]
pub struct AppService {
    /// `IDENTITY_ENDPOINT`.
    pub endpoint: String,
    /// `IDENTITY_HEADER`.
    pub header: Secret,
}

impl MockIdp {
    /// The App Service of an Entra world; none in another.
    #[must_use]
    pub fn app_service(&self) -> Option<AppService> {
        (self.provider() == Provider::Entra).then(|| AppService {
            endpoint: format!(
                "{}{}",
                self.origin(Origin::ManagedIdentity),
                entra::app_service_path()
            ),
            header: entra::identity_header(&self.rooms),
        })
    }
}
