//! A mock identity provider that answers like Microsoft Entra ID and Okta, on a clock you control.
//!
//! Three lines in a test:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use mock_idp::MockIdp;
//!
//! let idp = MockIdp::entra().start().await.expect("a free port on loopback");
//! println!("{} {} {}", idp.token_url(), idp.client_id(), idp.client_secret().reveal());
//! // … run the client under test …
//! assert_eq!(idp.journal().entries().len(), 0);
//! # }
//! ```
//!
//! A [`MockIdp`] is a *world*: its own origins, directory, clock, faults, rate limits and journal. Worlds are cheap; have one
//! per test.
//!
//! # What to do with a world
//!
//! | to | use |
//! |---|---|
//! | point a client at it | [`MockIdp::issuer`], [`MockIdp::token_url`], [`MockIdp::credentials`], [`MockIdp::ca_pem`] |
//! | let time pass | a [`clock::VirtualClock`]: tokens, refresh families, rate limits, delays and every `Date` follow it |
//! | make something go wrong | [`fault::Fault`]: statuses, errors, changed answers, holds, delays, cut connections |
//! | run into a rate limit | [`Builder::limit`], or simply ask often enough: Okta's buckets are always there |
//! | see what the client did | [`MockIdp::journal`]: every exchange, with labels (`AT#1`, `RT#2`) in place of tokens |
//! | have other tenants, apps or users | [`directory::Directory`], in YAML |
//!
//! A token that expires, in no time at all:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use std::time::Duration;
//! use mock_idp::{MockIdp, clock::VirtualClock};
//!
//! let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse()?);
//! let idp = MockIdp::okta()
//!     .clock(Arc::new(clock.clone()))
//!     .access_token_lifetime(Duration::from_secs(300))
//!     .start()
//!     .await?;
//! // … the client gets a token and calls `idp.api_url()` with it: 200 …
//! clock.advance(Duration::from_secs(300));
//! // … it calls again: 401, and the journal says that AT#1 had expired …
//! # Ok(()) }
//! ```
//!
//! # How it is built
//!
//! A request goes through one pipeline: bounded read, rate limits, faults before the grant, the engine, faults after it, the
//! vendor's headers, the journal, the connection. The engine knows OAuth 2.0 and no vendor; two dialects, Entra and Okta, know
//! their vendor's routes, texts and order of checks. Where a fact about a vendor is assumed rather than seen or documented, a
//! comment beside the code says so.
//!
//! # What it does not do
//!
//! It is no identity provider to run anything real on: its keys and secrets are public, and it listens on loopback only. It
//! plays the client credentials, password and refresh token grants; the metadata documents advertise more, as the vendors do.
//!
//! Clients that cannot link a Rust library are served by the binary: `mock-idp serve --ready-file ready.json`.

mod as_text;
mod builder;
pub mod clock;
#[cfg(feature = "serve")]
pub mod control;
mod departure;
pub mod diagnostic;
mod dialect;
pub mod directory;
mod distort;
mod engine;
mod entra;
mod entropy;
pub mod environment;
pub mod expect;
pub mod fault;
mod foreign;
mod form;
mod gzip;
pub mod host;
mod inbound;
pub mod journal;
pub mod keys;
pub mod ledger;
mod lenient;
pub mod limits;
mod listener;
mod members;
mod metering;
pub mod mint;
mod mock;
mod neighbours;
mod okta;
mod pipeline;
mod provider;
mod reply;
mod resource;
mod secret;
#[cfg(feature = "serve")]
pub mod serve;
mod snapshot;
pub mod supervise;
mod turn;
mod wording;
mod world;
pub mod yaml;

pub use builder::{Builder, StartError};
pub use listener::NoCertificate;
pub use mock::{Credentials, Identity, MintedRefreshToken, MockIdp, SignInError};
pub use provider::{Provider, UnknownProvider};
pub use secret::Secret;
pub use snapshot::Snapshot;
