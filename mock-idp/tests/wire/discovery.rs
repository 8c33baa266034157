//! Metadata documents and key sets.

use mock_idp::Provider;
use mock_idp::journal::Origin;

use crate::answer::{Answer, stable};
use crate::stage::Stage;
use serde_json::json;

async fn document(stage: &Stage, url: &str) -> String {
    let answer = stage.get(url, &[]).await;
    assert_eq!(answer.status, 200, "{url}: {}", answer.body);
    let pretty = serde_json::to_string_pretty(&answer.json()).unwrap();
    stable(&stage.idp, &pretty)
}

#[tokio::test]
async fn entra_openid_configuration() {
    let stage = Stage::entra().await;
    let url = format!("{}/.well-known/openid-configuration", stage.idp.issuer());
    insta::assert_snapshot!(document(&stage, &url).await);
}

#[tokio::test]
async fn entra_answers_a_domain_with_the_tenants_id_and_an_alias_with_itself() {
    let stage = Stage::entra().await;
    let login = stage.idp.origin(Origin::Login);
    let mut shown = String::new();
    for name in ["Contoso.Example", "common", "organizations", "consumers"] {
        let answer = stage
            .get(
                &format!("{login}/{name}/v2.0/.well-known/openid-configuration"),
                &[],
            )
            .await;
        let line = format!(
            "{name}: {} {} {}\n",
            answer.text("issuer"),
            answer.text("token_endpoint"),
            answer.json()["tenant_region_scope"]
        );
        shown.push_str(&stable(&stage.idp, &line));
    }
    insta::assert_snapshot!(shown, @r#"
    Contoso.Example: http://<login>/<tenant>/v2.0 http://<login>/<tenant>/oauth2/v2.0/token "EU"
    common: http://<login>/{tenantid}/v2.0 http://<login>/common/oauth2/v2.0/token null
    organizations: http://<login>/{tenantid}/v2.0 http://<login>/organizations/oauth2/v2.0/token null
    consumers: http://<login>/<guid>/v2.0 http://<login>/consumers/oauth2/v2.0/token null
    "#);
}

#[tokio::test]
async fn entra_key_set() {
    let stage = Stage::entra().await;
    let answer = stage.get(&stage.idp.jwks_url(), &[]).await;
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2);
    let members: Vec<&String> = keys[0].as_object().unwrap().keys().collect();
    insta::assert_compact_debug_snapshot!(members, @r#"["kty", "use", "kid", "x5t", "n", "e", "x5c", "issuer"]"#);
    for key in &keys {
        assert_eq!(key["kid"], key["x5t"]);
        assert_eq!(key["kid"].as_str().unwrap().len(), 27);
        assert_eq!(key["e"], "AQAB");
        assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
    }
    let issuer = stable(&stage.idp, keys[0]["issuer"].as_str().unwrap());
    insta::assert_snapshot!(issuer, @"http://<login>/{tenantid}/v2.0");
}

#[tokio::test]
async fn entra_vouches_for_itself_and_for_microsofts_hosts_only() {
    let stage = Stage::entra().await;
    let login = stage.idp.origin(Origin::Login);
    let ask = |host: &str, version: &str| {
        format!(
            "{login}/common/discovery/instance?api-version={version}&authorization_endpoint=https://{host}/{}/oauth2/v2.0/authorize",
            stage.idp.tenant()
        )
    };
    let own = login.split("://").nth(1).unwrap();
    // MSAL for Python drops the port of the authority.
    for host in [
        own,
        own.split(':').next().unwrap(),
        "login.microsoftonline.com",
    ] {
        let answer = stage.get(&ask(host, "1.0"), &[]).await;
        assert_eq!(answer.status, 200, "{host}");
        assert_eq!(answer.text("api-version"), "1.0");
        assert_eq!(
            answer.text("tenant_discovery_endpoint"),
            format!(
                "{login}/{}/v2.0/.well-known/openid-configuration",
                stage.idp.tenant()
            )
        );
    }
    let answer = stage.get(&ask("login.evil.example", "1.1"), &[]).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"400 {"error":"invalid_instance","error_description":"AADSTS50049: Unknown or invalid instance. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[50049],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=50049"}"#);
}

#[tokio::test]
async fn entra_manages_every_account_itself() {
    let stage = Stage::entra().await;
    let url = format!(
        "{}/common/UserRealm/ada%40contoso.example?api-version=1.0",
        stage.idp.origin(Origin::Login)
    );
    insta::assert_snapshot!(stage.get(&url, &[]).await.show(&stage), @r#"200 {"ver":"1.0","account_type":"Managed","domain_name":"contoso.example","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}"#);
}

#[tokio::test]
async fn entra_metadata_of_an_unknown_tenant() {
    let stage = Stage::entra().await;
    let login = stage.idp.origin(Origin::Login);
    let mut table = String::new();
    for path in [
        "v2.0/.well-known/openid-configuration",
        "discovery/v2.0/keys",
    ] {
        let url = format!("{login}/nowhere.example/{path}");
        let answer = stage.get(&url, &[]).await;
        table.push_str(&format!("{path}: {}\n", answer.show(&stage)));
    }
    insta::assert_snapshot!(table, @r#"
    v2.0/.well-known/openid-configuration: 400 {"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'nowhere.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90002],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90002"}
    discovery/v2.0/keys: 400 {"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'nowhere.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90002],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90002"}
    "#);
}

#[tokio::test]
async fn okta_openid_configuration_of_a_custom_server() {
    let stage = Stage::okta().await;
    let url = format!("{}/.well-known/openid-configuration", stage.idp.issuer());
    insta::assert_snapshot!(document(&stage, &url).await);
}

#[tokio::test]
async fn okta_openid_configuration_of_the_org() {
    let stage = Stage::okta().await;
    let url = format!(
        "{}/.well-known/openid-configuration",
        stage.idp.origin(Origin::Org)
    );
    insta::assert_snapshot!(document(&stage, &url).await);
}

#[tokio::test]
async fn okta_oauth_metadata_is_served_in_both_forms() {
    let stage = Stage::okta().await;
    let org = stage.idp.origin(Origin::Org);
    let appended = document(
        &stage,
        &format!("{org}/oauth2/default/.well-known/oauth-authorization-server"),
    )
    .await;
    let inserted = document(
        &stage,
        &format!("{org}/.well-known/oauth-authorization-server/oauth2/default"),
    )
    .await;
    assert_eq!(appended, inserted);
    insta::assert_snapshot!(appended);
}

#[tokio::test]
async fn okta_oauth_metadata_of_the_org_has_no_key_set() {
    let stage = Stage::okta().await;
    let url = format!(
        "{}/.well-known/oauth-authorization-server",
        stage.idp.origin(Origin::Org)
    );
    let document = stage.get(&url, &[]).await;
    // The scopes of Okta's APIs stand before those of OpenID Connect, and in this document alone.
    let scopes = &document.json()["scopes_supported"];
    assert_eq!(scopes.as_array().unwrap().len(), 76 + 7);
    assert_eq!(scopes[0], "okta.users.manage");
    assert_eq!(scopes[75], "okta.personal.adminSettings.read");
    assert_eq!(
        (&scopes[76], &scopes[82]),
        (&json!("openid"), &json!("groups"))
    );
    let openid = url.replace("oauth-authorization-server", "openid-configuration");
    let openid = stage.get(&openid, &[]).await.json();
    assert_eq!(openid["scopes_supported"][0], "openid");
    let members = document.members();
    insta::assert_snapshot!(members, @"issuer authorization_endpoint token_endpoint registration_endpoint response_types_supported response_modes_supported grant_types_supported subject_types_supported scopes_supported token_endpoint_auth_methods_supported claims_supported code_challenge_methods_supported introspection_endpoint introspection_endpoint_auth_methods_supported revocation_endpoint revocation_endpoint_auth_methods_supported end_session_endpoint request_parameter_supported request_object_signing_alg_values_supported device_authorization_endpoint pushed_authorization_request_endpoint backchannel_token_delivery_modes_supported backchannel_authentication_request_signing_alg_values_supported dpop_signing_alg_values_supported");
}

#[tokio::test]
async fn okta_key_sets_have_the_members_of_the_vendor() {
    let stage = Stage::okta().await;
    let set = stage.get(&stage.idp.jwks_url(), &[]).await;
    let keys = set.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2);
    let members: Vec<&String> = keys[0].as_object().unwrap().keys().collect();
    insta::assert_compact_debug_snapshot!(members, @r#"["kty", "alg", "kid", "use", "e", "n"]"#);
    for key in &keys {
        assert_eq!(key["kid"].as_str().unwrap().len(), 43);
        assert_eq!(key["alg"], "RS256");
    }
}

#[tokio::test]
async fn okta_does_not_know_every_authorization_server() {
    let stage = Stage::okta().await;
    let org = stage.idp.origin(Origin::Org);
    let mut table = String::new();
    for path in [".well-known/openid-configuration", "v1/keys"] {
        let url = format!("{org}/oauth2/aus1unknown/{path}");
        let answer = stage.get(&url, &[]).await;
        table.push_str(&format!("{path}: {}\n", answer.show(&stage)));
    }
    insta::assert_snapshot!(table, @r#"
    .well-known/openid-configuration: 404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: aus1unknown (AuthorizationServer)","errorLink":"E0000007","errorId":"<error id>","errorCauses":[]}
    v1/keys: 404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: aus1unknown (AuthorizationServer)","errorLink":"E0000007","errorId":"<error id>","errorCauses":[]}
    "#);
}

/// Documents are read. What the vendors answer to another method is assumed.
#[tokio::test]
async fn documents_are_for_get_and_head() {
    let mut table = String::new();
    for stage in [Stage::entra().await, Stage::okta().await] {
        let mut urls = vec![stage.idp.jwks_url()];
        let issuer = stage.idp.issuer();
        urls.push(format!("{issuer}/.well-known/openid-configuration"));
        match stage.idp.provider() {
            Provider::Entra => {
                let login = stage.idp.origin(Origin::Login);
                let tail = "common/discovery/instance?authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize&api-version=1.1";
                urls.push(format!("{login}/{tail}"));
                urls.push(format!(
                    "{login}/common/userrealm/ada@contoso.example?api-version=1.0"
                ));
            }
            Provider::Okta => {
                urls.push(format!("{issuer}/.well-known/oauth-authorization-server"));
            }
        }
        for url in urls {
            let read = stage.get(&url, &[]).await;
            assert_eq!(read.status, 200, "{url}");
            let head = Answer::of(stage.http.head(&url).send().await.unwrap()).await;
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{url}");
            // Entra answers a browser that asks first.
            let options = match stage.idp.provider() {
                Provider::Entra => "TRACE",
                Provider::Okta => "OPTIONS",
            };
            for method in ["POST", "PUT", "DELETE", options, "BREW"] {
                let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
                let sent = stage.http.request(method.clone(), &url).send().await;
                let answer = Answer::of(sent.unwrap()).await;
                assert_eq!(answer.header("allow"), Some("GET, HEAD"), "{method} {url}");
                let line = format!("{} {}", stage.idp.provider(), answer.show(&stage));
                if !table.contains(&line) {
                    table.push_str(&format!("{line}\n"));
                }
            }
        }
    }
    insta::assert_snapshot!(table, @r#"
    entra 405
    okta 405 {"errorCode":"E0000022","errorSummary":"The endpoint does not support the provided HTTP method","errorLink":"E0000022","errorId":"<error id>","errorCauses":[]}
    "#);
}
