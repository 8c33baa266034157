//! From a case to a world: what the scenario says of the provider, as settings and faults of the mock.

mod names;

use std::time::Duration;

use mock_idp::directory::{Directory, GrantType, Rotation, RotationMode};
use mock_idp::fault::{RedirectTo, Rule};
use mock_idp::journal::Origin;
use mock_idp::{Builder, MockIdp, Provider};

use crate::pace::Pace;
use crate::scenario::{self, Body, ClientAuthMethod, GrantKind, Step, WhenReused};

use self::names::FirstAndSecond;

/// A world of this provider with the scenario's lifetimes, rotation and limits, for a client that renews so long before expiry.
/// The script is added with [`script`] once the world runs; if it ever redirects to a foreign origin, the world has one.
pub(crate) fn world(provider: Provider, body: &Body, margin: Duration, seed: u64) -> Builder {
    let spec = &body.idp;
    let mut builder = MockIdp::of(provider).seed(seed);
    if let Some(lifetime) = spec.token.expires_in {
        builder = builder.access_token_lifetime(lifetime.for_margin(margin));
    }
    if let Some(refresh_in) = spec.token.refresh_in {
        builder = builder.refresh_in(refresh_in.0);
    }
    if let Some(lifetime) = spec.token.refresh_token_lifetime {
        builder = builder.refresh_token_lifetime(lifetime.0);
    }
    if let Some(rotation) = &spec.rotation {
        builder = builder.rotation(as_it_is_for(rotation, |leeway| leeway));
    }
    for limit in &spec.limits {
        builder = builder.limit(limit.clone());
    }
    if leads_away(body) {
        builder = builder.foreign_origin();
    }
    builder
}

/// The same world, in which everything lasts as long as it does in real time.
pub(crate) fn paced(mut builder: Builder, body: &Body, pace: Pace) -> Builder {
    let spec = &body.idp;
    if let Some(lifetime) = pace.told_life() {
        builder = builder.access_token_lifetime(lifetime);
    }
    if let Some(refresh_in) = spec.token.refresh_in {
        builder = builder.refresh_in(pace.real(refresh_in.0));
    }
    if let Some(lifetime) = spec.token.refresh_token_lifetime {
        builder = builder.refresh_token_lifetime(pace.real(lifetime.0));
    }
    if let Some(rotation) = &spec.rotation {
        builder = builder.rotation(as_it_is_for(rotation, |leeway| pace.real(leeway)));
    }
    builder
}

fn as_it_is_for(rotation: &scenario::Rotation, real: impl Fn(Duration) -> Duration) -> Rotation {
    Rotation {
        mode: match rotation.mode {
            scenario::RotationMode::Static => RotationMode::Static,
            scenario::RotationMode::Rotate => RotationMode::Rotate,
            scenario::RotationMode::KeepOld => RotationMode::KeepOld,
        },
        leeway_seconds: u32::try_from(real(rotation.leeway.0).as_secs()).unwrap_or(u32::MAX),
        reuse_revokes_family: rotation.when_reused == WhenReused::RevokeFamily,
    }
}

/// The same world, with what clients need there that the directory has not: Okta applications take assertions signed with the
/// sample key too if one of these clients signs, or all do, and one may exchange tokens if one of these does.
pub(crate) fn furnished(builder: Builder, body: &Body, all_sign: bool) -> Builder {
    let members = body.members();
    let mut specs = members.iter().map(|member| member.spec);
    let signs = all_sign
        || specs
            .clone()
            .any(|spec| spec.auth == Some(ClientAuthMethod::PrivateKey));
    let exchanges = specs.any(|spec| spec.grant_in_use() == GrantKind::TokenExchange);
    if !signs && !exchanges {
        return builder;
    }
    let mut directory = Directory::default();
    if signs {
        directory.okta.share_sample_key();
    }
    if exchanges {
        let applications = &mut directory.okta.applications;
        if let Some(mut gateway) = applications.first().cloned() {
            GATEWAY.clone_into(&mut gateway.id);
            "Orders Gateway".clone_into(&mut gateway.name);
            gateway.grants = vec![GrantType::TokenExchange];
            applications.push(gateway);
        }
    }
    builder.directory(directory)
}

/// The client id of the application that exchanges tokens.
const GATEWAY: &str = "0oa7gatewayTokenPr07";

/// Adds rules to the script of a running world. They count from now.
pub(crate) fn script(idp: &MockIdp, rules: &[Rule]) {
    for rule in rules {
        // Planning has refused what this refuses.
        if let Ok(fault) = rule.to_fault(&FirstAndSecond(idp)) {
            idp.faults().add(fault);
        }
    }
}

/// The origin that clients of a vendor are configured with.
pub(crate) fn front(provider: Provider) -> Origin {
    match provider {
        Provider::Entra => Origin::Login,
        Provider::Okta => Origin::Org,
    }
}

/// Whether any rule, of the file or of a step, redirects to a foreign origin.
fn leads_away(body: &Body) -> bool {
    let later = body.steps.iter().flat_map(|step| match step {
        Step::Idp(happening) => happening.script.as_slice(),
        _ => &[],
    });
    let mut redirects = body.idp.script.iter().chain(later);
    redirects.any(|rule| {
        let to = rule.redirect.map(|redirect| redirect.to);
        to == Some(RedirectTo::Foreign)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    async fn has_foreign_origin(body: Value) -> bool {
        let body: Body = serde_json::from_value(body).expect("a body");
        let world = world(Provider::Okta, &body, Duration::ZERO, 1).plain_http();
        let idp = world.start().await.expect("a world");
        script(&idp, &body.idp.script);
        !idp.origin(Origin::Foreign).is_empty()
    }

    #[tokio::test]
    async fn an_okta_world_has_what_its_clients_need() {
        let furnished = async |body: Value, all_sign: bool| {
            let body: Body = serde_json::from_value(body).expect("a body");
            let world = world(Provider::Okta, &body, Duration::ZERO, 1).plain_http();
            let idp = furnished(world, &body, all_sign).start().await;
            let directory = idp.expect("a world").directory();
            let signing = directory.okta.applications.iter();
            let signing = signing.filter(|known| !known.jwks.is_empty()).count();
            (signing, directory.okta.applications.len())
        };
        let usual = furnished(json!({}), false).await;
        assert_eq!(usual, (1, 6));
        assert_eq!(furnished(json!({}), true).await, (4, 6));
        let signs = json!({ "client": { "auth": "private_key" } });
        assert_eq!(furnished(signs, false).await, (4, 6));
        let exchanges = json!({ "client": { "grant": "token_exchange" } });
        assert_eq!(furnished(exchanges, false).await, (1, 7));
    }

    #[tokio::test]
    async fn a_world_has_a_foreign_origin_if_something_leads_there() {
        let to = |to: &str| json!([{ "to": "token", "redirect": { "status": 302, "to": to } }]);
        assert!(!has_foreign_origin(json!({})).await);
        assert!(!has_foreign_origin(json!({ "idp": { "script": to("same") } })).await);
        assert!(has_foreign_origin(json!({ "idp": { "script": to("foreign") } })).await);
        let later = json!({ "steps": [{ "idp": { "script": to("foreign") } }] });
        assert!(has_foreign_origin(later).await);
    }
}
