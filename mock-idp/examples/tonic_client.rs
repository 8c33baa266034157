//! A gRPC client on tonic that shows a bearer token and renews it when the server no longer takes it; and the test that shows
//! so, with the standard health service behind an interceptor.
//!
//! `cargo run -p mock-idp --example tonic_client`

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::clock::VirtualClock;
use mock_idp::expect::Expectation;
use mock_idp::journal::{Endpoint, Entry};
use serde_json::Value;
use tonic::metadata::MetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::server::health_reporter;

/// The code under test: it asks whether a service is well, with a token of its own.
struct Watcher {
    http: reqwest::Client,
    token_url: String,
    client_id: String,
    client_secret: String,
    channel: Channel,
    /// Shared with the interceptor, which cannot wait.
    token: Arc<Mutex<String>>,
}

impl Watcher {
    /// Whether the server is well. A token that is not taken is renewed once.
    async fn is_well(&self) -> Result<bool, Box<dyn Error>> {
        match self.check().await {
            Err(status) if status.code() == Code::Unauthenticated => {
                self.renew().await?;
                Ok(self.check().await?)
            }
            answer => Ok(answer?),
        }
    }

    async fn check(&self) -> Result<bool, Status> {
        let token = self.token.clone();
        let show = move |mut request: Request<()>| {
            let token = token.lock().unwrap_or_else(PoisonError::into_inner);
            let value: MetadataValue<_> = format!("Bearer {token}")
                .parse()
                .map_err(|_| Status::internal("the token is no header value"))?;
            request.metadata_mut().insert("authorization", value);
            Ok(request)
        };
        let mut client = HealthClient::with_interceptor(self.channel.clone(), show);
        let answer = client.check(HealthCheckRequest::default()).await?;
        let serving = tonic_health::pb::health_check_response::ServingStatus::Serving;
        Ok(answer.into_inner().status() == serving)
    }

    async fn renew(&self) -> Result<(), Box<dyn Error>> {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        let answer = self.http.post(&self.token_url).form(&form).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let token = answer["access_token"]
            .as_str()
            .ok_or("the answer has no access_token")?;
        token.clone_into(&mut self.token.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

/// The server's side of the test: it takes what the world has issued, for as long as that lives.
fn is_good(idp: &MockIdp, request: &Request<()>) -> bool {
    let shown = request.metadata().get("authorization");
    let token = shown.and_then(|shown| shown.to_str().ok()?.strip_prefix("Bearer "));
    let label = token.and_then(|token| idp.label_of(token));
    let tokens = idp.tokens();
    let facts = tokens.iter().find(|facts| Some(facts.label) == label);
    facts.is_some_and(|facts| facts.expires_at.is_some_and(|end| end > idp.clock().now()))
}

/// The test. Gives what the world has seen.
pub(crate) async fn run() -> Result<Vec<Entry>, Box<dyn Error>> {
    let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse()?);
    let idp = MockIdp::entra()
        .clock(Arc::new(clock.clone()))
        .start()
        .await?;
    let idp = Arc::new(idp);

    let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = incoming.local_addr()?;
    let (_reporter, health) = health_reporter();
    let gate = {
        let idp = idp.clone();
        move |request: Request<()>| match is_good(&idp, &request) {
            true => Ok(request),
            false => Err(Status::unauthenticated("no token that is good")),
        }
    };
    let service = InterceptedService::new(health, gate);
    let server = tokio::spawn(
        Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming),
    );

    let watcher = Watcher {
        http: reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(
                MockIdp::ca_pem()?.as_bytes(),
            )?])
            .build()?,
        token_url: idp.token_url(),
        client_id: idp.client_id(),
        client_secret: idp.client_secret().reveal().to_owned(),
        channel: Channel::from_shared(format!("http://{address}"))?
            .connect()
            .await?,
        token: Arc::default(),
    };
    // Many calls, one token.
    for _ in 0..5 {
        assert!(watcher.is_well().await?);
    }
    idp.verify(Expectation::count(Endpoint::Token).exactly(1))?;
    // It expires, and is renewed.
    clock.advance(Duration::from_secs(86_400));
    assert!(watcher.is_well().await?);
    idp.verify(Expectation::count(Endpoint::Token).exactly(2))?;
    server.abort();
    Ok(idp.journal().entries())
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it shows what came in")]
async fn main() -> Result<(), Box<dyn Error>> {
    for entry in run().await? {
        println!("{entry}");
    }
    Ok(())
}
