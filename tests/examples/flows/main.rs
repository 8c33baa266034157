//! Every way to a token, each against a mock that runs inside of the program.
//!
//! ```text
//! cargo run -p tests --example flows                  all of them
//! cargo run -p tests --example flows -- device_code   one
//! ```
//!
//! The addresses and the trust in them (`stage.rs`) are the mock's; all else is what a program in production does.

#![expect(clippy::print_stdout, reason = "an example says what it does")]

mod api_token;
mod authorization_code;
mod bound_tokens;
mod certificate;
mod claims_challenge;
mod client_credentials;
mod device_code;
mod managed_identity;
mod on_behalf_of;
mod openapi;
mod password;
mod platform_token;
mod private_key;
mod refresh_token;
mod stage;
mod token_exchange;

use std::env;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

type Outcome = Result<(), Box<dyn Error>>;
type Running = Pin<Box<dyn Future<Output = Outcome>>>;

/// A name, and what runs under it.
type Flow = (&'static str, fn() -> Running);

const FLOWS: [Flow; 15] = [
    ("api_token", || Box::pin(api_token::run())),
    ("authorization_code", || Box::pin(authorization_code::run())),
    ("bound_tokens", || Box::pin(bound_tokens::run())),
    ("certificate", || Box::pin(certificate::run())),
    ("claims_challenge", || Box::pin(claims_challenge::run())),
    ("client_credentials", || Box::pin(client_credentials::run())),
    ("device_code", || Box::pin(device_code::run())),
    ("managed_identity", || Box::pin(managed_identity::run())),
    ("on_behalf_of", || Box::pin(on_behalf_of::run())),
    ("openapi", || Box::pin(openapi::run())),
    ("password", || Box::pin(password::run())),
    ("platform_token", || Box::pin(platform_token::run())),
    ("private_key", || Box::pin(private_key::run())),
    ("refresh_token", || Box::pin(refresh_token::run())),
    ("token_exchange", || Box::pin(token_exchange::run())),
];

#[tokio::main]
async fn main() -> ExitCode {
    let wanted = env::args().nth(1);
    let mut known = false;
    for (name, run) in FLOWS {
        if wanted.as_deref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        known = true;
        println!("{name}");
        if let Err(error) = run().await {
            println!("  failed: {error}");
            return ExitCode::FAILURE;
        }
    }
    if !known {
        let names = FLOWS.map(|(name, _)| name);
        println!("there is no such flow; these are: {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_flow_brings_a_token() {
        for (name, run) in FLOWS {
            let outcome = run().await.map_err(|error| error.to_string());
            assert_eq!(outcome, Ok(()), "{name}");
        }
    }
}
