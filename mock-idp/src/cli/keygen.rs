//! `mock-idp keygen`.

use mock_idp::serve::Failure;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};

use super::say;

/// Make an RSA key for signing tokens and print it as PKCS#8 in PEM.
#[derive(clap::Args)]
pub(super) struct Keygen {
    /// Length of the modulus; RS256 takes no less than 2048 (RFC 7518 section 3.3)
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u16).range(2048..=8192))]
    bits: u16,
}

impl Keygen {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, self.bits.into())
            .map_err(|error| Failure::system("making the key", error))?;
        let pem = key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| Failure::system("writing the key", error))?;
        say(&pem);
        Ok(())
    }
}
