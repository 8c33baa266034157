use super::*;
use crate::GrantSource;
use crate::testkit::Stage;

fn request(redirect_uri: &str) -> AuthorizationRequest {
    let stage = Stage::new(GrantSource::SignIn, |builder| builder);
    stage.client.authorization_request(redirect_uri).unwrap()
}

/// What a browser gets for this, without headers.
async fn visit(port: u16, sent: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    if stream.read_to_string(&mut answer).await.is_err() || answer.is_empty() {
        return "cut off".to_owned();
    }
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let words = body
        .split("<p>")
        .nth(1)
        .and_then(|rest| rest.split("</p>").next());
    let status = head.split("\r\n").next().unwrap_or_default();
    format!("{status}: {}", words.unwrap_or_default())
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

async fn bound(redirect_uri: &str) -> (LoopbackReceiver, AuthorizationRequest, u16) {
    let receiver = LoopbackReceiver::bind(redirect_uri).await.unwrap();
    let uri: Uri = receiver.redirect_uri().parse().unwrap();
    let request = request(receiver.redirect_uri());
    (receiver, request, uri.port_u16().unwrap())
}

#[tokio::test]
async fn what_is_not_the_sign_in_does_not_end_the_wait() {
    let (receiver, mut request, port) = bound("http://localhost/back").await;
    let state = request.state().to_owned();
    let waiting = tokio::spawn(async move {
        let outcome = receiver.receive(&mut request).await;
        outcome.map(|code| code.secret().expose().to_owned())
    });
    // A connection on which nothing comes, as browsers open them, keeps nobody waiting.
    let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .unwrap();
    let ours = get(&format!("/back?code=c1&state={state}"));
    let lines = [
        visit(port, &get("/favicon.ico")).await,
        visit(port, &get("/back")).await,
        visit(port, &get("/back?code=c2&state=forged")).await,
        visit(port, &get("/back?code=c2&code=c3&state=forged")).await,
        visit(port, &ours.replace("GET", "POST")).await,
        visit(port, "nonsense\r\n\r\n").await,
        visit(port, &format!("GET /{}", "x".repeat(40_000))).await,
        visit(port, &ours).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    HTTP/1.1 404 Not Found: There is nothing here.
    HTTP/1.1 404 Not Found: There is nothing here.
    HTTP/1.1 400 Bad Request: This is not the sign-in that is waited for.
    HTTP/1.1 400 Bad Request: This is not the sign-in that is waited for.
    HTTP/1.1 404 Not Found: There is nothing here.
    cut off
    cut off
    HTTP/1.1 200 OK: You are signed in. You can close this window.
    ");
    assert_eq!(waiting.await.unwrap().unwrap(), "c1");
    drop(silent);
    // Nobody listens any more.
    tokio::task::yield_now().await;
    assert!(
        TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_refusal_is_told_to_the_application() {
    let (receiver, mut request, port) = bound("http://127.0.0.1/").await;
    let state = request.state().to_owned();
    let waiting = tokio::spawn(async move { receiver.receive(&mut request).await });
    let refused = get(&format!("/?error=access_denied&state={state}"));
    insta::assert_snapshot!(visit(port, &refused).await, @"HTTP/1.1 200 OK: You are not signed in. You can close this window and look at the application.");
    insta::assert_snapshot!(waiting.await.unwrap().unwrap_err(), @"sign-in was refused with access_denied");
}

#[tokio::test]
async fn only_this_machine_is_listened_to() {
    let mut lines = Vec::new();
    for uri in [
        "https://localhost/",
        "http://0.0.0.0/",
        "http://10.0.0.1:80/",
        "http://localhost.example/",
        "http://localhost/?a=b",
        "http://u@localhost/",
        "app://localhost/",
        "localhost",
        "",
    ] {
        lines.push(LoopbackReceiver::bind(uri).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    redirect URI "https://localhost/" is not usable: it is received over plain http, which goes no further than this machine
    redirect URI "http://0.0.0.0/" is not usable: it does not lead to this machine
    redirect URI "http://10.0.0.1:80/" is not usable: it does not lead to this machine
    redirect URI "http://localhost.example/" is not usable: it does not lead to this machine
    redirect URI "http://localhost/" is not usable: it must have no query, no fragment and no user name
    redirect URI "http://u@localhost/" is not usable: it must have no query, no fragment and no user name
    redirect URI "app://localhost/" is not usable: it is received over plain http, which goes no further than this machine
    redirect URI "localhost" is not usable: it is received over plain http, which goes no further than this machine
    redirect URI "" is not usable: it is not an absolute http address
    "#);
    let first = LoopbackReceiver::bind("http://127.0.0.1/x").await.unwrap();
    assert!(first.redirect_uri().starts_with("http://127.0.0.1:"));
    assert!(first.redirect_uri().ends_with("/x"));
    let taken = LoopbackReceiver::bind(first.redirect_uri())
        .await
        .unwrap_err();
    assert!(
        taken.to_string().contains("Address already in use"),
        "{taken}"
    );
}
