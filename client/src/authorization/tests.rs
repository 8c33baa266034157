//! The address, and what comes back from it.

use proptest::prelude::*;

use super::*;
use crate::testkit::Counting;

const CALLBACK: &str = "http://127.0.0.1:8000/cb";

fn provider() -> Provider {
    Provider::okta_custom("https://dev-1.okta.com", "default").unwrap()
}

fn request_of(provider: &Provider, scope: Option<&str>) -> AuthorizationRequest {
    let entropy = Counting::new();
    AuthorizationRequest::new(provider, "app", CALLBACK, scope, &[], &entropy).unwrap()
}

fn request() -> AuthorizationRequest {
    request_of(&provider(), Some("openid api"))
}

fn lines(url: &str) -> String {
    url.replace(['?', '&'], "\n")
}

#[test]
fn the_address_has_state_nonce_and_challenge() {
    insta::assert_snapshot!(lines(&request().url()), @"
    https://dev-1.okta.com/oauth2/default/v1/authorize
    response_type=code
    client_id=app
    redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb
    scope=openid+api
    state=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
    nonce=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI
    code_challenge=g77gcvvTQj90gfwWOCFjatjPtz-u8N0FgfOXnqDHMbk
    code_challenge_method=S256
    ");
}

#[test]
fn an_older_endpoint_is_told_the_resource() {
    let provider = Provider::entra_v1("https://login.microsoftonline.com", "contoso").unwrap();
    let request = request_of(&provider, Some("openid api://orders/.default"));
    insta::assert_snapshot!(lines(&request.url()), @"
    https://login.microsoftonline.com/contoso/oauth2/authorize
    response_type=code
    client_id=app
    redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb
    resource=api%3A%2F%2Forders
    scope=openid
    state=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
    nonce=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI
    code_challenge=g77gcvvTQj90gfwWOCFjatjPtz-u8N0FgfOXnqDHMbk
    code_challenge_method=S256
    ");
}

#[test]
fn more_is_added_and_nothing_taken_over() {
    let provider = Provider::at("https://id.example/token")
        .unwrap()
        .with_authorization_url(
            "https://id.example/authorize?policy=p 1"
                .replace(' ', "+")
                .as_str(),
        )
        .unwrap();
    let entropy = Counting::new();
    let capabilities = ["cp1".to_owned()];
    let request =
        AuthorizationRequest::new(&provider, "app", CALLBACK, None, &capabilities, &entropy);
    let request = request
        .unwrap()
        .param("login_hint", "ann@example.com")
        .unwrap()
        .claims(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#)
        .unwrap();
    insta::assert_snapshot!(lines(&request.url()), @"
    https://id.example/authorize
    policy=p+1
    response_type=code
    client_id=app
    redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb
    state=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
    code_challenge=bB1ju9q0N8VDaMu9iIaohqea2XcpfiZe6_H19fAVM7k
    code_challenge_method=S256
    claims=%7B%22access_token%22%3A%7B%22acrs%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22c1%22%7D%2C%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D%7D%7D
    login_hint=ann%40example.com
    ");
    assert!(request.claims("[]").is_err());
    for name in OWN {
        let refused = self::request()
            .param(&name.to_uppercase(), "x")
            .unwrap_err();
        assert!(matches!(refused, Misuse::BadParameter(_)), "{name}");
    }
}

/// The challenge of RFC 7636 appendix B.
#[test]
fn the_challenge_is_that_of_the_standard() {
    assert_eq!(
        challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn the_verifier_is_as_long_as_the_standard_wants() {
    let verifier = request().verifier;
    assert_eq!(verifier.expose().len(), 43);
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    assert!(verifier.expose().chars().all(unreserved));
}

#[test]
fn each_request_has_secrets_of_its_own() {
    let entropy = Counting::new();
    let make = || {
        let scope = Some("openid");
        AuthorizationRequest::new(&provider(), "app", CALLBACK, scope, &[], &entropy).unwrap()
    };
    let (one, other) = (make(), make());
    assert_ne!(one.state(), other.state());
    assert!(!one.verifier.matches(&other.verifier));
    assert!(!one.nonce.unwrap().matches(&other.nonce.unwrap()));
}

fn told(request: &mut AuthorizationRequest, redirect: &str) -> String {
    match request.accept(redirect) {
        Ok(code) => format!("code {}", code.secret().expose()),
        Err(error) => error.to_string(),
    }
}

/// What comes of a redirect in which `S` is the state.
fn accepted(redirect: &str) -> String {
    let mut request = request();
    let redirect = redirect.replace("=S", &format!("={}", request.state()));
    told(&mut request, &redirect)
}

#[test]
fn redirects_in_every_form() {
    let lines = [
        accepted("http://127.0.0.1:8000/cb?code=a%2Fb+c&state=S&session_state=x#"),
        accepted("/cb?state=S&code=c"),
        accepted("?state=S&code=c"),
        accepted("state=S&code=c?d"),
        accepted("com.example.app:/cb?code=c&state=S"),
        accepted("https://h/cb?code=c&state=S&iss=https%3A%2F%2Fdev-1.okta.com%2Foauth2%2Fdefault"),
        accepted("https://h/cb?error=access_denied&error_description=The+user+said%0Ano&state=S"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    code a/b c
    code c
    code c
    code c?d
    code c
    code c
    sign-in was refused with access_denied: The user said no
    ");
}

#[test]
fn redirects_that_are_refused() {
    let lines = [
        accepted("https://h/cb?code=c"),
        accepted("https://h/cb?code=c&state=other"),
        accepted("https://h/cb?code=c&state="),
        accepted("https://h/cb#code=c&state=S"),
        accepted("https://h/cb?error=access_denied&state=other"),
        accepted("https://h/cb?state=S"),
        accepted("https://h/cb?state=S&code="),
        accepted("https://h/cb?state=S&code=a&code=b"),
        accepted("https://h/cb?state=S&state=S&code=a"),
        accepted("https://h/cb?state=S&code=c&iss=https://evil.example"),
        accepted("https://h/cb?state=S&error=server_error&iss=https://evil.example"),
        accepted(""),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    sign-in came back with a state that is not of this request; drop it
    sign-in came back with a state that is not of this request; drop it
    sign-in came back with a state that is not of this request; drop it
    sign-in came back with a state that is not of this request; drop it
    sign-in came back with a state that is not of this request; drop it
    sign-in came back without a code
    sign-in came back without a code
    sign-in came back with more than one code
    sign-in came back with more than one state
    sign-in came back from issuer "https://evil.example" in place of "https://dev-1.okta.com/oauth2/default"
    sign-in came back from issuer "https://evil.example" in place of "https://dev-1.okta.com/oauth2/default"
    sign-in came back with a state that is not of this request; drop it
    "#);
}

#[test]
fn a_provider_that_always_names_itself_must() {
    let strict = provider().with_issuer("https://id.example", true);
    let mut request = request_of(&strict, None);
    let with = |more: &str| format!("?code=c&state={}{more}", request.state());
    let (without, right) = (with(""), with("&iss=https://id.example"));
    insta::assert_snapshot!(told(&mut request, &without), @"sign-in came back without its issuer (RFC 9207 section 2.4)");
    insta::assert_snapshot!(told(&mut request, &right), @"code c");

    let unknown = Provider::entra("https://login.example", "organizations").unwrap();
    let mut request = request_of(&unknown, None);
    let redirect = format!("?code=c&state={}&iss=https://sts.example", request.state());
    assert_eq!(
        told(&mut request, &redirect),
        "code c",
        "nothing to compare it with"
    );
}

#[test]
fn a_redirect_is_accepted_once_and_a_forged_one_spoils_nothing() {
    let mut request = request();
    let redirect = format!("?code=c&state={}", request.state());
    let lines = [
        told(&mut request, "?code=forged&state=guessed"),
        told(&mut request, &redirect),
        told(&mut request, &redirect),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    sign-in came back with a state that is not of this request; drop it
    code c
    this sign-in has come back before; begin another
    ");
}

#[test]
fn where_a_browser_may_come_back_to() {
    let lines: Vec<_> = [
        "https://app.example/cb?x=1",
        "http://localhost/cb",
        "com.example.app:/cb",
        "http://app.example/cb",
        "https://app.example/cb#x",
        "https://user@app.example/cb",
        "/cb",
        "1x:/cb",
        "https://app.example/a b",
        "",
    ]
    .into_iter()
    .map(|uri| match check_redirect_uri(uri) {
        Ok(()) => format!("{uri:30} is fine"),
        Err(misuse) => misuse.to_string(),
    })
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    https://app.example/cb?x=1     is fine
    http://localhost/cb            is fine
    com.example.app:/cb            is fine
    redirect URI "http://app.example/cb" is not usable: credentials go over https, or over http to this machine only
    redirect URI "https://app.example/cb#x" is not usable: it must be ASCII without fragment and spaces
    redirect URI "https://***@app.example/cb" is not usable: it must not hold a user name or password
    redirect URI "/cb" is not usable: it is not an absolute address
    redirect URI "1x:/cb" is not usable: it is not an absolute address
    redirect URI "https://app.example/a b" is not usable: it must be ASCII without fragment and spaces
    redirect URI "" is not usable: it is not an absolute address
    "#);
}

#[test]
fn the_nonce_has_to_come_back() {
    let code = |scope| {
        let mut request = request_of(&provider(), scope);
        let redirect = format!("?code=c&state={}", request.state());
        request.accept(&redirect).unwrap()
    };
    let id_token =
        |claims: String| Secret::new(format!("e30.{}.s", URL_SAFE_NO_PAD.encode(claims)));
    let code_with = code(Some("openid"));
    let nonce = code_with.nonce.clone().unwrap();
    let right = id_token(format!(r#"{{"nonce":"{}"}}"#, nonce.expose()));
    let wrong = [
        id_token(r#"{"nonce":"other"}"#.to_owned()),
        id_token(r#"{"nonce":1}"#.to_owned()),
        id_token("{}".to_owned()),
        Secret::new("a.?.c"),
        Secret::new(""),
    ];
    assert_eq!(code_with.check_nonce(Some(&right)), Ok(()));
    assert_eq!(code_with.check_nonce(None), Err(ProtocolError::WrongNonce));
    for token in wrong {
        assert_eq!(
            code_with.check_nonce(Some(&token)),
            Err(ProtocolError::WrongNonce),
            "{}",
            token.expose()
        );
    }
    assert_eq!(code(Some("api")).check_nonce(None), Ok(()), "none was sent");
}

#[test]
fn debug_masks() {
    let mut request = request();
    let secrets = [
        request.state().to_owned(),
        request.verifier.expose().to_owned(),
    ];
    let redirect = format!("?code=canary&state={}", request.state());
    let code = request.accept(&redirect).unwrap();
    let shown = format!("{request:?} {code:?}");
    assert!(!shown.contains("canary"), "{shown}");
    for secret in secrets {
        assert!(!shown.contains(&secret), "{shown}");
    }
}

proptest! {
    #[test]
    fn no_redirect_breaks_it_or_gets_by_the_state(redirect in "(https://h/|\\?|&|=|#|%|state|code|[a-zé%+]{0,5}){0,12}") {
        prop_assert!(request().accept(&redirect).is_err());
    }

    #[test]
    fn any_code_comes_back_whole(code in "\\PC{1,40}") {
        let mut request = request();
        let redirect = format!("https://h/cb?code={}&state={}", Form::encode(&code), request.state());
        prop_assert_eq!(told(&mut request, &redirect), format!("code {code}"));
    }
}
