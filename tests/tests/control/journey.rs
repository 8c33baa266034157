//! A journey over every operation of the control API: what it answers is what the document says.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use boon::{Compiler, Draft, Schemas};
use mock_idp::control::{Control, open_api};
use mock_idp::directory::GrantType;
use mock_idp::host::Host;
use serde_json::{Value, json};

use crate::http::{Said, ask};

/// A public application of the built-in directory.
const DEVICE: &str = "0oa2nativeTokenPr0d7";
/// An application that signs users in with a browser, and one that has a federated credential.
const PORTAL: &str = "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7";
const PIPELINE: &str = "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e";

/// Whoever travels: asks, and holds answers against the document.
struct Traveller {
    control: SocketAddr,
    document: Value,
    seen: BTreeSet<String>,
}

impl Traveller {
    /// Asks for a path of the document, with its parameters filled in, and gives the body.
    async fn go(&mut self, operation: &str, path: &str, body: Option<Value>) -> Value {
        let (method, template) = self.operation(operation);
        let said = ask(self.control, &method, path, body.as_ref()).await;
        self.check(operation, &method, &template, &said);
        if let Some(body) = body {
            let content = "requestBody/content/application~1json/schema";
            self.validate(&method, &template, content, &body, operation);
        }
        serde_json::from_str(&said.body).unwrap_or(Value::Null)
    }

    fn operation(&self, id: &str) -> (String, String) {
        let paths = self.document["paths"].as_object().expect("paths");
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().expect("methods") {
                if operation["operationId"] == id {
                    return (method.to_uppercase(), path.clone());
                }
            }
        }
        panic!("the document has no operation `{id}`");
    }

    /// Holds an answer against what the document says of it.
    fn check(&mut self, operation: &str, method: &str, template: &str, said: &Said) {
        self.seen.insert(operation.to_owned());
        let responses = &self.document["paths"][template][method.to_lowercase()]["responses"];
        let response = &responses[said.status.to_string()];
        assert!(
            response.is_object(),
            "{operation}: the document knows no answer {}: {said:?}",
            said.status
        );
        assert!(said.status < 300, "{operation}: {said:?}");
        let Some(content) = response["content"].as_object() else {
            assert_eq!(said.body, "", "{operation}");
            return;
        };
        let media_type = said.media_type.split(';').next().unwrap_or("");
        assert!(
            content.contains_key(media_type),
            "{operation}: {media_type}"
        );
        if media_type == "application/json" {
            let schema = format!("responses/{}/content/application~1json/schema", said.status);
            let body: Value = serde_json::from_str(&said.body).expect("JSON");
            self.validate(method, template, &schema, &body, operation);
        }
    }

    fn validate(&self, method: &str, template: &str, place: &str, value: &Value, operation: &str) {
        let path = template.replace('~', "~0").replace('/', "~1");
        let path = path.replace('{', "%7B").replace('}', "%7D");
        let pointer = format!(
            "mem:///document#/paths/{path}/{}/{place}",
            method.to_lowercase()
        );
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler
            .add_resource("mem:///document", self.document.clone())
            .expect("the document is JSON");
        let mut schemas = Schemas::new();
        let schema = compiler
            .compile(&pointer, &mut schemas)
            .unwrap_or_else(|error| panic!("{operation}: {error:#}"));
        if let Err(error) = schemas.validate(value, schema) {
            panic!("{operation}: {error:#}\n{value:#}");
        }
    }
}

#[tokio::test]
async fn every_operation_answers_as_the_document_says() {
    let host = Arc::new(Host::new());
    let here = "127.0.0.1:0".parse().expect("an address");
    let control = Control::bind(host.clone(), here, None).await;
    let control = control.expect("a free port");
    let mut at = Traveller {
        control: control.address(),
        document: open_api(),
        seen: BTreeSet::new(),
    };
    for (operation, path) in [
        ("help", "/"),
        ("health", "/health"),
        ("document", "/openapi.json"),
    ] {
        at.go(operation, path, None).await;
    }
    for (name, provider) in [("o", "okta"), ("e", "entra")] {
        let wanted = json!({
            "name": name,
            "provider": provider,
            "seed": 7,
            "tls": false,
            "clock": { "virtual": { "start": "2030-01-01T00:00:00Z" } },
            "faults": [{ "to": "jwks", "reply": 503, "nth": 9, "ttl": "1h" }],
            "access_token_lifetime": "30m",
            "directory": { "laxity": {} },
        });
        at.go("makeWorld", "/worlds", Some(wanted)).await;
    }
    at.go("listWorlds", "/worlds", None).await;
    for world in ["o", "e"] {
        let idp = host.get(&world.parse().expect("a name")).expect("a world");
        let of = |rest: &str| format!("/worlds/{world}{rest}");
        at.go("showWorld", &of(""), None).await;
        at.go("showCredentials", &of("/credentials"), None).await;

        at.go("showClock", &of("/clock"), None).await;
        let later = json!({ "now": "2030-01-01T00:01:00Z" });
        at.go("setClock", &of("/clock"), Some(later)).await;
        let by = json!({ "by": "1m" });
        at.go("advanceClock", &of("/clock/advance"), Some(by)).await;
        let rate = json!({ "rate": 2.5 });
        at.go("runClock", &of("/clock/run"), Some(rate)).await;
        at.go("freezeClock", &of("/clock/freeze"), None).await;

        let rules = json!([
            { "to": "token", "only": { "application": idp.client_id() }, "reply": [503, 200], "headers": { "Retry-After": "2" }, "times": 2 },
            { "to": "resource", "set": { "a": null }, "hold": "h", "nth": 9 },
        ]);
        at.go("addFaults", &of("/faults"), Some(rules)).await;
        token(&idp).await;
        token(&idp).await;
        at.go("listFaults", &of("/faults"), None).await;
        at.go("removeFault", &of("/faults/2"), None).await;
        at.go("showHold", &of("/holds/h"), None).await;
        at.go("release", &of("/holds/h"), None).await;
        at.go("clearFaults", &of("/faults"), None).await;

        at.go("showJournal", &of("/journal?endpoint=token"), None)
            .await;
        at.go("followJournal", &of("/journal/follow?after=0"), None)
            .await;
        let expectations = json!([
            { "count": { "to": "token", "is": 2 } },
            { "name": "none", "never": { "to": "token", "status": "5xx" }, "hint": "retry less" },
        ]);
        at.go("verify", &of("/verify"), Some(expectations)).await;

        let recipe = json!({ "claims": { "a": [1] }, "forge": "expired" });
        let minted = at.go("mintToken", &of("/tokens"), Some(recipe)).await;
        at.go("mintRefreshToken", &of("/tokens/refresh"), None)
            .await;
        at.go("listTokens", &of("/tokens"), None).await;
        let label = json!({ "label": minted["label"] });
        at.go("revokeTokens", &of("/tokens/revoke"), Some(label))
            .await;
        at.go("clearJournal", &of("/journal"), None).await;

        let key = json!({ "kid": "new" });
        at.go("publishKey", &of("/keys"), Some(key)).await;
        at.go("activateKey", &of("/keys/new/activate"), None).await;
        at.go("replaceKey", &of("/keys/new/replace"), None).await;
        at.go("withdrawKey", &of("/keys/new"), None).await;
        at.go("listKeys", &of("/keys"), None).await;

        let limits = json!({ "limits": [{ "to": "token", "requests": 100, "per": "60s", "by": ["client"] }] });
        at.go("setLimits", &of("/limits"), Some(limits)).await;
        token(&idp).await;
        at.go("showLimits", &of("/limits"), None).await;
        at.go("showUsage", &of("/limits/usage"), None).await;

        let kept = json!({ "clock": true });
        at.go("takeSnapshot", &of("/snapshots"), Some(kept)).await;
        at.go("listSnapshots", &of("/snapshots"), None).await;
        directory(&mut at, world, &idp).await;
        at.go(
            "restoreSnapshot",
            &of("/snapshots/snapshot-1/restore"),
            None,
        )
        .await;
        at.go("deleteSnapshot", &of("/snapshots/snapshot-1"), None)
            .await;
        at.go("reset", &of("/reset"), None).await;
    }
    at.go("dropWorld", "/worlds/o", None).await;

    let mut missed: Vec<&str> = Vec::new();
    let paths = at.document["paths"].as_object().expect("paths");
    for operation in paths
        .values()
        .flat_map(|methods| methods.as_object())
        .flatten()
    {
        let id = operation.1["operationId"].as_str().expect("an id");
        if !at.seen.contains(id) {
            missed.push(id);
        }
    }
    assert_eq!(missed, [""; 0], "the journey passes by these");
}

/// Who and what the world knows, and what people decide.
async fn directory(at: &mut Traveller, world: &str, idp: &mock_idp::MockIdp) {
    let of = |rest: &str| format!("/worlds/{world}{rest}");
    at.go("showDirectory", &of("/directory"), None).await;
    let client = idp.client_id();
    let secrets = of(&format!("/directory/applications/{client}/secrets"));
    let wanted = json!({ "not_before": "2030-01-01T00:00:00Z" });
    let made = at.go("makeSecret", &secrets, Some(wanted)).await;
    let one = format!("{secrets}/{}", made["id"].as_str().expect("an id"));
    at.go("removeSecret", &one, None).await;
    let consent = json!({ "client": client, "scopes": ["a.read"] });
    at.go("consent", &of("/consent"), Some(consent)).await;

    let user = json!({ "id": "00uNew", "login": "new@okta.example", "name": "New" });
    let group = json!({ "id": "00gNew", "name": "New" });
    let application = json!({ "id": "0oaNew", "name": "New", "secrets": [{ "value": "a-new-secret" }], "grants": ["client_credentials"] });
    at.go("putUser", &of("/directory/users/00uNew"), Some(user))
        .await;
    at.go("removeUser", &of("/directory/users/00uNew"), None)
        .await;
    at.go("putGroup", &of("/directory/groups/00gNew"), Some(group))
        .await;
    at.go("removeGroup", &of("/directory/groups/00gNew"), None)
        .await;
    at.go(
        "putApplication",
        &of("/directory/applications/0oaNew"),
        Some(application),
    )
    .await;
    at.go(
        "removeApplication",
        &of("/directory/applications/0oaNew"),
        None,
    )
    .await;
    match world {
        "e" => {
            let tenant = json!({ "id": "11111111-2222-4333-8444-555555555555", "name": "New", "domains": ["new.example"] });
            let id = "/directory/tenants/11111111-2222-4333-8444-555555555555";
            at.go("putTenant", &of(id), Some(tenant)).await;
            at.go("removeTenant", &of(id), None).await;
            let identity = json!({ "client_id": "aaaaaaaa-2222-4333-8444-555555555555", "object_id": "bbbbbbbb-2222-4333-8444-555555555555", "assigned": "user" });
            let id = "/directory/managed-identities/aaaaaaaa-2222-4333-8444-555555555555";
            at.go("putManagedIdentity", &of(id), Some(identity)).await;
            at.go("removeManagedIdentity", &of(id), None).await;
            authorizations(at, world, idp).await;
        }
        _ => {
            let token = json!({ "id": "00Tnew", "name": "New", "value": "00a-new-token-of-the-org-00000000000000000", "user": idp.credentials().username });
            at.go(
                "putApiToken",
                &of("/directory/api-tokens/00Tnew"),
                Some(token),
            )
            .await;
            at.go("removeApiToken", &of("/directory/api-tokens/00Tnew"), None)
                .await;
            let server = json!({ "id": "new", "audience": "api://new", "scopes": ["a.read"] });
            let id = "/directory/authorization-servers/new";
            at.go("putAuthorizationServer", &of(id), Some(server)).await;
            at.go("removeAuthorizationServer", &of(id), None).await;
            sign_ins(at, world, idp).await;
        }
    }
    let whole = json!({ "laxity": {} });
    at.go("replaceDirectory", &of("/directory"), Some(whole))
        .await;
}

/// Sign-ins with a browser, and what happens to users.
async fn authorizations(at: &mut Traveller, world: &str, idp: &mock_idp::MockIdp) {
    let of = |rest: &str| format!("/worlds/{world}{rest}");
    let url = idp.token_url().replace("/token", "/authorize");
    for _ in 0..2 {
        let query = format!(
            "client_id={PORTAL}&response_type=code&scope=openid&redirect_uri=http://localhost/callback"
        );
        send("GET", &format!("{url}?{query}"), "").await;
    }
    at.go("listAuthorizations", &of("/authorizations"), None)
        .await;
    at.go(
        "approveAuthorization",
        &of("/authorizations/1/approve"),
        Some(json!({})),
    )
    .await;
    at.go(
        "denyAuthorization",
        &of("/authorizations/2/deny"),
        Some(json!({ "error": "access_denied" })),
    )
    .await;
    let user = idp.credentials().username;
    let automatic = json!({ "login": user });
    at.go(
        "signInAutomatically",
        &of("/automatic-sign-in"),
        Some(automatic),
    )
    .await;
    let event = json!({ "event": "location", "user": user });
    at.go("noteAccessEvent", &of("/access-events"), Some(event))
        .await;
    let wanted = json!({ "client": PIPELINE });
    at.go("makeFederatedToken", &of("/federated-tokens"), Some(wanted))
        .await;
    let revoke = of(&format!("/users/{user}/revoke-sign-ins"));
    at.go("revokeSignIns", &revoke, None).await;
    let password = json!({ "password": "another-password" });
    let change = of(&format!("/users/{user}/password"));
    at.go("changePassword", &change, Some(password)).await;
}

async fn sign_ins(at: &mut Traveller, world: &str, idp: &mock_idp::MockIdp) {
    let of = |rest: &str| format!("/worlds/{world}{rest}");
    let token = json!({ "user": "ada@okta.example", "name": "journey" });
    at.go("makeApiToken", &of("/api-tokens"), Some(token)).await;
    idp.change_directory(|directory| {
        let applications = directory.okta.applications.iter_mut();
        for application in applications.filter(|known| known.id == DEVICE) {
            application.grants.push(GrantType::DeviceCode);
        }
    });
    let mut codes = Vec::new();
    for _ in 0..2 {
        let url = idp.token_url().replace("/token", "/device/authorize");
        let answer = form(&url, &format!("client_id={DEVICE}&scope=openid")).await;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        codes.push(answer["user_code"].as_str().expect("a code").to_owned());
    }
    at.go("listSignIns", &of("/sign-ins"), None).await;
    let approve = of(&format!("/sign-ins/{}/approve", codes[0]));
    at.go("approveSignIn", &approve, Some(json!({}))).await;
    let deny = of(&format!("/sign-ins/{}/deny", codes[1]));
    at.go("denySignIn", &deny, None).await;
}

/// A token request, whatever comes of it.
async fn token(idp: &mock_idp::MockIdp) {
    let credentials = idp.credentials();
    let scope = idp.scopes(GrantType::ClientCredentials).join("%20");
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
        credentials.client_id,
        credentials.client_secret.reveal().replace('~', "%7E"),
    );
    form(&idp.token_url(), &body).await;
}

/// Posts a form to a URL of a world without TLS, and gives the body of the answer.
async fn form(url: &str, body: &str) -> String {
    send("POST", url, body).await
}

/// The body of the answer to a request without TLS.
async fn send(method: &str, url: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let rest = url.strip_prefix("http://").expect("no TLS");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = tokio::net::TcpStream::connect(host).await.expect("a world");
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    text.split_once("\r\n\r\n")
        .map_or_else(String::new, |(_, body)| body.to_owned())
}
