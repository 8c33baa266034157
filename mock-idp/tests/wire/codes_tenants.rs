//! Entra's errors of tenants and their aliases, each brought about by its cause.

use mock_idp::MockIdp;
use mock_idp::directory::{Application, CloudName, Directory, GrantType, SignInAudience};
use mock_idp::journal::Origin;

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";

/// A world whose desktop application is for these accounts.
async fn world(audience: SignInAudience) -> Stage {
    let mut directory = Directory::default();
    let desktop = &mut directory.entra.tenants[0].applications[1];
    assert_eq!(desktop.id, DESKTOP);
    desktop.sign_in_audience = audience;
    Stage::of(MockIdp::entra().directory(directory)).await
}

fn at(stage: &Stage, tenant: &str) -> String {
    format!(
        "{}/{tenant}/oauth2/v2.0/token",
        stage.idp.origin(Origin::Login)
    )
}

fn as_desktop(stage: &Stage) -> TokenAsk<'_> {
    stage
        .password()
        .without("client_secret")
        .with("client_id", DESKTOP)
}

#[tokio::test]
async fn tenants_and_their_aliases() {
    let stage = world(SignInAudience::SingleTenant).await;
    let login = stage.idp.origin(Origin::Login);
    for (number, ask) in [
        (
            90_002,
            stage
                .app_only()
                .at(&at(&stage, "00000000-aaaa-4bbb-8ccc-000000000000")),
        ),
        (90_002, stage.app_only().at(&at(&stage, "nowhere.example"))),
        (900_023, stage.app_only().at(&at(&stage, "not_a_tenant"))),
        (
            90_019,
            stage.app_only().at(&format!("{login}/oauth2/v2.0/token")),
        ),
        (50_059, stage.app_only().at(&at(&stage, "common"))),
        (50_059, stage.app_only().at(&at(&stage, "organizations"))),
        (50_059, stage.app_only().at(&at(&stage, "consumers"))),
        (9_001_023, as_desktop(&stage).at(&at(&stage, "Common"))),
        (
            9_001_023,
            as_desktop(&stage).at(&at(&stage, "9188040d-6c67-4c5b-b112-36a304b66dad")),
        ),
        (50_194, as_desktop(&stage).at(&at(&stage, "organizations"))),
    ] {
        is_as_the_ledger_says(number, &ask.send().await);
    }
    // Refreshes and device codes meet the same.
    let token = as_desktop(&stage).send().await.text("refresh_token");
    let refresh = || {
        stage
            .refresh(&token)
            .without("client_secret")
            .with("client_id", DESKTOP)
    };
    assert_eq!(refresh().send().await.status, 200);
    is_as_the_ledger_says(50_194, &refresh().at(&at(&stage, "common")).send().await);
    is_as_the_ledger_says(
        9_002_332,
        &refresh().at(&at(&stage, "consumers")).send().await,
    );
    let begin = stage
        .ask("")
        .without("client_secret")
        .with("client_id", DESKTOP)
        .with("scope", "User.Read")
        .at(&at(&stage, "consumers").replace("/token", "/devicecode"));
    is_as_the_ledger_says(9_002_332, &begin.send().await);
    let unknown = format!(
        "{login}/common/discovery/instance?api-version=1.1&authorization_endpoint=https://evil.example/common/oauth2/v2.0/authorize"
    );
    is_as_the_ledger_says(50_049, &stage.get(&unknown, &[]).await);
}

fn as_daemon<'s>(ask: TokenAsk<'s>, daemon: &Application) -> TokenAsk<'s> {
    ask.with("client_id", &daemon.id)
        .with("client_secret", daemon.secrets[0].value.reveal())
}

/// At an alias, the tenant is that of the user, or of the token that is shown.
#[tokio::test]
async fn an_alias_stands_for_the_users_tenant() {
    let mut directory = Directory::default();
    for tenant in &mut directory.entra.tenants {
        tenant.applications[0].sign_in_audience = SignInAudience::AnyTenant;
    }
    let fabrikam = directory.entra.tenants[1].clone();
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let daemon = &fabrikam.applications[0];
    let asked = as_daemon(stage.password(), daemon)
        .with("username", "ADA@fabrikam.example")
        .with("password", "fabrikam-horse-Entra-1")
        .at(&at(&stage, "organizations"));
    let answer = asked.send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(stage.idp.tokens()[0].issuer, fabrikam.id);
    let token = answer.text("refresh_token");
    for alias in ["common", "organizations"] {
        let refreshed = as_daemon(stage.refresh(&token), daemon).at(&at(&stage, alias));
        assert_eq!(refreshed.send().await.status, 200, "{alias}");
    }
    let issuers: Vec<String> = stage
        .idp
        .tokens()
        .into_iter()
        .map(|token| token.issuer)
        .collect();
    assert!(issuers.iter().all(|issuer| *issuer == fabrikam.id));
    assert!(stage.idp.scopes(GrantType::Password).len() > 1);
}

#[tokio::test]
async fn personal_accounts_only() {
    let stage = world(SignInAudience::Personal).await;
    is_as_the_ledger_says(9_002_331, &as_desktop(&stage).send().await);
    let stage = world(SignInAudience::AnyAccount).await;
    assert_eq!(as_desktop(&stage).send().await.status, 200);
    assert_eq!(
        as_desktop(&stage)
            .at(&at(&stage, "organizations"))
            .send()
            .await
            .status,
        200
    );
}

/// A tenant of the US Government's cloud is not served at the public host.
#[tokio::test]
async fn another_clouds_tenant() {
    let mut directory = Directory::default();
    directory.entra.tenants[0].region = Some("USGov".to_owned());
    let stage = Stage::of(MockIdp::entra().directory(directory.clone())).await;
    is_as_the_ledger_says(900_439, &stage.app_only().send().await);
    is_as_the_ledger_says(900_439, &stage.password().send().await);
    directory.entra.cloud.is = CloudName::UsGovernment;
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let graph = stage
        .app_only()
        .with("scope", "https://graph.microsoft.com/.default");
    assert_eq!(graph.send().await.status, 200);
}
