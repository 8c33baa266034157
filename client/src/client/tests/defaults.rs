//! The seams' defaults together: system clock, tokio, a real socket.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{ClientAuth, GrantSource, Provider, Secret, TokenClient};

#[tokio::test]
async fn a_token_comes_over_a_real_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let mut request = String::new();
        while !request.ends_with("scope=api") {
            let mut some = [0; 1024];
            let length = stream.read(&mut some).await.expect("a request");
            request.push_str(&String::from_utf8_lossy(&some[..length]));
        }
        let body = r#"{"access_token":"AT1","expires_in":3600}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer = head + body;
        stream.write_all(answer.as_bytes()).await.expect("sent");
        request
    });

    let auth = ClientAuth::SecretBasic {
        id: "app".to_owned(),
        secret: Secret::new("s"),
    };
    let provider = Provider::okta_custom(&format!("http://{at}"), "default").expect("loopback");
    let client = TokenClient::builder(provider, auth, GrantSource::ClientCredentials)
        .scopes(["api"])
        .build()
        .expect("a good configuration");
    let token = client.token().await.expect("a token");
    assert_eq!(token.secret().expose(), "AT1");
    assert_eq!(token.scope(), Some("api"));

    let request = server.await.expect("no panic").to_ascii_lowercase();
    assert!(request.starts_with("post /oauth2/default/v1/token http/1.1\r\n"));
    assert!(request.contains("authorization: basic "), "{request}");
    assert!(!request.contains("client_id"), "one method per request");
}
