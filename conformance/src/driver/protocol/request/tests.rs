use std::fmt::Write as _;

use super::*;

fn open() -> Open {
    Open {
        client: "client".to_owned(),
        provider: Provider::Okta,
        idp: Idp {
            issuer: "https://127.0.0.1:1/oauth2/default".to_owned(),
            origin: "https://127.0.0.1:1".to_owned(),
            token_url: "https://127.0.0.1:1/oauth2/default/v1/token".to_owned(),
            jwks_url: "https://127.0.0.1:1/oauth2/default/v1/keys".to_owned(),
            tenant: "default".to_owned(),
            ca_file: "/tmp/ca.pem".into(),
            ca_pem: "-----BEGIN CERTIFICATE-----\n".to_owned(),
        },
        auth: Auth {
            method: "post".to_owned(),
            client_id: "app".to_owned(),
            client_secret: Some(Secret::new("hidden-1")),
            private_key_pem: None,
            kid: None,
            api_token: None,
        },
        grant: Grant::ClientCredentials,
        scopes: vec!["api.read".to_owned()],
        user: None,
        refresh_token: None,
        resource: Resource {
            url: "https://127.0.0.1:2/orders".to_owned(),
            post_url: "https://127.0.0.1:2/orders".to_owned(),
        },
        store: None,
        now: "2030-01-01T00:00:00Z".parse().expect("an instant"),
        elapsed_ms: 0,
    }
}

/// One of each, with and without what may be left out.
pub(crate) fn operations() -> Vec<Operation> {
    let client = || "client".to_owned();
    let for_a_user = Open {
        grant: Grant::RefreshToken,
        user: Some(User {
            username: "ada@example.org".to_owned(),
            password: Secret::new("hidden-2"),
        }),
        refresh_token: Some(Secret::new("hidden-3")),
        store: Some("/tmp/store".into()),
        auth: Auth {
            method: "private_key_jwt".to_owned(),
            client_id: "app".to_owned(),
            client_secret: None,
            private_key_pem: Some(Secret::new("hidden-6")),
            kid: Some("key".to_owned()),
            api_token: None,
        },
        ..open()
    };
    let call = |method: &str, body: Option<&str>| Operation::CallApi {
        client: client(),
        method: method.to_owned(),
        url: "https://127.0.0.1:2/orders".to_owned(),
        body: body.map(str::to_owned),
    };
    vec![
        Operation::Hello {
            versions: vec![1],
            runner: "tokenproof 0.1.0".to_owned(),
        },
        Operation::Open(Box::new(open())),
        Operation::Open(Box::new(for_a_user)),
        Operation::GetToken { client: client() },
        call("GET", None),
        call("POST", Some("{}")),
        Operation::ForceRefresh { client: client() },
        Operation::Invalidate { client: client() },
        Operation::SetClock {
            client: client(),
            now: open().now,
            elapsed_ms: 30_000,
        },
        Operation::Cancel { call: 3 },
        Operation::SwapCredential {
            client: client(),
            client_secret: Some(Secret::new("hidden-4")),
            refresh_token: None,
            api_token: None,
        },
        Operation::SwapCredential {
            client: client(),
            client_secret: None,
            refresh_token: Some(Secret::new("hidden-5")),
            api_token: None,
        },
        Operation::Close { client: client() },
    ]
}

#[test]
fn what_a_driver_reads() {
    let mut lines = String::new();
    for (operation, id) in operations().into_iter().zip(1..) {
        let line = serde_json::to_string(&Request { id, operation }).expect("JSON");
        assert!(!line.contains('\n'));
        writeln!(lines, "{line}").expect("text");
    }
    insta::assert_snapshot!(lines, @r#"
    {"id":1,"op":"hello","versions":[1],"runner":"tokenproof 0.1.0"}
    {"id":2,"op":"open","client":"client","provider":"okta","idp":{"issuer":"https://127.0.0.1:1/oauth2/default","origin":"https://127.0.0.1:1","token_url":"https://127.0.0.1:1/oauth2/default/v1/token","jwks_url":"https://127.0.0.1:1/oauth2/default/v1/keys","tenant":"default","ca_file":"/tmp/ca.pem","ca_pem":"-----BEGIN CERTIFICATE-----\n"},"auth":{"method":"post","client_id":"app","client_secret":"hidden-1"},"grant":"client_credentials","scopes":["api.read"],"resource":{"url":"https://127.0.0.1:2/orders","post_url":"https://127.0.0.1:2/orders"},"now":"2030-01-01T00:00:00Z","elapsed_ms":0}
    {"id":3,"op":"open","client":"client","provider":"okta","idp":{"issuer":"https://127.0.0.1:1/oauth2/default","origin":"https://127.0.0.1:1","token_url":"https://127.0.0.1:1/oauth2/default/v1/token","jwks_url":"https://127.0.0.1:1/oauth2/default/v1/keys","tenant":"default","ca_file":"/tmp/ca.pem","ca_pem":"-----BEGIN CERTIFICATE-----\n"},"auth":{"method":"private_key_jwt","client_id":"app","private_key_pem":"hidden-6","kid":"key"},"grant":"refresh_token","scopes":["api.read"],"user":{"username":"ada@example.org","password":"hidden-2"},"refresh_token":"hidden-3","resource":{"url":"https://127.0.0.1:2/orders","post_url":"https://127.0.0.1:2/orders"},"store":"/tmp/store","now":"2030-01-01T00:00:00Z","elapsed_ms":0}
    {"id":4,"op":"get_token","client":"client"}
    {"id":5,"op":"call_api","client":"client","method":"GET","url":"https://127.0.0.1:2/orders"}
    {"id":6,"op":"call_api","client":"client","method":"POST","url":"https://127.0.0.1:2/orders","body":"{}"}
    {"id":7,"op":"force_refresh","client":"client"}
    {"id":8,"op":"invalidate","client":"client"}
    {"id":9,"op":"set_clock","client":"client","now":"2030-01-01T00:00:00Z","elapsed_ms":30000}
    {"id":10,"op":"cancel","call":3}
    {"id":11,"op":"swap_credential","client":"client","client_secret":"hidden-4"}
    {"id":12,"op":"swap_credential","client":"client","refresh_token":"hidden-5"}
    {"id":13,"op":"close","client":"client"}
    "#);
}

#[test]
fn what_is_written_can_be_read() {
    for (operation, id) in operations().into_iter().zip(1..) {
        let line = serde_json::to_string(&Request { id, operation }).expect("JSON");
        let read = Request::read(line.as_bytes()).expect("a request");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), line);
    }
}

#[test]
fn a_member_that_is_not_known_is_ignored_and_an_operation_is_answered() {
    let request = br#"{"id":1,"op":"get_token","client":"c1","haste":true}"#;
    assert!(Request::read(request).is_ok());
    let request = br#"{"id":7,"op":"juggle","client":"c1"}"#;
    let read = Request::read(request);
    assert!(matches!(read, Err(Unread::Unsupported { id: 7, .. })));
    for request in ["hello?", "{}", r#"{"op":"get_token","client":"c1"}"#] {
        let read = Request::read(request.as_bytes());
        assert_eq!(read.err(), Some(Unread::NoRequest));
    }
}

#[test]
fn an_operation_is_called_what_it_is_called_in_its_line() {
    for operation in operations() {
        let line = serde_json::to_value(&operation).expect("JSON");
        assert_eq!(line["op"], operation.name());
    }
}

#[test]
fn no_secret_is_shown_for_debugging() {
    let shown = format!("{:?}", operations());
    assert!(!shown.contains("hidden"), "{shown}");
}
