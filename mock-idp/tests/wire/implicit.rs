//! Tokens straight from the authorization endpoint: the implicit and the hybrid flow (OpenID Connect Core sections 3.2 and 3.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::directory::ImplicitToken;
use mock_idp::journal::{Endpoint, Origin};
use sha2::{Digest as _, Sha256};

use crate::browser::{
    Ask, Browser, PORTAL, SPA, WEB, change_portal, hidden, redeem, sent, sent_to,
};
use crate::codes::claims;
use crate::stage::Stage;

const ALL: [ImplicitToken; 2] = [ImplicitToken::IdToken, ImplicitToken::AccessToken];

/// A world in which the portal may have these without a code.
async fn enabled(tokens: &[ImplicitToken]) -> Stage {
    let stage = Stage::entra().await;
    change_portal(&stage, |portal| portal.implicit = tokens.to_vec());
    stage
}

fn ask(stage: &Stage, response_type: &str) -> Ask {
    Ask::new(stage)
        .with("response_type", response_type)
        .with("nonce", "n-7")
}

fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}

/// The names of a token's claims.
fn names(token: &str) -> String {
    let claims = claims(token);
    let names = claims.as_object().unwrap().keys().cloned();
    names.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_id_token_vouches_for_the_code_beside_it() {
    let stage = enabled(&[ImplicitToken::IdToken]).await;
    let mut browser = Browser::new(&stage);
    let ask = ask(&stage, "code id_token");
    let back = browser.signed_in(&ask).await;
    assert_eq!(back.names(), "code id_token state session_state");
    let id_token = back.get("id_token").unwrap();
    insta::assert_snapshot!(names(id_token), @"aud iss iat nbf exp aio c_hash name nonce oid preferred_username rh sid sub tid uti ver");
    let told = claims(id_token);
    assert_eq!(told["nonce"], "n-7");
    assert_eq!(told["aud"], PORTAL);
    assert_eq!(told["c_hash"], half_hash(&back.code()));
    // The code gives another, of the same sign-in, that vouches for nothing.
    let answer = redeem(&stage, &back.code()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let second = claims(&answer.text("id_token"));
    assert_eq!(
        (&second["sid"], &second["sub"]),
        (&told["sid"], &told["sub"])
    );
    assert_eq!(second["nonce"], "n-7");
    assert!(second["c_hash"].is_null());
    // What a confidential client usually asks for.
    let posted = browser.ask(&ask.with("response_mode", "form_post")).await;
    let fields = hidden(&posted);
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "id_token", "state", "session_state"]);
    let told = claims(&fields[1].1);
    assert_eq!(told["c_hash"], half_hash(&fields[0].1));
}

#[tokio::test]
async fn an_access_token_comes_in_the_fragment() {
    let stage = enabled(&ALL).await;
    let mut browser = Browser::new(&stage);
    let ask = ask(&stage, "id_token token").with("client_info", "1");
    let page = browser.ask(&ask).await;
    let who = stage.idp.credentials();
    let answer = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert!(
        answer
            .header("location")
            .unwrap()
            .contains("/callback#access_token=")
    );
    let back = sent(&answer);
    assert_eq!(
        back.names(),
        "access_token token_type expires_in scope id_token client_info state session_state"
    );
    let token = back.get("access_token").unwrap();
    assert_eq!(
        claims(back.get("id_token").unwrap())["at_hash"],
        half_hash(token)
    );
    assert_eq!(back.get("scope"), Some("openid profile User.Read"));
    let seconds: i64 = back.get("expires_in").unwrap().parse().unwrap();
    assert!((3_599..5_400).contains(&seconds), "{seconds}");
    // It is a token like any other: it opens Graph, has a name, and nobody has proved to be the application.
    assert_eq!(claims(token)["appidacr"], "0");
    let me = format!("{}/v1.0/me", stage.idp.origin(Origin::Graph));
    assert_eq!(stage.get_with(&me, token).await.status, 200);
    let issued = stage.idp.tokens();
    let [only] = issued.as_slice() else {
        panic!("{issued:?}")
    };
    assert_eq!(stage.idp.label_of(token), Some(only.label));
    // The journal names it and does not show it.
    let entries = stage.idp.journal().entries();
    let written = serde_json::to_string(&entries).unwrap();
    for secret in [token, back.get("id_token").unwrap()] {
        assert!(!written.contains(secret));
        assert!(!written.contains(secret.rsplit('.').next().unwrap()));
    }
    let sign_in = entries
        .iter()
        .find(|entry| entry.endpoint == Endpoint::SignIn)
        .unwrap();
    assert_eq!(sign_in.issued().len(), 1);
    // Either comes alone, too, and without a code there is no challenge to ask a single-page application for.
    let alone = |types: &str| {
        ask.clone()
            .with("response_type", types)
            .with("redirect_uri", SPA)
            .with("prompt", "none")
    };
    let back = sent(&browser.ask(&alone("token").without("nonce")).await);
    assert_eq!(
        back.names(),
        "access_token token_type expires_in scope client_info state session_state"
    );
    let back = sent(&browser.ask(&alone("id_token")).await);
    assert_eq!(back.names(), "id_token client_info state session_state");
    assert!(claims(back.get("id_token").unwrap())["at_hash"].is_null());
}

#[tokio::test]
async fn what_the_registration_does_not_enable_is_refused() {
    let asked = [
        "id_token",
        "code id_token",
        "token",
        "id_token token",
        "code token",
        "code id_token token",
    ];
    let mut told = Vec::new();
    for enabled_tokens in [&ALL[..0], &ALL[..1], &ALL[1..], &ALL[..]] {
        let stage = enabled(enabled_tokens).await;
        stage.idp.sign_in_automatically(Some("ada@contoso.example"));
        for types in asked {
            let answer = Browser::new(&stage).ask(&ask(&stage, types)).await;
            let location = answer.header("location").unwrap();
            assert!(location.starts_with(&format!("{WEB}#")), "{location}");
            let back = sent_to(location);
            let number = back.error();
            let number = number.rsplit("AADSTS").next().unwrap();
            told.push(match number.trim() {
                "" => "granted".to_owned(),
                number => number.to_owned(),
            });
        }
        told.push("\n".to_owned());
    }
    insta::assert_snapshot!(told.join(" "), @"
    700054 700054 700051 700051 700051 700051 
     granted granted 700051 700051 700051 700051 
     700054 700054 granted 700054 70005 700054 
     granted granted granted granted 70005 70005
    ");
}

#[tokio::test]
async fn what_a_request_for_tokens_has_to_say() {
    let stage = enabled(&ALL).await;
    let mut browser = Browser::new(&stage);
    let ask = ask(&stage, "id_token");
    let mut told = Vec::new();
    for ask in [
        ask.clone().without("nonce"),
        ask.clone().with("nonce", ""),
        ask.clone().with("response_mode", "query"),
        ask.clone().with("response_mode", "web_message"),
        ask.clone()
            .with("response_type", "code id_token")
            .without("nonce"),
        ask.clone().with("response_type", "id_token id_token x"),
        ask.clone().with("prompt", "none"),
    ] {
        let answer = browser.ask(&ask).await;
        let location = answer.header("location").unwrap();
        // Errors, too, are told in the fragment.
        assert!(location.starts_with(&format!("{WEB}#error=")), "{location}");
        told.push(sent(&answer).error());
    }
    insta::assert_snapshot!(told.join("\n"), @"
    invalid_request AADSTS900144
    invalid_request AADSTS900144
    invalid_request AADSTS70007
    invalid_request AADSTS70007
    invalid_request AADSTS900144
    unsupported_response_type AADSTS70005
    login_required AADSTS50058
    ");
}

/// Whoever decides without a page gives the same; at v1.0 an id token is one of v1.0.
#[tokio::test]
async fn without_a_page_and_at_v1() {
    let stage = enabled(&ALL).await;
    let mut browser = Browser::new(&stage);
    browser.ask(&ask(&stage, "code id_token")).await;
    let [pending] = &stage.idp.pending_authorizations()[..] else {
        panic!("none")
    };
    let back = stage
        .idp
        .approve_authorization(pending.id, "ada@contoso.example")
        .unwrap();
    let back = sent_to(&back.url);
    assert_eq!(
        claims(back.get("id_token").unwrap())["c_hash"],
        half_hash(&back.code())
    );
    stage.idp.sign_in_automatically(Some("ada@contoso.example"));
    let url = stage.idp.token_url().replace("/v2.0/token", "/authorize");
    let of_v1 = ask(&stage, "id_token token")
        .at(url)
        .without("scope")
        .with("resource", "https://graph.microsoft.com");
    let back = sent(&browser.ask(&of_v1).await);
    let told = claims(back.get("id_token").unwrap());
    assert_eq!(told["ver"], "1.0");
    assert_eq!(
        told["at_hash"],
        half_hash(back.get("access_token").unwrap())
    );
    let issuer = format!("https://sts.windows.net/{}/", stage.idp.tenant());
    assert_eq!(told["iss"], issuer);
}
