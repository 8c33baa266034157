//! What a directory lets pass that the vendors would refuse, switch by switch, and what the journal says of it.

use mock_idp::directory::{BasicReading, Directory, Laxity, Leniency};
use mock_idp::{MockIdp, Provider};

use crate::stage::{Stage, TokenAsk};

/// A world of this vendor with these switches.
async fn lax(provider: Provider, change: impl FnOnce(&mut Laxity)) -> Stage {
    let mut directory = Directory::default();
    change(&mut directory.laxity);
    Stage::of(MockIdp::of(provider).directory(directory)).await
}

/// A request that is refused in an ordinary world and passes in a lax one, which says why.
async fn passes_only(
    change: impl Fn(&mut Laxity),
    ask: impl for<'s> Fn(&'s Stage) -> TokenAsk<'s>,
    leniency: Leniency,
) {
    for provider in Provider::ALL {
        let strict = lax(provider, |_| {}).await;
        let answer = ask(&strict).send().await;
        assert!(answer.status >= 400, "{provider}: {}", answer.body);
        assert_eq!(strict.last_entry().reply.unwrap().leniencies, []);

        // What nobody needs changes nothing.
        let others = lax(provider, |laxity| {
            *laxity = all();
            let mut wanted = Laxity::default();
            change(&mut wanted);
            for (of, is) in [
                (&mut laxity.any_client_secret, wanted.any_client_secret),
                (&mut laxity.any_password, wanted.any_password),
                (
                    &mut laxity.unknown_applications,
                    wanted.unknown_applications,
                ),
                (
                    &mut laxity.unknown_refresh_tokens,
                    wanted.unknown_refresh_tokens,
                ),
                (&mut laxity.unknown_scopes, wanted.unknown_scopes),
            ] {
                *of &= !is;
            }
        })
        .await;
        let refused = ask(&others).send().await;
        assert_eq!(
            refused.status, answer.status,
            "{provider}: {}",
            refused.body
        );

        let stage = lax(provider, &change).await;
        let answer = ask(&stage).send().await;
        assert_eq!(answer.status, 200, "{provider}: {}", answer.body);
        assert_eq!(stage.last_entry().reply.unwrap().leniencies, [leniency]);

        // What is right anyway needs no laxity.
        let answer = stage.app_only().send().await;
        assert_eq!(answer.status, 200, "{provider}: {}", answer.body);
        assert_eq!(stage.last_entry().reply.unwrap().leniencies, []);
    }
}

fn all() -> Laxity {
    Laxity {
        any_client_secret: true,
        any_password: true,
        any_api_token: true,
        unknown_applications: true,
        unknown_refresh_tokens: true,
        unknown_scopes: true,
        basic: BasicReading::Either,
    }
}

#[tokio::test]
async fn any_client_secret() {
    passes_only(
        |laxity| laxity.any_client_secret = true,
        |stage| stage.app_only().with("client_secret", "whatever"),
        Leniency::AnyClientSecret,
    )
    .await;
}

#[tokio::test]
async fn a_missing_secret_is_no_secret() {
    for provider in Provider::ALL {
        let stage = lax(provider, |laxity| laxity.any_client_secret = true).await;
        let answer = stage.app_only().without("client_secret").send().await;
        assert_eq!(answer.status, 401, "{provider}: {}", answer.body);
    }
}

#[tokio::test]
async fn any_password() {
    passes_only(
        |laxity| laxity.any_password = true,
        |stage| stage.password().with("password", "whatever"),
        Leniency::AnyPassword,
    )
    .await;
}

#[tokio::test]
async fn unknown_applications() {
    passes_only(
        |laxity| laxity.unknown_applications = true,
        |stage| {
            stage
                .app_only()
                .with("client_id", "somebody-new")
                .with("client_secret", "whatever")
        },
        Leniency::UnknownApplications,
    )
    .await;
}

#[tokio::test]
async fn unknown_refresh_tokens_and_what_they_give() {
    passes_only(
        |laxity| laxity.unknown_refresh_tokens = true,
        |stage| stage.refresh("a-token-from-yesterday"),
        Leniency::UnknownRefreshTokens,
    )
    .await;
    for provider in Provider::ALL {
        let stage = lax(provider, |laxity| laxity.unknown_refresh_tokens = true).await;
        // The second time it is known.
        for leniencies in [vec![Leniency::UnknownRefreshTokens], Vec::new()] {
            let answer = stage.refresh("a-token-from-yesterday").send().await;
            assert_eq!(answer.status, 200, "{provider}: {}", answer.body);
            assert_eq!(stage.last_entry().reply.unwrap().leniencies, leniencies);
        }
    }
}

#[tokio::test]
async fn an_unknown_refresh_token_of_an_unknown_client_leaves_nothing_behind() {
    for provider in Provider::ALL {
        let stage = lax(provider, |laxity| laxity.unknown_refresh_tokens = true).await;
        let stranger = stage
            .refresh("a-token-from-yesterday")
            .with("client_secret", "not the secret");
        assert_eq!(stranger.send().await.status, 401, "{provider}");
        let stranger = stage
            .refresh("a-token-from-yesterday")
            .without("client_secret");
        assert!(stranger.send().await.status >= 400, "{provider}");
        assert_eq!(stage.idp.tokens(), [], "{provider}");
    }
}

#[tokio::test]
async fn unknown_scopes() {
    passes_only(
        |laxity| laxity.unknown_scopes = true,
        |stage| {
            stage
                .password()
                .with("scope", "Reports.Read offline_access")
        },
        Leniency::UnknownScopes,
    )
    .await;
    let entra = lax(Provider::Entra, |laxity| laxity.unknown_scopes = true).await;
    let ask = entra.app_only().with("scope", "api://unheard-of/.default");
    assert_eq!(ask.send().await.status, 200);
}

/// What is let pass is remembered, and peers may send a mebibyte.
#[tokio::test]
async fn nothing_of_any_length_is_let_pass() {
    for provider in Provider::ALL {
        let stage = lax(provider, |laxity| *laxity = all()).await;
        let long = "x".repeat(5_000);
        let many: String = (0..200).map(|number| format!("scope{number} ")).collect();
        for ask in [
            stage.password().with("scope", &many),
            stage.password().with("scope", &long),
            stage.password().with("client_id", &long),
            stage.refresh("never issued").with("scope", &many),
            stage.refresh(&long),
        ] {
            let answer = ask.send().await;
            assert!(answer.status >= 400, "{provider}: {}", answer.body);
        }
        let some = "scope1 scope2";
        for ask in [
            stage.password().with("scope", some),
            stage.refresh("never issued either"),
        ] {
            let answer = ask.send().await;
            assert_eq!(answer.status, 200, "{provider}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn any_api_token() {
    for (allowed, status) in [(false, 401), (true, 200)] {
        let stage = lax(Provider::Okta, |laxity| laxity.any_api_token = allowed).await;
        let answer = stage.manage("/api/v1/users/me", "SSWS whatever").await;
        assert_eq!(answer.status, status, "{}", answer.body);
        let expected: &[Leniency] = if allowed {
            &[Leniency::AnyApiToken]
        } else {
            &[]
        };
        assert_eq!(stage.last_entry().reply.unwrap().leniencies, expected);
    }
}

/// Id and secret may have characters that form-encoding changes.
#[tokio::test]
async fn basic_is_read_as_the_directory_says() {
    let encoded = "okta%2Dapp%2Dsecret%5FZk3Qv9Lw7Rt2Xy5Bn8";
    let raw = "okta-app-secret_Zk3Qv9Lw7Rt2Xy5Bn8";
    for (reading, of_encoded, of_raw, of_percent) in [
        (BasicReading::Either, 200, 200, 401),
        (BasicReading::Decoded, 200, 200, 401),
        (BasicReading::Raw, 401, 200, 401),
    ] {
        let stage = lax(Provider::Okta, |laxity| laxity.basic = reading).await;
        let client = stage.idp.client_id();
        for (secret, status) in [(encoded, of_encoded), (raw, of_raw), ("100%", of_percent)] {
            let ask = stage
                .app_only()
                .without("client_id")
                .without("client_secret");
            let answer = ask.basic(&client, secret).send().await;
            assert_eq!(
                answer.status, status,
                "{reading:?} {secret}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn faults_and_limits_of_a_directory_are_there_from_the_start() {
    let text = "entra: { tenants: [] }";
    assert!(Directory::from_yaml(text).is_err());
    let mut directory = Directory::from_yaml("laxity: {}").unwrap();
    let changed = r#"{ "to": "token", "nth": 1, "reply": 503 }"#;
    directory.okta.faults = vec![serde_json::from_str(changed).unwrap()];
    let limit = r#"{ "to": "token", "requests": 2, "per": "60s" }"#;
    directory.okta.limits = vec![serde_json::from_str(limit).unwrap()];
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(stage.app_only().send().await.status);
    }
    assert_eq!(statuses, [503, 200, 429]);
}
