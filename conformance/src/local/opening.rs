//! From a scenario's words to all that a client is opened with.

use std::sync::Arc;

use mock_idp::Secret;
use mock_idp::journal::Origin;
use token_client::{TokenStore, Transport};

use super::cast::{CA_FILE, Wings};
use super::crew::Life;
use super::equipment::Kit;
use super::outside::{Outside, Reins};
use crate::contender::{Setup, Whom};
use crate::scenario::{ClientAuthMethod, GrantKind, Member};
use crate::staging;

/// What the client at this place is opened with.
///
/// # Errors
///
/// As for [`Whom::identity`].
pub(super) fn setup(
    member: &Member<'_>,
    store: Arc<dyn TokenStore>,
    (refresh_token, kit): (Option<token_client::Secret>, Kit),
    wings: &Wings<'_>,
    life: &Life,
    (place, seed): (usize, u64),
) -> Result<Setup, String> {
    let Member { name, spec, .. } = member;
    let whom = Whom::of(spec);
    let identity = whom.identity(wings.idp)?;
    let (api_url, post_api_url) = if whom.is_for_user() {
        (identity.user_api_url, identity.user_post_api_url)
    } else {
        (identity.api_url, identity.post_api_url)
    };
    let transport: Arc<dyn Transport> = Arc::new(wings.transport.clone());
    let org = wings.idp.origin(Origin::Org);
    let outside = wings.folder.zip(Reins::of(wings.timeline, place));
    let outside = outside.map(|(folder, reins)| Outside {
        issuer_url: identity.issuer_url,
        origin: wings
            .idp
            .origin(staging::front(wings.idp.provider()))
            .to_owned(),
        jwks_url: identity.jwks_url,
        tenant: identity.issuer,
        ca_file: folder.join(CA_FILE),
        store: spec
            .store
            .as_ref()
            .map(|name| folder.join(format!("store-{name}"))),
        reins,
    });
    let mut setup = Setup {
        name: name.clone(),
        provider: wings.idp.provider(),
        token_url: identity.token_url,
        api_url,
        post_api_url,
        client_id: identity.client_id,
        client_secret: handed(&identity.client_secret),
        auth: spec.auth.unwrap_or(ClientAuthMethod::Post),
        proof: kit.proof,
        dpop: kit.dpop,
        beginning: kit.beginning,
        capabilities: spec.capabilities.clone(),
        v1: spec.v1,
        grant: spec.grant_in_use(),
        scopes: whom.scopes(&spec.scopes, wings.idp),
        username: identity.username,
        password: handed(&identity.password),
        refresh_token,
        store,
        clock: wings.timeline.client(place),
        transport,
        spawn: wings.crew.spawner(life),
        seed,
        outside,
    };
    if whom.grant() == GrantKind::ApiToken {
        setup.call_the_org(org);
    }
    Ok(setup)
}

/// A secret of the mock as its client has it.
pub(super) fn handed(secret: &Secret) -> token_client::Secret {
    token_client::Secret::new(secret.reveal())
}
