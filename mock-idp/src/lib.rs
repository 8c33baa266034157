#![doc = include_str!("guide.md")]

mod api_token_uses;
mod as_text;
mod builder;
pub mod clock;
#[cfg(feature = "serve")]
pub mod control;
mod cursor;
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
pub mod fidelity;
mod foreign;
mod forge;
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
mod setup;
mod sign_in;
mod snapshot;
pub mod supervise;
mod turn;
mod wording;
mod world;
pub mod yaml;

pub use builder::{Builder, StartError};
pub use listener::NoCertificate;
pub use mock::{
    AppService, BadAccessEvent, Credentials, FederatedToken, Identity, MintedRefreshToken, MockIdp,
    NoFederatedToken, SentBack, ServerKeys, SignInError, SignInRefusal,
};
pub use provider::{Provider, UnknownProvider};
pub use secret::Secret;
pub use snapshot::Snapshot;

/// The README's code runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
