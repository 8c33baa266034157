//! Every reason for refusing a token request, in the words of both vendors.

use std::fmt::Write as _;
use std::time::Duration;

use mock_idp::directory::{
    Application, ClientSecret, Directory, GrantType, Platform, RotationMode,
};
use mock_idp::journal::Origin;
use mock_idp::{Builder, MockIdp, Provider};

use crate::stage::{Stage, TokenAsk, rotation};

/// An application beside the built-in ones.
fn application(id: &str, grants: &[GrantType]) -> Application {
    Application {
        secrets: vec![ClientSecret::lasting("another-secret")],
        scopes: vec!["User.Read".to_owned(), "orders.read".to_owned()],
        ..Application::new(id, grants.iter().copied())
    }
}

/// The built-in directory with what every reason needs.
fn directory() -> Directory {
    const ALL: [GrantType; 3] = [
        GrantType::ClientCredentials,
        GrantType::Password,
        GrantType::RefreshToken,
    ];
    let mut directory = Directory::default();
    let mut retired = application("retired", &ALL);
    retired.enabled = false;
    let mut public = application("public", &ALL);
    public.secrets.clear();
    public.platform = Platform::Public;
    let mut outdated = application("outdated", &ALL);
    outdated.secrets[0].expires = Some("2029-12-31T00:00:00Z".parse().unwrap());
    let extra = [
        retired,
        public,
        outdated,
        application("daemon", &[GrantType::ClientCredentials]),
        application("other", &ALL),
    ];
    directory.entra.tenants[0]
        .applications
        .extend(extra.iter().cloned());
    directory.okta.applications.extend(extra);
    directory
}

fn world(provider: Provider) -> Builder {
    MockIdp::of(provider)
        .directory(directory())
        .rotation(rotation(RotationMode::Rotate, 0))
}

/// As another application, with the secret that all the extra ones have.
fn as_other<'s>(ask: TokenAsk<'s>, id: &str) -> TokenAsk<'s> {
    ask.with("client_id", id)
        .with("client_secret", "another-secret")
}

fn as_user<'s>(stage: &'s Stage, name: &str) -> TokenAsk<'s> {
    let (domain, number) = match name {
        "ben" => ("", 2),
        "cleo" => ("", 3),
        "dana" => ("", 4),
        "emil" => ("", 5),
        _ => ("", 1),
    };
    let (host, vendor) = match stage.idp.provider() {
        Provider::Entra => ("contoso.example", "Entra"),
        Provider::Okta => ("okta.example", "Okta"),
    };
    stage
        .password()
        .with("username", &format!("{name}@{host}{domain}"))
        .with("password", &format!("correct-horse-{vendor}-{number}"))
}

/// What each common reason is provoked with.
fn common<'s>(stage: &'s Stage, reason: &str) -> TokenAsk<'s> {
    match reason {
        "app disabled" => as_other(stage.app_only(), "retired"),
        "app unknown, id in the body" => stage.app_only().with("client_id", "nobody"),
        "app unknown, id in Basic" => stage.app_only().basic("nobody", "secret"),
        "basic garbled" => stage
            .app_only()
            .without("client_id")
            .without("client_secret")
            .header("authorization", "Basic bm9jb2xvbg=="),
        "client id missing" => stage
            .app_only()
            .without("client_id")
            .without("client_secret"),
        "credential missing" => stage.password().without("client_secret"),
        "credentials several" => {
            let both = stage.app_only();
            let (id, secret) = (stage.idp.client_id(), stage.idp.client_secret());
            both.and_basic(&id, secret.reveal())
        }
        "credential unexpected" => as_other(stage.password(), "public"),
        "grant not allowed" => as_other(stage.password(), "daemon"),
        "grant unsupported" => stage.app_only().with("grant_type", "magic"),
        "grant_type missing" => stage.app_only().without("grant_type"),
        "method not allowed" => stage.app_only().method(reqwest::Method::PUT),
        "parameter missing: username" => stage.password().without("username"),
        "parameter missing: refresh_token" => stage.ask("refresh_token"),
        "parameter repeated" => stage.app_only().and("scope", "twice"),
        "password expired" => as_user(stage, "emil"),
        "password wrong" => stage.password().with("password", "wrong"),
        "refresh unknown" => stage.refresh("never-issued"),
        "scope unknown" => stage.password().with("scope", "Files.Burn"),
        "secret expired" => as_other(stage.app_only(), "outdated"),
        "secret wrong" => stage.app_only().with("client_secret", "wrong"),
        "user disabled" => as_user(stage, "cleo"),
        "user locked" => as_user(stage, "dana"),
        "user needs a second factor" => as_user(stage, "ben"),
        "user unknown" => as_user(stage, "nobody"),
        other => panic!("no request for {other}"),
    }
}

const COMMON: [&str; 25] = [
    "app disabled",
    "app unknown, id in the body",
    "app unknown, id in Basic",
    "basic garbled",
    "client id missing",
    "credential missing",
    "credentials several",
    "credential unexpected",
    "grant not allowed",
    "grant unsupported",
    "grant_type missing",
    "method not allowed",
    "parameter missing: username",
    "parameter missing: refresh_token",
    "parameter repeated",
    "password expired",
    "password wrong",
    "refresh unknown",
    "scope unknown",
    "secret expired",
    "secret wrong",
    "user disabled",
    "user locked",
    "user needs a second factor",
    "user unknown",
];

#[tokio::test]
async fn common_reasons_in_both_dialects() {
    let mut table = String::new();
    let stages = [
        Stage::of(world(Provider::Entra)).await,
        Stage::of(world(Provider::Okta)).await,
    ];
    for reason in COMMON {
        writeln!(table, "{reason}").unwrap();
        for stage in &stages {
            let answer = common(stage, reason).send().await;
            assert!(answer.status >= 400, "{reason}: {}", answer.body);
            writeln!(table, "  {:5} {}", stage.idp.provider(), answer.show(stage)).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn dead_refresh_tokens_in_both_dialects() {
    let mut table = String::new();
    for provider in Provider::ALL {
        let stage = Stage::of(world(provider)).await;
        let mut row = |reason: &str, shown: String| {
            writeln!(table, "{provider:5} {reason}: {shown}").unwrap();
        };

        let first = stage.idp.mint_refresh_token();
        let answer = as_other(stage.refresh(first.value.reveal()), "other")
            .send()
            .await;
        row("other client", answer.show(&stage));

        let rotated = stage
            .refresh(first.value.reveal())
            .send()
            .await
            .text("refresh_token");
        let answer = stage.refresh(first.value.reveal()).send().await;
        row("reused", answer.show(&stage));
        let answer = stage.refresh(&rotated).send().await;
        row("revoked with its family", answer.show(&stage));

        let idle = stage.idp.mint_refresh_token();
        stage.advance(91 * 24 * 3600);
        let answer = stage.refresh(idle.value.reveal()).send().await;
        row("idle", answer.show(&stage));

        let revoked = stage.idp.mint_refresh_token();
        stage.idp.revoke_grants();
        let answer = stage.refresh(revoked.value.reveal()).send().await;
        row("revoked", answer.show(&stage));

        let narrow = stage
            .password()
            .with(
                "scope",
                match provider {
                    Provider::Entra => "User.Read offline_access",
                    Provider::Okta => "orders.read offline_access",
                },
            )
            .send()
            .await
            .text("refresh_token");
        let answer = stage
            .refresh(&narrow)
            .with("scope", "orders.write")
            .send()
            .await;
        row("scope wider", answer.show(&stage));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn what_only_entra_refuses() {
    let stage = Stage::of(world(Provider::Entra)).await;
    let login = stage.idp.origin(Origin::Login).to_owned();
    let at = |tenant: &str| format!("{login}/{tenant}/oauth2/v2.0/token");
    let scoped = |scope: &str| stage.app_only().with("scope", scope);
    let asks = [
        (
            "app-only without credential",
            stage.app_only().without("client_secret"),
        ),
        (
            "basic garbled",
            stage
                .app_only()
                .without("client_secret")
                .header("authorization", "Basic bm9jb2xvbg=="),
        ),
        ("app-only at common", stage.app_only().at(&at("common"))),
        ("password at common", stage.password().at(&at("common"))),
        (
            "resource parameter",
            stage
                .app_only()
                .with("resource", "https://graph.microsoft.com"),
        ),
        ("scope missing", stage.app_only().without("scope")),
        (
            "scope without .default",
            scoped("https://graph.microsoft.com/User.Read"),
        ),
        (
            "two scopes",
            scoped("https://graph.microsoft.com/.default openid"),
        ),
        ("resource unknown", scoped("api://nowhere/.default")),
        (
            "several resources",
            stage
                .password()
                .with("scope", "User.Read api://contoso-orders/User.Read"),
        ),
        (
            "tenant unknown",
            stage
                .app_only()
                .at(&at("00000000-aaaa-4bbb-8ccc-000000000000")),
        ),
        (
            "tenant unknown, by domain",
            stage.app_only().at(&at("nowhere.example")),
        ),
        ("tenant malformed", stage.app_only().at(&at("not_a_tenant"))),
    ];
    let mut table = String::new();
    for (reason, ask) in asks {
        let answer = ask.send().await;
        writeln!(table, "{reason}: {}", answer.show(&stage)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn what_only_okta_refuses() {
    let mut directory = directory();
    directory.okta.authorization_servers[0]
        .default_scopes
        .clear();
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let org = stage.idp.origin(Origin::Org).to_owned();
    let id = stage.idp.client_id().to_owned();
    let asks = [
        (
            "authorization server unknown",
            stage
                .app_only()
                .at(&format!("{org}/oauth2/aus1unknown/v1/token")),
        ),
        (
            "client id in the query",
            stage
                .app_only()
                .without("client_id")
                .query(&format!("client_id={id}")),
        ),
        (
            "basic beside client_id",
            stage
                .app_only()
                .basic(&id, stage.idp.client_secret().reveal())
                .with("client_id", &id),
        ),
        (
            "app-only at the org",
            stage.app_only().at(&format!("{org}/oauth2/v1/token")),
        ),
        (
            "app-only for openid",
            stage.app_only().with("scope", "openid"),
        ),
        ("no scope and no default", stage.app_only().without("scope")),
        (
            "no scope at the org",
            stage
                .password()
                .without("scope")
                .at(&format!("{org}/oauth2/v1/token")),
        ),
        (
            "app-only, scope unknown",
            stage.app_only().with("scope", "orders.burn"),
        ),
    ];
    let mut table = String::new();
    for (reason, ask) in asks {
        let answer = ask.send().await;
        writeln!(table, "{reason}: {}", answer.show(&stage)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn okta_org_refresh_tokens_have_an_absolute_end() {
    let stage = Stage::okta().await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let token = stage
        .password()
        .with("scope", "openid offline_access")
        .at(&url)
        .send()
        .await
        .text("refresh_token");
    stage.advance(89 * 24 * 3600);
    assert_eq!(stage.refresh(&token).at(&url).send().await.status, 200);
    stage.advance(24 * 3600);
    let answer = stage.refresh(&token).at(&url).send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"400 {"error":"invalid_grant","error_description":"The refresh token is invalid or expired."}"#);
}

#[tokio::test]
async fn a_refused_refresh_changes_nothing() {
    let mut directory = directory();
    let cleo = directory.okta.users[2].clone();
    assert!(!cleo.enabled);
    directory.okta.users[0].enabled = true;
    let stage = Stage::of(
        MockIdp::okta()
            .directory(directory)
            .rotation(rotation(RotationMode::Rotate, 0))
            .refresh_token_lifetime(Duration::from_secs(3600)),
    )
    .await;
    let token = stage.idp.mint_refresh_token();
    for ask in [
        stage
            .refresh(token.value.reveal())
            .with("client_secret", "wrong"),
        as_other(stage.refresh(token.value.reveal()), "other"),
        stage
            .refresh(token.value.reveal())
            .with("scope", "orders.write"),
    ] {
        assert!(ask.send().await.status >= 400);
    }
    assert_eq!(stage.refresh(token.value.reveal()).send().await.status, 200);
}
