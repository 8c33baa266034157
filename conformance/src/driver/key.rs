//! Clients that authenticate by a private key: Okta's SDKs, which get tokens from the org's own authorization server only.

use mock_idp::Provider;
use mock_idp::directory::{SAMPLE_KEY_ID, SAMPLE_PRIVATE_KEY};
use token_client::Secret;

use super::protocol::{Auth, Open};
use crate::contender::{Setup, org_api};

/// How protocol and OpenID Connect call it (OpenID Connect Core 1.0 section 9).
pub(super) const METHOD: &str = "private_key_jwt";
/// Who may read users of the org; the applications of the mock are granted it.
const SCOPE: &str = "okta.users.read";

/// The client is one of the org's: its tokens come from there, and are for the org's own API. A client that signs can get no others
/// with Okta's SDKs (developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp).
pub(super) fn at_the_org(setup: &mut Setup) {
    let Some(outside) = &mut setup.outside else {
        return;
    };
    if setup.provider != Provider::Okta {
        return;
    }
    let org = outside.origin.clone();
    setup.token_url = format!("{org}/oauth2/v1/token");
    setup.scopes = vec![SCOPE.to_owned()];
    outside.jwks_url = format!("{org}/oauth2/v1/keys");
    outside.issuer_url.clone_from(&org);
    "org".clone_into(&mut outside.tenant);
    setup.call_the_org(&org);
}

/// What it authenticates with. The key is the same for all applications of the mock.
pub(super) fn auth(client_id: &str) -> Auth {
    Auth {
        method: METHOD.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: None,
        private_key_pem: Some(Secret::new(SAMPLE_PRIVATE_KEY)),
        kid: Some(SAMPLE_KEY_ID.to_owned()),
        api_token: None,
    }
}

/// Sets a client up to sign: [`auth`], and in an Okta world [`at_the_org`].
pub(super) fn signing(open: &mut Open) {
    open.auth = auth(&open.auth.client_id);
    if open.provider != Provider::Okta {
        return;
    }
    let org = open.idp.origin.clone();
    open.idp.token_url = format!("{org}/oauth2/v1/token");
    open.idp.jwks_url = format!("{org}/oauth2/v1/keys");
    "org".clone_into(&mut open.idp.tenant);
    [open.resource.url, open.resource.post_url] = org_api(&org);
    open.scopes = vec![SCOPE.to_owned()];
    open.idp.issuer = org;
}
