//! A client on reqwest that keeps its token, renews it when the API refuses it, and waits when it is asked to; and the test that
//! shows so.
//!
//! `cargo run -p mock-idp --example reqwest_client`

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::clock::VirtualClock;
use mock_idp::expect::{Expectation, Presents, Requests};
use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Entry};
use serde_json::Value;

/// The code under test: it knows nothing of the mock.
struct OrdersClient {
    http: reqwest::Client,
    token_url: String,
    orders_url: String,
    client_id: String,
    client_secret: String,
    token: Option<String>,
}

impl OrdersClient {
    /// The orders. A token that is refused is renewed once; a token endpoint that is unwell is asked once more.
    async fn orders(&mut self) -> Result<Value, Box<dyn Error>> {
        let token = match &self.token {
            Some(token) => token.clone(),
            None => self.renew().await?,
        };
        let answer = self.ask(&token).await?;
        if answer.status() != reqwest::StatusCode::UNAUTHORIZED {
            return Ok(answer.error_for_status()?.json().await?);
        }
        let token = self.renew().await?;
        let answer = self.ask(&token).await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    async fn ask(&self, token: &str) -> Result<reqwest::Response, reqwest::Error> {
        self.http
            .get(&self.orders_url)
            .bearer_auth(token)
            .send()
            .await
    }

    async fn renew(&mut self) -> Result<String, Box<dyn Error>> {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "orders.read"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        let mut answer = self.http.post(&self.token_url).form(&form).send().await?;
        if answer.status().is_server_error() {
            answer = self.http.post(&self.token_url).form(&form).send().await?;
        }
        let answer: Value = answer.error_for_status()?.json().await?;
        let token = answer["access_token"]
            .as_str()
            .ok_or("the answer has no access_token")?;
        self.token = Some(token.to_owned());
        Ok(token.to_owned())
    }
}

/// The test. Gives what the world has seen.
pub(crate) async fn run() -> Result<Vec<Entry>, Box<dyn Error>> {
    let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse()?);
    let idp = MockIdp::okta()
        .clock(Arc::new(clock.clone()))
        .access_token_lifetime(Duration::from_secs(300))
        .start()
        .await?;
    idp.expect(
        Expectation::count(Endpoint::Token)
            .at_most(3)
            .named("tokens are kept"),
    );
    idp.expect(Expectation::never(
        Requests::to(Endpoint::Resource).presenting(Presents::Rejected),
    ));
    idp.expect(Expectation::never(Requests::any().leaking_a_secret()));

    let mut client = OrdersClient {
        http: reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(
                MockIdp::ca_pem()?.as_bytes(),
            )?])
            .build()?,
        token_url: idp.token_url(),
        orders_url: idp.api_url(),
        client_id: idp.client_id(),
        client_secret: idp.client_secret().reveal().to_owned(),
        token: None,
    };

    // Two calls, one token.
    client.orders().await?;
    client.orders().await?;
    idp.verify(Expectation::count(Endpoint::Token).exactly(1))?;

    // The token expires, and the token endpoint is unwell for a moment: one renewal in two attempts.
    clock.advance(Duration::from_secs(300));
    idp.faults()
        .add(Fault::at(Endpoint::Token).times(1).reply(503));
    client.orders().await?;
    idp.verify(Expectation::order([
        Requests::to(Endpoint::Resource)
            .presenting(Presents::Expired)
            .status(401),
        Requests::to(Endpoint::Token).status(503),
        Requests::to(Endpoint::Token).status(200),
        Requests::to(Endpoint::Resource)
            .presenting(Presents::Live)
            .status(200),
    ]))?;

    // What was expected of the whole test. Dropping `idp` would panic with what is not met.
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
