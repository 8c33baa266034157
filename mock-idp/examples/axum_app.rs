//! A service on axum that lets in whoever has a token, and calls another API with a token of its own; and the test that shows
//! so. It validates tokens itself, by the key set of the issuer (RFC 7517, RFC 9068 section 4).
//!
//! `cargo run -p mock-idp --example axum_app`

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use mock_idp::clock::{Clock as _, VirtualClock};
use mock_idp::expect::{Expectation, Requests};
use mock_idp::journal::{Endpoint, Entry};
use mock_idp::{Identity, MockIdp};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

/// The service under test: it knows an issuer, not that it is a mock.
struct App {
    http: reqwest::Client,
    issuer: String,
    jwks_url: String,
    audience: String,
    token_url: String,
    orders_url: String,
    credentials: (String, String),
    /// Seconds since 1970. A clock that is handed in can be moved in a test.
    now: Box<dyn Fn() -> i64 + Send + Sync>,
    keys: OnceCell<JwkSet>,
    token: OnceCell<String>,
}

fn routes(app: Arc<App>) -> Router {
    Router::new().route("/report", get(report)).with_state(app)
}

/// How many orders there are, for whoever may ask.
async fn report(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    let bearer = headers.get(header::AUTHORIZATION);
    let token = bearer
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let caller = app.caller(token).await.ok_or(StatusCode::UNAUTHORIZED)?;
    let orders = app.orders().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(Json(json!({ "for": caller, "orders": orders })))
}

impl App {
    /// Who a token speaks for, if it is good.
    async fn caller(&self, token: &str) -> Option<String> {
        let keys = async { self.http.get(&self.jwks_url).send().await?.json().await };
        let keys = self.keys.get_or_try_init(|| keys).await.ok()?;
        let key = keys.find(&decode_header(token).ok()?.kid?)?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[&self.audience]);
        // By the clock that was handed in, below.
        rules.validate_exp = false;
        let claims = decode::<Value>(token, &DecodingKey::from_jwk(key).ok()?, &rules)
            .ok()?
            .claims;
        let is_over = claims["exp"].as_i64()? <= (self.now)();
        let caller = claims["sub"].as_str()?.to_owned();
        (!is_over).then_some(caller)
    }

    async fn orders(&self) -> Result<Value, reqwest::Error> {
        let fetch = || fetch(&self.http, &self.token_url, &self.credentials);
        let token = self.token.get_or_try_init(fetch).await?;
        let orders = self
            .http
            .get(&self.orders_url)
            .bearer_auth(token)
            .send()
            .await?;
        orders.error_for_status()?.json().await
    }
}

async fn fetch(
    http: &reqwest::Client,
    token_url: &str,
    (id, secret): &(String, String),
) -> Result<String, reqwest::Error> {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "orders.read"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let answer = http.post(token_url).form(&form).send().await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    Ok(answer["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

/// The test. Gives what the world has seen.
pub(crate) async fn run() -> Result<Vec<Entry>, Box<dyn Error>> {
    let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse()?);
    let idp = MockIdp::okta()
        .clock(Arc::new(clock.clone()))
        .start()
        .await?;
    idp.expect(
        Expectation::count(Endpoint::Jwks)
            .exactly(1)
            .named("keys are kept"),
    );

    let http = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(
            MockIdp::ca_pem()?.as_bytes(),
        )?])
        .build()?;
    let (service, caller) = (idp.identity(0, 0, 0), idp.identity(1, 0, 0));
    let (service, caller) = service
        .zip(caller)
        .ok_or("the directory has two applications")?;
    let own = |of: &Identity| {
        let secret = of.client_secret.reveal();
        (of.client_id.clone(), secret.to_owned())
    };

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let report = format!("http://{}/report", listener.local_addr()?);
    let server_clock = clock.clone();
    let app = Arc::new(App {
        http: http.clone(),
        issuer: idp.issuer(),
        jwks_url: idp.jwks_url(),
        audience: "api://default".to_owned(),
        token_url: idp.token_url(),
        orders_url: idp.api_url(),
        credentials: own(&service),
        now: Box::new(move || server_clock.now().as_second()),
        keys: OnceCell::new(),
        token: OnceCell::new(),
    });
    tokio::spawn(axum::serve(listener, routes(app)).into_future());

    // Nobody, and somebody with a token that the issuer never gave out: refused, and the orders are left alone.
    assert_eq!(http.get(&report).send().await?.status(), 401);
    let made_up = http
        .get(&report)
        .bearer_auth("made.up.token")
        .send()
        .await?;
    assert_eq!(made_up.status(), 401);
    idp.verify(Expectation::never(Endpoint::Resource))?;

    // Somebody with a token, twice: the service fetches one of its own, once.
    let token = fetch(&http, &idp.token_url(), &own(&caller)).await?;
    for _ in 0..2 {
        let answer = http.get(&report).bearer_auth(&token).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        assert_eq!(answer["for"], caller.client_id.as_str());
    }
    let by_service = Requests::to(Endpoint::Token).by_client(&service.client_id);
    idp.verify(Expectation::count(by_service).exactly(1))?;

    // A day later the caller's token is no good any more.
    clock.advance(Duration::from_secs(86_400));
    let late = http.get(&report).bearer_auth(&token).send().await?;
    assert_eq!(late.status(), 401);

    let seen = idp.journal().entries();
    idp.stop().await?;
    Ok(seen)
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it shows what came in")]
async fn main() -> Result<(), Box<dyn Error>> {
    for entry in run().await? {
        println!("{entry}");
    }
    Ok(())
}
