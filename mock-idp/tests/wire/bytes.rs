//! Whatever bytes a peer sends: the answer is never a 5xx of ours, nothing panics, and the next request is served.

use std::sync::LazyLock;

use mock_idp::Provider;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::raw::{Raw, status};
use crate::stage::Stage;

/// One world of each vendor for all cases: what one case breaks, the next one finds.
struct Worlds {
    runtime: Runtime,
    entra: Stage,
    okta: Stage,
}

static WORLDS: LazyLock<Worlds> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (entra, okta) = runtime.block_on(async { (Stage::entra().await, Stage::okta().await) });
    Worlds {
        runtime,
        entra,
        okta,
    }
});

impl Worlds {
    fn stage(&self, provider: Provider) -> &Stage {
        match provider {
            Provider::Entra => &self.entra,
            Provider::Okta => &self.okta,
        }
    }

    /// Sends a request as it is and returns the answer; then sees whether the world still serves.
    fn try_on(&self, provider: Provider, address: usize, request: &[u8]) -> String {
        let stage = self.stage(provider);
        self.runtime.block_on(async {
            let mut raw = Raw::dial(stage.idp.addresses()[address]).await;
            raw.say(request).await;
            raw.finish().await;
            let heard = raw.hear().await;
            let answer = stage.get(&stage.idp.jwks_url(), &[]).await;
            assert_eq!(answer.status, 200);
            heard
        })
    }
}

fn provider() -> impl Strategy<Value = Provider> {
    prop_oneof![Just(Provider::Entra), Just(Provider::Okta)]
}

fn is_served(heard: &str) -> bool {
    (200..500).contains(&status(heard))
}

/// Bytes that may stand in a header's value (RFC 9110 section 5.5).
fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop_oneof![0x20u8..=0x7e, 0x80u8..=0xff, Just(b'\t')],
        0..120,
    )
}

/// Credentials whose scheme is right and whose rest is anything.
fn authorization() -> impl Strategy<Value = Vec<u8>> {
    let scheme = prop_oneof![
        Just("Basic "),
        Just("Bearer "),
        Just("SSWS "),
        Just("SSWS"),
        Just("")
    ];
    (scheme, header_bytes()).prop_map(|(scheme, rest)| [scheme.as_bytes(), &rest].concat())
}

/// Forms whose names are right and whose values are anything.
fn form() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        Just("grant_type"),
        Just("client_id"),
        Just("client_secret"),
        Just("scope"),
        Just("username"),
        Just("password"),
        Just("refresh_token"),
        Just("resource"),
    ];
    let value = prop_oneof![
        Just("client_credentials".to_owned()),
        Just("password".to_owned()),
        Just("refresh_token".to_owned()),
        Just("6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f".to_owned()),
        Just("entra-app-secret~Q8fJ2kLm".to_owned()),
        Just("0oa2nativeTokenPr0d7".to_owned()),
        Just("https://graph.microsoft.com/.default".to_owned()),
        "[ -~]{0,40}",
        "\\PC{0,20}",
    ];
    prop::collection::vec((name, value), 0..8).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={}", value.replace(['&', '='], "%26")))
            .collect();
        pairs.join("&").into_bytes()
    })
}

fn post(path: &str, headers: &[u8], body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        body.len()
    );
    [head.as_bytes(), headers, b"\r\n", body].concat()
}

fn token_path(provider: Provider) -> &'static str {
    match provider {
        Provider::Entra => "/contoso.example/oauth2/v2.0/token",
        Provider::Okta => "/oauth2/default/v1/token",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_body(provider in provider(), body in prop_oneof![form(), prop::collection::vec(any::<u8>(), 0..300)]) {
        let heard = WORLDS.try_on(provider, 0, &post(token_path(provider), b"", &body));
        prop_assert!(is_served(&heard), "{heard}");
    }

    #[test]
    fn any_authorization(provider in provider(), address in 0usize..2, value in authorization(), body in form()) {
        let header = [b"Authorization: ", &value[..], b"\r\n"].concat();
        let path = if address == 0 { token_path(provider) } else { "/v1.0/users" };
        let heard = WORLDS.try_on(provider, address, &post(path, &header, &body));
        prop_assert!(is_served(&heard), "{heard}");
    }

    #[test]
    fn any_management_authorization(value in authorization(), path in "/api/v1/users[!-~]{0,30}") {
        let request = [
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ").as_bytes(),
            &value,
            b"\r\n\r\n",
        ]
        .concat();
        let heard = WORLDS.try_on(Provider::Okta, 0, &request);
        prop_assert!(is_served(&heard), "{heard}");
    }

    #[test]
    fn any_path(provider in provider(), address in 0usize..2, path in prop::collection::vec(prop_oneof![0x21u8..=0x7e, 0x80u8..=0xff], 0..80)) {
        let request = [b"GET /", &path[..], b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat();
        let heard = WORLDS.try_on(provider, address, &request);
        prop_assert!(is_served(&heard), "{heard}");
    }

    #[test]
    fn any_tenant_in_a_known_path(tenant in "[!-~]{1,40}", tail in prop_oneof![Just("oauth2/v2.0/token"), Just("discovery/v2.0/keys"), Just("v2.0/.well-known/openid-configuration")]) {
        let heard = WORLDS.try_on(Provider::Entra, 0, &post(&format!("/{tenant}/{tail}"), b"", b"grant_type=password&client_id=x"));
        prop_assert!(is_served(&heard), "{heard}");
    }

    /// What is no HTTP at all is refused or hung up on.
    #[test]
    fn any_bytes(provider in provider(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let heard = WORLDS.try_on(provider, 0, &bytes);
        prop_assert!(heard.is_empty() || (400..500).contains(&status(&heard)), "{heard}");
    }
}
