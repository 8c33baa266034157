//! Clients that ask for no tokens and show one that an administrator of an Okta org has made (`SSWS`).

use token_client::Secret;

use super::protocol::{Auth, Open};
use crate::contender::org_api;

/// How the protocol calls it: after the scheme of the header (developer.okta.com/docs/guides/create-an-api-token).
const METHOD: &str = "ssws";

/// What it shows.
pub(super) fn auth(token: &Secret) -> Auth {
    Auth {
        method: METHOD.to_owned(),
        client_id: String::new(),
        client_secret: None,
        private_key_pem: None,
        kid: None,
        api_token: Some(token.clone()),
    }
}

/// Sets a client up to show this token to the org.
pub(super) fn shown(open: &mut Open, token: &Secret) {
    open.auth = auth(token);
    [open.resource.url, open.resource.post_url] = org_api(&open.idp.origin);
    open.scopes = Vec::new();
}
