#![doc = include_str!("../docs/guide.md")]

mod access_token;
mod answer;
mod api;
mod assertion;
mod auth;
mod authorization;
mod challenge;
mod claims;
mod client;
mod clock;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod device;
mod discovery;
mod dpop;
mod entropy;
mod error;
mod exchange;
mod fingerprint;
mod grant;
#[cfg(feature = "reqwest-middleware")]
mod http_client;
mod managed_identity;
#[cfg(feature = "openapi")]
pub mod openapi;
mod owner_only;
mod policy;
mod provider;
mod record;
mod request;
mod secret;
mod spawn;
mod store;
#[cfg(test)]
mod testkit;
mod transport;
mod vendor_error;
mod watch;

use std::future::Future;
use std::pin::Pin;

/// The driver that a [`DatabaseStore`] takes its collection from.
#[cfg(feature = "mongodb")]
pub use ::mongodb;
/// The driver that a [`DatabaseStore`] takes its connection from.
#[cfg(feature = "redis")]
pub use ::redis;
/// What [`TokenClient::http_client`] is made of.
#[cfg(feature = "reqwest-middleware")]
pub use ::reqwest_middleware;

pub use crate::access_token::AccessToken;
pub use crate::api::ApiResponse;
pub use crate::assertion::{ClientAssertion, SigningAlgorithm};
pub use crate::auth::ClientAuth;
pub use crate::authorization::{AuthorizationCode, AuthorizationRequest, LoopbackReceiver};
pub use crate::challenge::Challenge;
pub use crate::client::{Pursuit, TokenClient, TokenClientBuilder};
pub use crate::clock::{Clock, SystemClock};
pub use crate::device::DevicePrompt;
pub use crate::discovery::{Discovery, Metadata};
pub use crate::dpop::DpopKey;
pub use crate::entropy::{Entropy, SystemEntropy};
pub use crate::error::{
    ApiRefusal, Class, Error, Misuse, ProtocolError, RedirectError, Refusal, Throttle, ThrottledBy,
};
pub use crate::exchange::TokenExchange;
pub use crate::grant::{GrantKind, GrantSource};
pub use crate::managed_identity::ManagedIdentity;
pub use crate::policy::{
    AfterAnswer, Attempt, Failure, Freshness, Next, Policy, Purpose, StandardPolicy,
};
pub use crate::provider::Provider;
pub use crate::record::TokenRecord;
pub use crate::secret::Secret;
pub use crate::spawn::{Spawn, TokioSpawn};
#[cfg(any(test, feature = "mongodb", feature = "redis"))]
pub use crate::store::DatabaseStore;
pub use crate::store::{
    FileStore, Lease, MemoryStore, SealingKey, StoreError, StoreKey, TokenStore,
};
pub use crate::transport::{
    HttpTransport, HttpTransportBuilder, Transport, TransportError, TransportErrorKind,
};
pub use crate::watch::{Event, Watch};

/// A boxed future that may move between threads: what the seams return, so that they can be
/// trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
