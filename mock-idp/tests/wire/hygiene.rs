//! No secret in clear: what a client leaks stands in the journal as a sighting, never as itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mock_idp::directory::Directory;
use mock_idp::journal::{Origin, SecretPlace};
use mock_idp::{MockIdp, Provider};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::Answer;
use crate::raw::Raw;
use crate::stage::Stage;

/// Every secret of the vendor's part of the built-in directory.
fn secrets(provider: Provider) -> Vec<String> {
    let directory = Directory::default();
    let (applications, users): (Vec<_>, Vec<_>) = match provider {
        Provider::Entra => {
            let tenants = &directory.entra.tenants;
            (
                tenants.iter().flat_map(|t| &t.applications).collect(),
                tenants.iter().flat_map(|t| &t.users).collect(),
            )
        }
        Provider::Okta => (
            directory.okta.applications.iter().collect(),
            directory.okta.users.iter().collect(),
        ),
    };
    let of_apps = applications
        .iter()
        .flat_map(|application| &application.secrets)
        .map(|secret| secret.value.reveal());
    let of_users = users
        .iter()
        .filter_map(|user| user.password.as_ref())
        .map(|password| password.reveal());
    let api = directory
        .okta
        .api_tokens
        .iter()
        .filter(|_| provider == Provider::Okta)
        .map(|token| token.value.reveal());
    of_apps
        .chain(of_users)
        .chain(api)
        .map(str::to_owned)
        .collect()
}

fn tokens_in(answer: &Answer) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<serde_json::Value>(&answer.body) else {
        return Vec::new();
    };
    ["access_token", "refresh_token", "id_token"]
        .iter()
        .filter_map(|member| body[*member].as_str().map(str::to_owned))
        .collect()
}

/// The ways a text may be written.
fn spellings(text: &str) -> Vec<String> {
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let lower_case = utf8_percent_encode(text, NON_ALPHANUMERIC)
        .map(|piece| {
            if piece.starts_with('%') {
                piece.to_lowercase()
            } else {
                piece.to_owned()
            }
        })
        .collect();
    let pair = format!("someone:{text}");
    vec![
        text.to_owned(),
        lower_case,
        percent,
        STANDARD.encode(text),
        URL_SAFE_NO_PAD.encode(text),
        STANDARD.encode(pair),
    ]
}

/// Puts a secret everywhere it has no business.
async fn leak(stage: &Stage, secret: &str) {
    let base = match stage.idp.provider() {
        Provider::Entra => stage.idp.origin(Origin::Login),
        Provider::Okta => stage.idp.origin(Origin::Org),
    };
    for spelling in spellings(secret) {
        if !spelling.contains(['/', '+', '=', '%']) || spelling.contains('%') {
            stage.get(&format!("{base}/{spelling}"), &[]).await;
            stage
                .get(&format!("{base}/oauth2/{spelling}/v1/keys"), &[])
                .await;
            stage
                .get(
                    &format!("{base}/api/v1/users/{spelling}"),
                    &[("authorization", "Bearer x")],
                )
                .await;
            stage
                .get(&format!("{base}/api/v1/users?after={spelling}"), &[])
                .await;
            stage
                .app_only()
                .query(&format!("note={spelling}"))
                .send()
                .await;
        }
        stage
            .get(&stage.idp.api_url(), &[("x-note", &spelling)])
            .await;
        stage
            .get(&stage.idp.api_url(), &[("authorization", &spelling)])
            .await;
        stage
            .get(
                &stage.idp.api_url(),
                &[("authorization", &format!("{spelling} x"))],
            )
            .await;
        for name in ["client_id", "scope", "username", "grant_type", "note"] {
            stage.ask("password").with(name, &spelling).send().await;
        }
        stage
            .ask("password")
            .and(&spelling, "1")
            .and(&spelling, "2")
            .send()
            .await;
        stage
            .http
            .post(stage.idp.api_url())
            .body(spelling.clone())
            .send()
            .await
            .unwrap();
        let mut raw = Raw::to(stage).await;
        raw.say(format!(
            "{spelling} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        ))
        .await;
        raw.hear().await;
    }
}

#[tokio::test]
async fn no_secret_of_a_whole_run_stands_in_the_journal() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let mut hidden = secrets(stage.idp.provider());
        hidden.push("an-unknown-secret-that-was-mistyped".to_owned());
        let first = stage.password().send().await;
        hidden.extend(tokens_in(&first));
        let refreshed = stage.refresh(&first.text("refresh_token")).send().await;
        hidden.extend(tokens_in(&refreshed));
        hidden.push(stage.access_token().await);
        let minted = stage.idp.mint_refresh_token();
        hidden.push(minted.value.reveal().to_owned());

        for secret in hidden.clone() {
            if secret.starts_with("an-unknown") {
                stage.app_only().with("client_secret", &secret).send().await;
                stage.app_only().basic("someone", &secret).send().await;
                stage
                    .app_only()
                    .query(&format!("client_secret={secret}&password={secret}"))
                    .send()
                    .await;
                stage.call_api(&secret).await;
            } else {
                leak(&stage, &secret).await;
            }
        }
        let journal = serde_json::to_string(&stage.idp.journal().entries()).unwrap();
        let debug = format!("{:?}", stage.idp);
        for secret in &hidden {
            for spelling in spellings(secret) {
                assert!(
                    !journal.contains(&spelling),
                    "{spelling} stands in {}",
                    around(&journal, &spelling)
                );
                assert!(
                    !debug.contains(&spelling),
                    "{spelling} stands in the debug text"
                );
            }
        }
    }
}

fn around<'t>(text: &'t str, what: &str) -> &'t str {
    let place = text.find(what).unwrap_or_default();
    let start = text[..place].rfind("{\"number\"").unwrap_or(place);
    &text[start..(place + what.len() + 100).min(text.len())]
}

/// What the newest exchange leaked, as `what@place`.
fn seen(stage: &Stage) -> String {
    let sightings = stage.last_entry().secrets;
    let lines: Vec<String> = sightings
        .iter()
        .map(|sighting| {
            let place = match sighting.place {
                SecretPlace::Url => "url",
                SecretPlace::Header => "header",
                SecretPlace::Body => "body",
            };
            format!("{}@{place}", sighting.what)
        })
        .collect();
    lines.join(" ")
}

#[tokio::test]
async fn secrets_out_of_place_are_seen() {
    let stage = Stage::entra().await;
    let secret = stage.idp.client_secret();
    let secret = secret.reveal();
    let api = stage.idp.api_url();
    for spelling in spellings(secret) {
        let query: String = utf8_percent_encode(&spelling, NON_ALPHANUMERIC).to_string();
        stage.app_only().query(&format!("x={query}")).send().await;
        assert_eq!(seen(&stage), "client_secret@url", "{spelling}");
        stage.get(&api, &[("x-secret", &spelling)]).await;
        assert_eq!(seen(&stage), "client_secret@header", "{spelling}");
        stage
            .http
            .post(&api)
            .body(format!("{{\"a\":\"{spelling}\"}}"))
            .send()
            .await
            .unwrap();
        assert_eq!(seen(&stage), "client_secret@body", "{spelling}");
    }
    // Under another name of a token request.
    stage.app_only().with("clientSecret", secret).send().await;
    assert_eq!(seen(&stage), "client_secret@body");
    // In another form of a token request.
    stage
        .http
        .post(stage.idp.token_url())
        .header("content-type", "application/json")
        .body(format!("{{\"client_secret\":\"{secret}\"}}"))
        .send()
        .await
        .unwrap();
    assert_eq!(seen(&stage), "client_secret@body");
}

#[tokio::test]
async fn tokens_out_of_place_are_seen_by_their_labels() {
    let stage = Stage::okta().await;
    let token = stage.access_token().await;
    stage
        .get(
            &format!("{}?access_token={token}", stage.idp.api_url()),
            &[],
        )
        .await;
    assert_eq!(seen(&stage), "AT#1@url");
    let path = stage.last_entry().path;
    assert_eq!(path, "/orders?access_token=AT#1");
    let refresh = stage.idp.mint_refresh_token();
    stage
        .get(
            &stage.idp.api_url(),
            &[("cookie", &format!("t={}", refresh.value.reveal()))],
        )
        .await;
    assert_eq!(seen(&stage), "RT#1@header");
    stage
        .app_only()
        .with("scope", refresh.value.reveal())
        .send()
        .await;
    assert_eq!(seen(&stage), "RT#1@body");
    assert_eq!(stage.last_token_request().scope, ["RT#1"]);
}

#[tokio::test]
async fn what_belongs_where_it_stands_is_not_reported() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let answer = stage.password().send().await;
        assert_eq!(seen(&stage), "");
        stage.refresh(&answer.text("refresh_token")).send().await;
        assert_eq!(seen(&stage), "");
        let id = stage.idp.client_id().to_owned();
        stage
            .app_only()
            .basic(&id, stage.idp.client_secret().reveal())
            .send()
            .await;
        assert_eq!(seen(&stage), "");
        stage.call_api(&answer.text("access_token")).await;
        assert_eq!(seen(&stage), "");
    }
}

#[tokio::test]
async fn an_unknown_token_is_masked_by_its_name_and_by_its_looks() {
    let stage = Stage::entra().await;
    let foreign = Stage::okta().await.access_token().await;
    let login = stage.idp.origin(Origin::Login);
    stage
        .get(
            &format!("{login}/x?access_token=opaque&code=abc&limit=2"),
            &[],
        )
        .await;
    assert_eq!(
        stage.last_entry().path,
        "/x?access_token=***&code=***&limit=2"
    );
    stage.get(&format!("{login}/x/{foreign}"), &[]).await;
    assert_eq!(stage.last_entry().path, "/x/***");
}

/// A credential in the URL is a leak whether or not this world knows its value.
#[tokio::test]
async fn an_unknown_credential_in_the_query_is_seen_by_its_name() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for name in [
            "access_token",
            "client_assertion",
            "client_secret",
            "password",
            "refresh_token",
        ] {
            let query = format!("{name}=mistyped");
            let urls = [
                format!("{}?{query}", stage.idp.api_url()),
                format!("{}?{query}", stage.idp.jwks_url()),
                format!("{}/nowhere?{query}", stage.idp.token_url()),
            ];
            for url in urls {
                stage.get(&url, &[]).await;
                assert_eq!(seen(&stage), format!("{name}@url"), "{url}");
            }
            stage.app_only().query(&query).send().await;
            assert_eq!(seen(&stage), format!("{name}@url"));
        }
        let api = stage.idp.api_url();
        for (query, expected) in [
            // The name in another spelling, a value that cannot be decoded, two at once, one of them twice.
            ("client%5Fsecret=x", "client_secret@url"),
            ("password=%", "password@url"),
            (
                "password=a&note=b&access_token=c&password=d",
                "password@url access_token@url",
            ),
            // Nothing is shown by these.
            ("password=&access_token", ""),
            ("note=password", ""),
        ] {
            stage.get(&format!("{api}?{query}"), &[]).await;
            assert_eq!(seen(&stage), expected, "{query}");
        }
        // A known value is called by what it is, not by the parameter.
        let secret = stage.idp.client_secret();
        let query = format!("password={}", secret.reveal());
        stage.get(&format!("{api}?{query}"), &[]).await;
        assert_eq!(seen(&stage), "client_secret@url");
    }
}

/// `code` is a word of many APIs; only a token endpoint takes it for a credential.
#[tokio::test]
async fn a_code_in_the_query_is_a_credential_at_the_token_endpoint_only() {
    let stage = Stage::okta().await;
    stage.app_only().query("code=abc").send().await;
    assert_eq!(seen(&stage), "code@url");
    stage
        .get(&format!("{}?code=DE", stage.idp.api_url()), &[])
        .await;
    assert_eq!(seen(&stage), "");
}

#[tokio::test]
async fn secrets_in_any_text_are_named_and_masked() {
    for provider in Provider::ALL {
        let idp = MockIdp::of(provider).plain_http().start().await.unwrap();
        let token = idp.mint_refresh_token();
        let secret = idp.client_secret();
        let encoded = STANDARD.encode(secret.reveal());
        let text = format!("sent {} with {encoded}", token.value.reveal());
        assert_eq!(
            idp.secrets_in(&text),
            ["client_secret", "RT#1"],
            "{provider}"
        );
        assert_eq!(idp.redacted(&text), "sent RT#1 with ***==", "{provider}");
        assert!(idp.secrets_in("nothing to hide").is_empty());
        assert_eq!(idp.redacted("nothing to hide"), "nothing to hide");
    }
}
