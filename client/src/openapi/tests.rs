mod texts;

use http::Method;

use super::*;
use crate::Discovery;
use crate::testkit::{HandClock, Reply, Script};

/// A document whose `components.securitySchemes` is this, indented by nothing.
fn document(rest: &str, schemes: &str) -> Document {
    let schemes: String = schemes
        .trim_matches('\n')
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\n{rest}\ncomponents:\n  securitySchemes:\n{schemes}"
    );
    Document::parse(&text).unwrap()
}

fn block(json: &str) -> Authentication {
    serde_json::from_str(json).unwrap()
}

fn app() -> Authentication {
    block(r#"{"client_id":"app","client_secret":"canary"}"#)
}

fn ann() -> Authentication {
    block(r#"{"client_id":"app","client_secret":"canary","username":"ann","password":"canary"}"#)
}

fn shown(plan: Result<Plan, PlanError>) -> String {
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return format!("no: {error}"),
    };
    let mut line = format!(
        "{} at {} for [{}]",
        plan.scheme(),
        plan.token_url().unwrap_or("?"),
        plan.scopes().join(" ")
    );
    if let Some(url) = plan.refresh_url() {
        line += &format!(", refresh at {url}");
    }
    if !plan.also_needs().is_empty() {
        line += &format!(", and {}", plan.also_needs().join(" and "));
    }
    if let Err(error) = plan.builder().and_then(|builder| Ok(builder.build()?)) {
        line += &format!(", no client: {error}");
    }
    line
}

const BOTH: &str = "
main:
  type: oauth2
  flows:
    password:
      tokenUrl: https://id.example/token
      refreshUrl: https://id.example/refresh
      scopes: { a: A, b: B, x-note: none }
    clientCredentials:
      tokenUrl: https://id.example/token
      scopes: {}
    authorizationCode:
      authorizationUrl: https://id.example/authorize
      tokenUrl: https://id.example/token
      scopes: {}
";

#[test]
fn the_flow_follows_from_what_there_is() {
    let both = document("", BOTH);
    let only = |flow: &str| {
        block(&format!(
            r#"{{"client_id":"app","client_secret":"s","username":"ann","password":"p","flow":"{flow}"}}"#
        ))
    };
    let lines = [
        shown(both.plan(&app())),
        shown(both.plan(&ann())),
        shown(both.plan(&only("password"))),
        shown(both.plan(&only("clientCredentials"))),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    main at https://id.example/token for []
    main at https://id.example/token for [a b], refresh at https://id.example/refresh
    main at https://id.example/token for [a b], refresh at https://id.example/refresh
    main at https://id.example/token for []
    ");
}

#[test]
fn what_the_configuration_says_goes_before_the_document() {
    let both = document("", BOTH);
    let mut wanted = ann();
    wanted.token_url = Some("https://other.example/t".to_owned());
    wanted.refresh_url = Some("https://other.example/r".to_owned());
    wanted.scopes = Some(vec!["c".to_owned()]);
    insta::assert_snapshot!(shown(both.plan(&wanted)), @"main at https://other.example/t for [c], refresh at https://other.example/r");
    wanted.token_url = Some("http://other.example/t".to_owned());
    insta::assert_snapshot!(shown(both.plan(&wanted)), @r#"main at http://other.example/t for [c], refresh at https://other.example/r, no client: token URL "http://other.example/t" is not usable: credentials go over https, or over http to this machine only"#);
}

#[test]
fn relative_addresses_belong_to_the_first_server() {
    let relative = |rest: &str| {
        document(
            rest,
            "
main:
  type: oauth2
  flows:
    clientCredentials: { tokenUrl: token, refreshUrl: /refresh, scopes: {} }
",
        )
    };
    let at = |rest: &str, from: &str| {
        let document = relative(rest);
        let document = match from {
            "" => document,
            from => document.loaded_from(from).unwrap(),
        };
        shown(document.plan(&app()))
    };
    let regions = "
servers:
- url: 'https://{region}.example/v1/'
  variables: { region: { default: eu, enum: [eu, us] } }
- url: https://never.example/";
    let lines = [
        at("servers: [{ url: https://api.example/v1 }]", ""),
        at("servers: [{ url: https://api.example/v1/ }]", ""),
        at(regions, ""),
        at("", "https://host.example:8443/docs/openapi.json"),
        at(
            "servers: [{ url: /v2/ }]",
            "https://host.example/docs/openapi.json",
        ),
        at("servers: [{ url: /v2/ }]", ""),
        at("", ""),
        at("servers: [{ url: 'https://{region}.example/' }]", ""),
        at("servers: [{ url: http://api.example/ }]", ""),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    main at https://api.example/token for [], refresh at https://api.example/refresh
    main at https://api.example/v1/token for [], refresh at https://api.example/refresh
    main at https://eu.example/v1/token for [], refresh at https://eu.example/refresh
    main at https://host.example:8443/token for [], refresh at https://host.example:8443/refresh
    main at https://host.example/v2/token for [], refresh at https://host.example/refresh
    no: line 9, column 40: `components.securitySchemes.main.flows.clientCredentials.tokenUrl`: it is relative, and so is the first server: say where the document was loaded from, or give an absolute address in the authentication block
    no: line 9, column 40: `components.securitySchemes.main.flows.clientCredentials.tokenUrl`: it is relative, and so is the first server: say where the document was loaded from, or give an absolute address in the authentication block
    no: line 9, column 40: `components.securitySchemes.main.flows.clientCredentials.tokenUrl`: it is relative, and a variable of the first server has no default
    main at http://api.example/token for [], refresh at http://api.example/refresh, no client: token URL "http://api.example/token" is not usable: credentials go over https, or over http to this machine only
    "#);
}

const SEVERAL: &str = "
key: { type: apiKey, in: header, name: X-Key }
browser:
  type: oauth2
  flows:
    implicit: { authorizationUrl: https://id.example/a, scopes: {} }
    deviceAuthorization: { deviceAuthorizationUrl: https://id.example/d, tokenUrl: https://id.example/t, scopes: {} }
odd: { type: oauth2 }
lost: { $ref: '#/components/securitySchemes/nobody' }
away: { $ref: 'other.yaml#/x' }
round: { $ref: '#/components/securitySchemes/round' }
old:
  type: oauth2
  deprecated: true
  flows:
    clientCredentials: { tokenUrl: https://id.example/old, scopes: {} }
alias: { $ref: '#/components/securitySchemes/main' }
main:
  type: oauth2
  flows:
    clientCredentials: { tokenUrl: https://id.example/t, scopes: { a: '', b: '' } }
";

#[test]
fn the_first_scheme_that_can_be_used_counts() {
    let named = |name: &str| {
        let mut wanted = app();
        wanted.scheme = Some(name.to_owned());
        wanted
    };
    let several = document("", SEVERAL);
    let mut lines = vec![shown(several.plan(&app()))];
    lines.extend(several.schemes().map(|(name, scheme)| {
        let mark = if scheme.deprecated {
            " (deprecated)"
        } else {
            ""
        };
        format!("{name}{mark}: {}", shown(several.plan(&named(name))))
    }));
    lines.push(shown(several.plan(&named("none"))));
    let required = document("security: [{ key: [] }, { browser: [], odd: [] }]", SEVERAL);
    lines.push(shown(required.plan(&app())));
    lines.push(shown(document("", "").plan(&app())));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    alias at https://id.example/t for [a b]
    key: no: no security scheme of the document can be used: "key" is of type `apiKey`, which needs no token request
    browser: no: no security scheme of the document can be used: "browser" has the flows `implicit`, `deviceAuthorization` only: `password` and `clientCredentials` are supported
    odd: no: no security scheme of the document can be used: "odd" has no `flows` (line 12, column 10)
    lost: no: no security scheme of the document can be used: "lost" refers to `#/components/securitySchemes/nobody`, which is not in this document (line 13, column 11)
    away: no: no security scheme of the document can be used: "away" refers to `other.yaml#/x`, which is not in this document (line 14, column 11)
    round: no: no security scheme of the document can be used: "round" refers to itself (line 15, column 12)
    old (deprecated): old at https://id.example/old for []
    alias: alias at https://id.example/t for [a b]
    main: main at https://id.example/t for [a b]
    no: document has no security scheme "none"; it has "key", "browser", "odd", "lost", "away", "round", "old", "alias", "main"
    no: no security scheme of the document can be used: "key" is of type `apiKey`, which needs no token request; "browser" has the flows `implicit`, `deviceAuthorization` only: `password` and `clientCredentials` are supported; "odd" has no `flows` (line 12, column 10)
    no: no security scheme of the document can be used: it has none
    "#);
}

#[test]
fn operations_ask_for_no_more_than_they_need() {
    let document = document(
        "
security: [{ main: [a] }]
paths:
  x-note: text
  /open: { get: { security: [] } }
  /maybe: { get: { security: [{}, { main: [b] }] } }
  /usual: { get: {}, summary: s }
  /both: { post: { security: [{ main: [b, c], key: [] }] } }
  /shared: { $ref: '#/components/pathItems/shared' }
  /odd: 7
",
        &format!("{SEVERAL}\n"),
    );
    let of = |method: Method, path: &str| shown(document.plan_for(&method, path, &app()));
    let lines = [
        shown(document.plan(&app())),
        of(Method::GET, "/open"),
        of(Method::GET, "/maybe"),
        of(Method::GET, "/usual"),
        of(Method::POST, "/both"),
        of(Method::GET, "/both"),
        of(Method::GET, "/odd"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    main at https://id.example/t for [a b c]
    no: nothing is required to call this: no token is needed
    main at https://id.example/t for [b]
    main at https://id.example/t for [a]
    main at https://id.example/t for [b c], and key
    no: document has no operation GET /both
    no: document has no operation GET /odd
    ");
}

#[test]
fn what_is_lacking_is_named() {
    let both = document("", BOTH);
    let no_url = document(
        "",
        "main: { type: oauth2, flows: { password: { scopes: {} } } }",
    );
    let lines = [
        shown(both.plan(&block("{}"))),
        shown(both.plan(&block(r#"{"client_id":"app"}"#))),
        shown(both.plan(&block(r#"{"username":"ann"}"#))),
        // Some APIs know users and no clients.
        shown(both.plan(&block(r#"{"username":"ann","password":"p"}"#))),
        shown(no_url.plan(&ann())),
        shown(document("", "a: { type: http, scheme: bearer }").plan(&app())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    no: `client_id` is needed for the client credentials flow: add it to the authentication block
    no: `client_secret` is needed for the client credentials flow: add it to the authentication block
    no: `password` is needed for the password flow: add it to the authentication block
    main at https://id.example/token for [a b], refresh at https://id.example/refresh
    no: line 6, column 46: `components.securitySchemes.main.flows.password.tokenUrl`: it is missing: add it, or give `token_url` in the authentication block
    no: no security scheme of the document can be used: "a" is of type `http`, which needs no token request
    "#);
    let unknown = serde_json::from_str::<Authentication>(r#"{"clientid":"app"}"#).unwrap_err();
    insta::assert_snapshot!(unknown, @"unknown field `clientid`, expected one of `client_id`, `client_secret`, `username`, `password`, `token_url`, `refresh_url`, `scheme`, `flow`, `client_auth`, `scopes` at line 1 column 11");
}

#[tokio::test]
async fn a_password_flow_refreshes_at_its_refresh_url() {
    let clock = HandClock::new();
    let script = Script::new(clock.clone());
    let renewable = Reply::token(r#","expires_in":3600,"refresh_token":"r""#);
    script.tokens([renewable.clone()]);
    script.api([renewable]);
    let mut wanted = ann();
    wanted.client_auth = Some(SecretPlace::ClientSecretPost);
    let client = document("", BOTH)
        .plan(&wanted)
        .unwrap()
        .builder()
        .unwrap()
        .clock(clock.clone())
        .transport(script.clone())
        .build()
        .unwrap();
    clock
        .run(async move {
            client.token().await.unwrap();
            client.refresh().await.unwrap();
        })
        .await;
    let lines: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| format!("{} {}", seen.uri, seen.body))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    https://id.example/token grant_type=password&username=ann&password=canary&scope=a+b&client_id=app&client_secret=canary
    https://id.example/refresh grant_type=refresh_token&refresh_token=r&scope=a+b&client_id=app&client_secret=canary
    ");
}

#[tokio::test]
async fn metadata_stands_in_for_a_token_url() {
    let document = document(
        "",
        "
oidc:
  type: openIdConnect
  openIdConnectUrl: https://id.example/.well-known/openid-configuration
",
    );
    let plan = document.plan(&app()).unwrap();
    insta::assert_snapshot!(plan.builder().unwrap_err(), @"the token endpoint has to be looked up at https://id.example/.well-known/openid-configuration: use `Plan::discover`");

    let clock = HandClock::new();
    let script = Script::new(clock.clone());
    script.api([Reply::body(
        200,
        r#"{"issuer":"https://id.example","token_endpoint":"https://id.example/token",
            "token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt"]}"#,
    )]);
    script.tokens([Reply::hour()]);
    let discovery = Discovery::over(script.clone()).clock(clock.clone());
    let client = plan
        .discover(&discovery)
        .await
        .unwrap()
        .clock(clock.clone())
        .transport(script.clone())
        .build()
        .unwrap();
    let told = clock
        .run(async move { client.token().await.unwrap() })
        .await;
    assert_eq!(told.secret().expose(), "AT1");
    let lines: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| format!("{} {} {}", seen.method, seen.uri, seen.body))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    GET https://id.example/.well-known/openid-configuration 
    POST https://id.example/token grant_type=client_credentials&client_id=app&client_secret=canary
    ");
}

#[test]
fn nothing_shows_a_secret() {
    let plan = document("", BOTH).plan(&ann()).unwrap();
    let shown = format!("{:?} {plan:?} {:?}", ann(), plan.builder().unwrap());
    assert!(!shown.contains("canary"), "{shown}");
}
