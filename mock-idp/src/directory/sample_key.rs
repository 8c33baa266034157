//! The key pairs of the built-in directory's clients that sign. They are public, like everything in that directory.

use super::client_key::KeySet;
use super::okta::OktaDirectory;

/// The private key, as PEM.
pub const SAMPLE_PRIVATE_KEY: &str = include_str!("../../directory/client.key.pem");
/// Its certificate, which Entra applications have, as PEM.
pub const SAMPLE_CERTIFICATE: &str = include_str!("../../directory/client.cert.pem");
/// The private key of another certificate, as PEM: for clients that change from one to the next.
pub const NEXT_SAMPLE_PRIVATE_KEY: &str = include_str!("../../directory/next-client.key.pem");
/// That certificate, which no application has at first.
pub const NEXT_SAMPLE_CERTIFICATE: &str = include_str!("../../directory/next-client.cert.pem");
/// The name of the public key in the key sets of Okta applications.
pub const SAMPLE_KEY_ID: &str = "tokenproof-sample";

impl OktaDirectory {
    /// Lets every application that has a credential sign in with the key of the first that has [`SAMPLE_KEY_ID`] as well.
    pub fn share_sample_key(&mut self) {
        let has_it = |jwks: &KeySet| jwks.candidates(Some(SAMPLE_KEY_ID)).next().is_some();
        let mut sets = self
            .applications
            .iter()
            .map(|application| &application.jwks);
        let Some(shared) = sets.find(|jwks| has_it(jwks)).cloned() else {
            return;
        };
        for application in &mut self.applications {
            if application.has_credential() && !has_it(&application.jwks) {
                application.jwks.keys.extend(shared.keys.iter().cloned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::directory::Directory;

    use super::*;

    #[test]
    fn it_is_shared_with_all_that_have_a_credential() {
        let mut okta = Directory::default().okta;
        let signing = |okta: &OktaDirectory| {
            let all = okta.applications.iter();
            let known = all.filter(|application| {
                let mut keys = application.jwks.candidates(Some(SAMPLE_KEY_ID));
                keys.next().is_some()
            });
            let names: Vec<&str> = known.map(|application| application.name.as_str()).collect();
            names.join(", ")
        };
        insta::assert_snapshot!(signing(&okta), @"Orders Service");
        okta.share_sample_key();
        insta::assert_snapshot!(signing(&okta), @"Orders Daemon, Orders Batch, Orders Service");
        // A second time changes nothing: no key is there twice.
        okta.share_sample_key();
        assert!(
            okta.applications
                .iter()
                .all(|application| application.jwks.keys.len() <= 1)
        );
    }
}
