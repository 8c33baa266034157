//! The device authorization grant (RFC 8628): a device shows a code and polls, its user decides elsewhere.

use std::collections::BTreeSet;

use mock_idp::journal::{Endpoint, Origin};
use mock_idp::ledger::{TokenLabel, TokenState};
use mock_idp::{MockIdp, Provider, SignInError};

use crate::answer::Answer;
use crate::stage::{Stage, TokenAsk};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn stages() -> [Stage; 2] {
    [Stage::entra().await, Stage::okta().await]
}

fn by_vendor<'a>(stage: &Stage, entra: &'a str, okta: &'a str) -> &'a str {
    match stage.idp.provider() {
        Provider::Entra => entra,
        Provider::Okta => okta,
    }
}

/// The application of the built-in directory that runs on devices.
fn native(stage: &Stage) -> &'static str {
    by_vendor(
        stage,
        "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5",
        "0oa2nativeTokenPr0d7",
    )
}

fn device_url(stage: &Stage) -> String {
    let token_url = stage.idp.token_url();
    let base = token_url.strip_suffix("token").unwrap();
    format!(
        "{base}{}",
        by_vendor(stage, "devicecode", "device/authorize")
    )
}

/// What a device asks first.
fn begin(stage: &Stage) -> TokenAsk<'_> {
    let scope = by_vendor(
        stage,
        "User.Read openid offline_access",
        "orders.read openid offline_access",
    );
    stage
        .ask("")
        .without("grant_type")
        .without("client_secret")
        .with("client_id", native(stage))
        .with("scope", scope)
        .at(&device_url(stage))
}

async fn begun(stage: &Stage) -> Answer {
    let answer = begin(stage).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

/// What it asks then, again and again.
fn poll<'s>(stage: &'s Stage, device_code: &str) -> TokenAsk<'s> {
    stage
        .ask(GRANT)
        .without("client_secret")
        .with("client_id", native(stage))
        .with("device_code", device_code)
}

async fn polled(stage: &Stage, device_code: &str) -> String {
    let answer = poll(stage, device_code).send().await;
    match answer.status {
        200 => "granted".to_owned(),
        status => format!("{status} {}", answer.text("error")),
    }
}

/// The user who decides.
fn login(stage: &Stage) -> String {
    stage.idp.credentials().username
}

#[tokio::test]
async fn a_device_is_told_what_to_show() {
    for stage in stages().await {
        let answer = begun(&stage).await;
        let body = answer.json();
        let members: Vec<&String> = body.as_object().unwrap().keys().collect();
        let user_code = answer.text("user_code");
        let page = answer.text("verification_uri");
        match stage.idp.provider() {
            Provider::Entra => {
                insta::assert_snapshot!(format!("{members:?}"), @r#"["user_code", "device_code", "verification_uri", "expires_in", "interval", "message"]"#);
                assert_eq!(user_code.len(), 9);
                assert_eq!(body["expires_in"], 900);
                assert_eq!(page, format!("{}/device", stage.idp.origin(Origin::Login)));
                assert_eq!(
                    answer.text("message"),
                    format!(
                        "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
                    )
                );
            }
            Provider::Okta => {
                insta::assert_snapshot!(format!("{members:?}"), @r#"["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"]"#);
                assert_eq!(user_code.len(), 8);
                assert_eq!(answer.text("device_code").len(), 36);
                assert_eq!(body["expires_in"], 600);
                assert_eq!(page, format!("{}/activate", stage.idp.origin(Origin::Org)));
                assert_eq!(
                    answer.text("verification_uri_complete"),
                    format!("{page}?user_code={user_code}")
                );
            }
        }
        assert_eq!(body["interval"], 5);
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        assert!(user_code.bytes().all(is_plain), "{user_code}");
        // The metadata says where to ask.
        let metadata = match stage.idp.provider() {
            Provider::Entra => format!("{}/.well-known/openid-configuration", stage.idp.issuer()),
            Provider::Okta => format!(
                "{}/.well-known/oauth-authorization-server",
                stage.idp.issuer()
            ),
        };
        let metadata = stage.get(&metadata, &[]).await;
        assert_eq!(
            metadata.text("device_authorization_endpoint"),
            device_url(&stage)
        );
    }
}

#[tokio::test]
async fn a_device_waits_and_is_then_let_in_once() {
    for stage in stages().await {
        let answer = begun(&stage).await;
        let (device_code, user_code) = (answer.text("device_code"), answer.text("user_code"));
        assert_eq!(
            polled(&stage, &device_code).await,
            "400 authorization_pending"
        );
        let pending = stage.idp.pending_sign_ins();
        assert_eq!(pending.len(), 1);
        assert_eq!(pending[0].user_code, user_code);
        assert_eq!(pending[0].client, native(&stage));
        assert_eq!(pending[0].issuer, stage.idp.tenant());
        // As a person types it.
        let typed = format!("{}-{}", &user_code[..4], &user_code[4..]).to_lowercase();
        stage.idp.approve_sign_in(&typed, &login(&stage)).unwrap();
        assert!(stage.idp.pending_sign_ins().is_empty());
        stage.advance(5);
        let granted = poll(&stage, &device_code).send().await;
        assert_eq!(granted.status, 200, "{}", granted.body);
        let called = stage
            .get_with(&stage.idp.user_api_url(), &granted.text("access_token"))
            .await;
        assert_eq!(called.status, 200, "{}", called.body);
        granted.text("id_token");
        let refreshed = stage
            .refresh(&granted.text("refresh_token"))
            .without("client_secret")
            .with("client_id", native(&stage))
            .send()
            .await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        // Never again.
        stage.advance(5);
        let again = by_vendor(&stage, "400 invalid_request", "400 invalid_grant");
        assert_eq!(polled(&stage, &device_code).await, again);
        // Where the tokens came from.
        let tokens = stage.idp.tokens();
        let first = &tokens[0];
        assert_eq!(first.parent, Some(TokenLabel::device_code(1)));
        assert_eq!(
            first.user,
            stage.idp.identity(0, 0, 0).map(|who| who.user_id)
        );
    }
}

#[tokio::test]
async fn okta_asks_hasty_devices_to_slow_down_and_entra_does_not() {
    for stage in stages().await {
        let device_code = begun(&stage).await.text("device_code");
        let mut seen = Vec::new();
        // Each slow_down adds five seconds: five, ten, fifteen.
        for wait in [0, 5, 4, 9, 15] {
            stage.advance(wait);
            seen.push(polled(&stage, &device_code).await);
        }
        let (waits, slow) = ("400 authorization_pending", "400 slow_down");
        match stage.idp.provider() {
            Provider::Entra => assert_eq!(seen, [waits; 5]),
            Provider::Okta => assert_eq!(seen, [waits, waits, slow, slow, waits]),
        }
    }
}

#[tokio::test]
async fn what_ends_a_sign_in_is_told_apart() {
    for stage in stages().await {
        let code = |answer: &Answer| (answer.text("device_code"), answer.text("user_code"));
        let (denied, user_code) = code(&begun(&stage).await);
        stage.idp.deny_sign_in(&user_code).unwrap();
        let declined = by_vendor(&stage, "400 authorization_declined", "400 access_denied");
        assert_eq!(polled(&stage, &denied).await, declined);
        let unknown = by_vendor(&stage, "400 bad_verification_code", "400 invalid_grant");
        assert_eq!(polled(&stage, "never-given-out").await, unknown);
        let (late, user_code) = code(&begun(&stage).await);
        stage.advance(900);
        assert_eq!(polled(&stage, &late).await, "400 expired_token");
        let error = stage.idp.approve_sign_in(&user_code, &login(&stage));
        assert!(matches!(error, Err(SignInError::Expired { .. })));
        assert!(stage.idp.pending_sign_ins().is_empty());
        // A code is no use to another application.
        let (other, user_code) = code(&begun(&stage).await);
        stage
            .idp
            .approve_sign_in(&user_code, &login(&stage))
            .unwrap();
        let id = stage.idp.client_id();
        stage.idp.change_directory(|directory| {
            let all = match stage.idp.provider() {
                Provider::Entra => &mut directory.entra.tenants[0].applications,
                Provider::Okta => &mut directory.okta.applications,
            };
            let own = all.iter_mut().find(|application| application.id == id);
            own.unwrap()
                .grants
                .push(mock_idp::directory::GrantType::DeviceCode);
        });
        let stolen = stage.ask(GRANT).with("device_code", &other).send().await;
        assert_eq!(format!("400 {}", stolen.text("error")), unknown);
        assert_eq!(polled(&stage, &other).await, "granted");
    }
}

#[tokio::test]
async fn entra_takes_the_short_name_of_the_grant_and_okta_does_not() {
    for stage in stages().await {
        let device_code = begun(&stage).await.text("device_code");
        let answer = poll(&stage, &device_code)
            .with("grant_type", "device_code")
            .send()
            .await;
        let error = by_vendor(&stage, "authorization_pending", "unsupported_grant_type");
        assert_eq!(answer.text("error"), error);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_device_request_is_said_as_for_a_token_request() {
    for stage in stages().await {
        let ask = || begin(&stage);
        let mut seen = BTreeSet::new();
        let unknown = by_vendor(&stage, "api://nothing/known", "nothing.known");
        for wrong in [
            ask().without("client_id"),
            ask().with("client_id", "nobody"),
            ask().with("scope", unknown),
            ask().and("scope", "openid"),
            ask().method(reqwest::Method::GET),
            // The daemon is not allowed this grant.
            ask().with("client_id", &stage.idp.client_id()),
        ] {
            let answer = wrong.send().await;
            assert!((400..=405).contains(&answer.status), "{}", answer.body);
            seen.insert(answer.body);
            assert_eq!(stage.last_entry().endpoint, Endpoint::Device);
        }
        assert!(seen.len() >= 5, "{seen:?}");
        assert!(stage.idp.pending_sign_ins().is_empty());
    }
}

#[tokio::test]
async fn who_cannot_sign_in_cannot_approve() {
    for stage in stages().await {
        let user_code = begun(&stage).await.text("user_code");
        let shown = |error: Result<(), SignInError>| {
            let error = error.unwrap_err().to_string();
            error.replace(&user_code, "CODE")
        };
        let domain = login(&stage).split_once('@').unwrap().1.to_owned();
        let as_user = |name: &str| {
            let login = format!("{name}@{domain}");
            shown(stage.idp.approve_sign_in(&user_code, &login))
        };
        if stage.idp.provider() == Provider::Entra {
            insta::assert_snapshot!(as_user("cleo"), @"the user `cleo@contoso.example` cannot sign in: the account is disabled");
            insta::assert_snapshot!(as_user("dana"), @"the user `dana@contoso.example` cannot sign in: the account is locked");
            insta::assert_snapshot!(as_user("nobody"), @"there is no user `nobody@contoso.example` where the sign-in takes place; its users are `ada@contoso.example`, `ben@contoso.example`, `cleo@contoso.example`, `dana@contoso.example`, `emil@contoso.example`, …");
            insta::assert_snapshot!(shown(stage.idp.deny_sign_in("WRONG")), @"no device shows the code `WRONG`; `pending_sign_ins` lists those that wait");
        }
        // A second factor is no hindrance in a browser.
        stage
            .idp
            .approve_sign_in(&user_code, &format!("ben@{domain}"))
            .unwrap();
        if stage.idp.provider() == Provider::Entra {
            insta::assert_snapshot!(shown(stage.idp.deny_sign_in(&user_code)), @"the sign-in `CODE` has been decided on already; begin another");
        }
    }
}

#[tokio::test]
async fn who_is_disabled_between_approval_and_poll_gets_nothing_and_uses_nothing_up() {
    for stage in stages().await {
        let answer = begun(&stage).await;
        let device_code = answer.text("device_code");
        stage
            .idp
            .approve_sign_in(&answer.text("user_code"), &login(&stage))
            .unwrap();
        let login = login(&stage);
        let enable = |enabled| {
            stage.idp.change_directory(|directory| {
                let users = match stage.idp.provider() {
                    Provider::Entra => &mut directory.entra.tenants[0].users,
                    Provider::Okta => &mut directory.okta.users,
                };
                let user = users.iter_mut().find(|user| user.login == login);
                user.unwrap().enabled = enabled;
            });
        };
        enable(false);
        assert_eq!(polled(&stage, &device_code).await, "400 invalid_grant");
        enable(true);
        assert_eq!(polled(&stage, &device_code).await, "granted");
    }
}

#[tokio::test]
async fn the_journal_calls_device_codes_by_their_labels() {
    for stage in stages().await {
        let answer = begun(&stage).await;
        let device_code = answer.text("device_code");
        let entry = stage.last_entry();
        assert_eq!(entry.endpoint, Endpoint::Device);
        assert_eq!(
            entry.token_request.unwrap().client.as_deref(),
            Some(native(&stage))
        );
        assert_eq!(entry.reply.unwrap().issued, [TokenLabel::device_code(1)]);
        polled(&stage, &device_code).await;
        let presented = stage.last_entry().presented.unwrap();
        assert_eq!(presented.token, Some(TokenLabel::device_code(1)));
        assert_eq!(presented.state, TokenState::Live);
        // Wherever it stands.
        let url = format!("{}/{device_code}?a={device_code}", stage.idp.token_url());
        stage.get(&url, &[("x-note", &device_code)]).await;
        let entry = format!("{:?}", stage.last_entry());
        assert!(!entry.contains(&device_code), "{entry}");
        assert!(entry.contains("DC#1"), "{entry}");
    }
}

#[tokio::test]
async fn a_snapshot_holds_sign_ins_that_wait() {
    let stage = Stage::of(MockIdp::entra()).await;
    let answer = begun(&stage).await;
    let device_code = answer.text("device_code");
    let user_code = answer.text("user_code");
    stage
        .idp
        .approve_sign_in(&user_code, &login(&stage))
        .unwrap();
    let before = stage.idp.snapshot();
    assert_eq!(polled(&stage, &device_code).await, "granted");
    assert_eq!(polled(&stage, &device_code).await, "400 invalid_request");
    stage.idp.restore(&before);
    assert_eq!(polled(&stage, &device_code).await, "granted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_devices_with_the_same_code_one_is_let_in() {
    for stage in stages().await {
        for _ in 0..3 {
            let answer = begun(&stage).await;
            let device_code = answer.text("device_code");
            stage
                .idp
                .approve_sign_in(&answer.text("user_code"), &login(&stage))
                .unwrap();
            let polls = (0..16).map(|_| polled(&stage, &device_code));
            let answers = futures_util::future::join_all(polls).await;
            let granted = answers.iter().filter(|answer| *answer == "granted");
            assert_eq!(granted.count(), 1, "{answers:?}");
        }
        // One access token and one refresh token each time.
        assert_eq!(stage.idp.tokens().len(), 6);
    }
}
