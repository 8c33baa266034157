//! What anybody may read of Entra: metadata and key sets of both versions, clouds, realms, and across origins.

use mock_idp::MockIdp;
use mock_idp::directory::{Cloud, CloudName, Directory, FederatedDomain};
use mock_idp::journal::Origin;
use serde_json::Value;

use crate::answer::{Answer, stable};
use crate::stage::{Stage, TokenAsk};

async fn read(stage: &Stage, path: &str) -> Answer {
    let url = format!("{}{path}", stage.idp.origin(Origin::Login));
    let answer = stage.get(&url, &[]).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

#[tokio::test]
async fn metadata_of_v1() {
    let stage = Stage::entra().await;
    let answer = read(&stage, "/Contoso.Example/.Well-Known/OpenID-Configuration").await;
    let pretty = serde_json::to_string_pretty(&answer.json()).unwrap();
    insta::assert_snapshot!(stable(&stage.idp, &pretty));
    let mut shown = String::new();
    for alias in [
        "common",
        "organizations",
        "consumers",
        "9188040d-6c67-4c5b-b112-36a304b66dad",
    ] {
        let answer = read(
            &stage,
            &format!("/{alias}/.well-known/openid-configuration"),
        )
        .await;
        shown.push_str(&format!(
            "{} {}\n",
            answer.text("issuer"),
            stable(&stage.idp, &answer.text("token_endpoint"))
        ));
    }
    insta::assert_snapshot!(shown, @"
    https://sts.windows.net/{tenantid}/ http://<login>/common/oauth2/token
    https://sts.windows.net/{tenantid}/ http://<login>/organizations/oauth2/token
    https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/ http://<login>/consumers/oauth2/token
    https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/ http://<login>/consumers/oauth2/token
    ");
    let unknown = format!(
        "{}/nowhere.example/.well-known/openid-configuration",
        stage.idp.origin(Origin::Login)
    );
    let answer = stage.get(&unknown, &[]).await;
    assert_eq!(
        (answer.status, answer.text("error").as_str()),
        (400, "invalid_request")
    );
}

/// The same keys, without issuers; rotation overlaps in both.
#[tokio::test]
async fn key_sets_of_both_versions() {
    let stage = Stage::entra().await;
    let ids = async |path: &str| -> Vec<String> {
        let keys = read(&stage, path).await.json()["keys"]
            .as_array()
            .unwrap()
            .clone();
        let issuer = keys[0]["issuer"].is_string();
        assert_eq!(issuer, path.contains("v2.0"), "{path}");
        for key in &keys {
            assert_eq!(
                (key["kid"].clone(), key["x5c"].as_array().unwrap().len()),
                (key["x5t"].clone(), 1)
            );
            assert!(key.get("alg").is_none());
        }
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let both = ids("/common/discovery/keys").await;
    assert_eq!(ids("/common/discovery/v2.0/keys").await, both);
    let old = stage.access_token().await;
    stage.idp.rotate_keys();
    // The old key is published as long as what it has signed may be shown.
    assert_eq!(ids("/contoso.example/discovery/keys").await, both);
    assert_eq!(stage.call_api(&old).await.status, 200);
    let new = stage.access_token().await;
    assert_eq!(stage.call_api(&new).await.status, 200);
    stage.idp.withdraw_keys();
    assert_eq!(ids("/common/discovery/keys").await, [both[1].clone()]);
    assert_eq!(ids("/common/discovery/v2.0/keys").await, [both[1].clone()]);
    assert_eq!(stage.call_api(&old).await.status, 401);
    let of_consumers = read(&stage, "/consumers/discovery/v2.0/keys").await;
    let issuer = of_consumers.json()["keys"][0]["issuer"].clone();
    assert!(
        issuer
            .as_str()
            .unwrap()
            .contains("9188040d-6c67-4c5b-b112-36a304b66dad")
    );
}

#[tokio::test]
async fn an_application_may_ask_for_keys_of_its_own() {
    let stage = Stage::entra().await;
    let of = async |id: &str| {
        let path = format!("/contoso.example/v2.0/.well-known/openid-configuration?appid={id}");
        read(&stage, &path).await.text("jwks_uri")
    };
    let client = stage.idp.client_id();
    let uri = of(&client).await;
    assert!(
        uri.ends_with(&format!("/discovery/v2.0/keys?appid={client}")),
        "{uri}"
    );
    assert_eq!(stage.get(&uri, &[]).await.status, 200);
    assert!(of("%22%3E").await.ends_with("/keys"));
}

async fn of_cloud(cloud: Cloud) -> Stage {
    let mut directory = Directory::default();
    directory.entra.cloud = cloud;
    let tenant = &mut directory.entra.tenants[0];
    tenant.region = Some("USGov".to_owned());
    tenant.resources[0].identifier = "https://graph.microsoft.us".to_owned();
    Stage::of(MockIdp::entra().directory(directory)).await
}

#[tokio::test]
async fn clouds_have_names_of_their_own() {
    const NAMES: [&str; 4] = [
        "cloud_instance_name",
        "cloud_graph_host_name",
        "msgraph_host",
        "rbac_url",
    ];
    let mut shown = String::new();
    for is in [
        CloudName::Public,
        CloudName::UsGovernment,
        CloudName::China,
        CloudName::France,
    ] {
        let stage = of_cloud(Cloud {
            is,
            ..Cloud::default()
        })
        .await;
        let v2 = read(
            &stage,
            "/contoso.example/v2.0/.well-known/openid-configuration",
        )
        .await;
        let v1 = read(&stage, "/contoso.example/.well-known/openid-configuration").await;
        let names: Vec<String> = NAMES.iter().map(|name| v2.text(name)).collect();
        assert_eq!(names, NAMES.map(|name| v1.text(name)));
        let realm = read(&stage, "/common/userrealm/ada@contoso.example").await;
        assert_eq!(realm.text("cloud_instance_name"), names[0]);
        shown.push_str(&stable(
            &stage.idp,
            &format!("{} {}\n", names.join(" "), v1.text("issuer")),
        ));
        assert_eq!(v2.text("tenant_region_scope"), "USGov");
    }
    insta::assert_snapshot!(shown, @"
    microsoftonline.com graph.windows.net graph.microsoft.com https://pas.windows.net https://sts.windows.net/<tenant>/
    microsoftonline.us graph.windows.net graph.microsoft.us https://pasff.usgovcloudapi.net https://sts.windows.net/<tenant>/
    partner.microsoftonline.cn graph.chinacloudapi.cn microsoftgraph.chinacloudapi.cn https://pas.chinacloudapi.cn https://sts.chinacloudapi.cn/<tenant>/
    sovcloud-identity.fr graph.windows.net graph.microsoft.com https://pas.windows.net https://sts.windows.net/<tenant>/
    ");
}

/// A client that is configured for a sovereign cloud finds its names in documents and tokens, and its Graph behind short scopes.
#[tokio::test]
async fn a_sovereign_cloud_issues_under_its_own_name() {
    let stage = of_cloud(Cloud {
        is: CloudName::UsGovernment,
        issuer_host: Some("login.microsoftonline.us".to_owned()),
        ..Cloud::default()
    })
    .await;
    let issuer = format!(
        "https://login.microsoftonline.us/{}/v2.0",
        stage.idp.tenant()
    );
    let document = read(
        &stage,
        "/contoso.example/v2.0/.well-known/openid-configuration",
    )
    .await;
    assert_eq!(document.text("issuer"), issuer);
    assert_eq!(document.text("token_endpoint"), stage.idp.token_url());
    let keys = read(&stage, "/common/discovery/v2.0/keys").await.json();
    assert_eq!(
        keys["keys"][0]["issuer"],
        "https://login.microsoftonline.us/{tenantid}/v2.0"
    );
    let orders = stage
        .app_only()
        .with("scope", "api://contoso-orders/.default");
    assert_eq!(claims(orders).await["iss"], issuer);
    let graph = claims(stage.password().with("scope", "User.Read")).await;
    assert_eq!(graph["aud"], "https://graph.microsoft.us");
    assert_eq!(graph["tenant_region_scope"], "USGov");
    let token = stage
        .password()
        .with("scope", "User.Read")
        .send()
        .await
        .text("access_token");
    assert_eq!(
        stage
            .get_with(
                &format!("{}/v1.0/me", stage.idp.origin(Origin::Graph)),
                &token
            )
            .await
            .status,
        200
    );
    // The cloud's own Graph, not the public one's.
    let public = stage
        .app_only()
        .with("scope", "https://graph.microsoft.com/.default");
    assert_eq!(public.send().await.json()["error_codes"][0], 500_011);
}

async fn claims(ask: TokenAsk<'_>) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = ask.send().await.text("access_token");
    let payload = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[tokio::test]
async fn hosts_of_all_clouds_are_known() {
    let stage = Stage::entra().await;
    let ask = |host: &str, version: &str| {
        format!(
            "{}/common/discovery/instance?api-version=1.1&authorization_endpoint=https://{host}/common/oauth2/{version}authorize",
            stage.idp.origin(Origin::Login)
        )
    };
    for host in [
        "login.microsoftonline.us",
        "login.chinacloudapi.cn",
        "login.sovcloud-identity.de",
        "westeurope.login.microsoft.com",
    ] {
        let answer = stage.get(&ask(host, "v2.0/"), &[]).await;
        assert_eq!(answer.status, 200, "{host}");
        assert_eq!(
            answer.members(),
            "tenant_discovery_endpoint api-version metadata"
        );
        assert!(
            answer
                .text("tenant_discovery_endpoint")
                .ends_with("/common/v2.0/.well-known/openid-configuration")
        );
    }
    let v1 = stage.get(&ask("login.windows.net", ""), &[]).await;
    assert!(
        v1.text("tenant_discovery_endpoint")
            .ends_with("/common/.well-known/openid-configuration")
    );
    let evil = stage
        .get(&ask("login.microsoft.com.evil.example", ""), &[])
        .await;
    assert_eq!(evil.text("error"), "invalid_instance");
}

#[tokio::test]
async fn realms_go_by_the_domain() {
    let mut directory = Directory::default();
    let tenant = &mut directory.entra.tenants[0];
    tenant.domains.push("adatum.example".to_owned());
    tenant.federated_domains = vec![FederatedDomain {
        domain: "adatum.example".to_owned(),
        metadata_url: "https://sts.adatum.example/adfs/services/trust/mex".to_owned(),
        active_auth_url: "https://sts.adatum.example/adfs/services/trust/2005/usernamemixed"
            .to_owned(),
    }];
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let mut shown = String::new();
    for upn in [
        "ada+x@Contoso.example",
        "eve%40adatum.example",
        "nobody@nowhere.example",
        "nobody",
        "%ff@%",
    ] {
        let answer = read(&stage, &format!("/common/UserRealm/{upn}?api-version=1.0")).await;
        shown.push_str(&format!("{}\n", answer.body));
    }
    insta::assert_snapshot!(shown, @r#"
    {"ver":"1.0","account_type":"Managed","domain_name":"Contoso.example","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}
    {"ver":"1.0","account_type":"Federated","domain_name":"adatum.example","federation_protocol":"WSTrust","federation_metadata_url":"https://sts.adatum.example/adfs/services/trust/mex","federation_active_auth_url":"https://sts.adatum.example/adfs/services/trust/2005/usernamemixed","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}
    {"ver":"1.0","account_type":"Unknown"}
    {"ver":"1.0","account_type":"Unknown"}
    {"ver":"1.0","account_type":"Unknown"}
    "#);
}

async fn sent(stage: &Stage, method: &str, url: &str, headers: &[(&str, &str)]) -> Answer {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = stage.http.request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

fn allowed(answer: &Answer) -> String {
    let header = |name| answer.header(name).unwrap_or("-").to_owned();
    format!(
        "{} {} | {} | {}",
        answer.status,
        header("access-control-allow-origin"),
        header("access-control-allow-methods"),
        header("access-control-allow-headers")
    )
}

/// A browser asks before it sends, sends, and can read what comes back, also where it is refused.
#[tokio::test]
async fn single_page_applications_may_ask() {
    let stage = Stage::entra().await;
    let token = stage.idp.token_url();
    let discovery = format!("{}/.well-known/openid-configuration", stage.idp.issuer());
    let asks = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "client-request-id,content-type",
        ),
    ];
    let mut shown = String::new();
    for url in [
        token.clone(),
        token.replace("/v2.0/", "/"),
        token.replace("/token", "/devicecode"),
        token.replace("/v2.0/token", "/devicecode"),
        discovery.clone(),
        stage.idp.jwks_url(),
    ] {
        let answer = sent(&stage, "OPTIONS", &url, &asks).await;
        assert_eq!(answer.body, "");
        let path = url.rsplit('/').next().unwrap();
        shown.push_str(&format!("{path}: {}\n", allowed(&answer)));
    }
    let refused = stage
        .app_only()
        .with("client_secret", "wrong")
        .header("origin", "https://app.example");
    shown.push_str(&format!("refused: {}\n", allowed(&refused.send().await)));
    stage.idp.faults().add(
        mock_idp::fault::Fault::at(mock_idp::journal::Endpoint::Token)
            .reply(429)
            .times(1),
    );
    let throttled = stage
        .app_only()
        .header("origin", "https://app.example")
        .send()
        .await;
    shown.push_str(&format!("throttled: {}\n", allowed(&throttled)));
    shown.push_str(&format!(
        "read: {}\n",
        allowed(&stage.get(&discovery, &[]).await)
    ));
    shown.push_str(&format!(
        "no browser: {}\n",
        allowed(&stage.app_only().send().await)
    ));
    insta::assert_snapshot!(shown, @"
    token: 200 * | POST, OPTIONS | client-request-id,content-type
    token: 200 * | POST, OPTIONS | client-request-id,content-type
    devicecode: 200 * | POST, OPTIONS | client-request-id,content-type
    devicecode: 200 * | POST, OPTIONS | client-request-id,content-type
    openid-configuration: 200 * | GET, OPTIONS | client-request-id,content-type
    keys: 200 * | GET, OPTIONS | client-request-id,content-type
    refused: 401 * | POST, OPTIONS | -
    throttled: 429 * | POST, OPTIONS | -
    read: 200 * | GET, OPTIONS | -
    no browser: 200 - | - | -
    ");
    assert_eq!(stage.idp.tokens().len(), 1);
}
