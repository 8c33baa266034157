//! What a client authenticates with that is no secret.

use std::path::PathBuf;

use token_client::{ClientAssertion, Misuse, Secret};

/// What a client authenticates with in the place of a secret. `Debug` masks the key.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Assertions that it signs.
    Certificate {
        /// The certificate that the application has, as PEM.
        certificate: String,
        /// Its private key, as PEM.
        private_key: Secret,
    },
    /// A platform's token, in a file that the platform keeps new.
    PlatformToken(PathBuf),
    /// Assertions that it signs with a key whose public half the application has.
    Key {
        /// The name of the key there.
        id: String,
        /// The private key, as PEM.
        private_key: Secret,
    },
}

impl Proof {
    /// The assertion as `token-client` makes it.
    pub(super) fn assertion(&self) -> Result<ClientAssertion, Misuse> {
        match self {
            Self::Certificate {
                certificate,
                private_key,
            } => ClientAssertion::certificate(certificate, private_key),
            Self::PlatformToken(path) => Ok(ClientAssertion::file(path)),
            Self::Key { id, private_key } => ClientAssertion::private_key(private_key)?.key_id(id),
        }
    }
}
