//! What a client does, told to those who watch it: as `tracing` events, and to a [`Watch`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, Uri};

use crate::{Class, Error, GrantKind, Purpose, TokenRecord, TransportError};

/// Is told what a client does, for counters and timers of the caller's own.
///
/// Events hold no token, secret or user name. They are told in the middle of the work: an implementation should be quick and
/// must not block. Getting a kept token is no event; counting that would cost more than doing it.
pub trait Watch: fmt::Debug + Send + Sync + 'static {
    /// Something happened.
    fn on(&self, event: &Event<'_>);
}

impl<W: Watch + ?Sized> Watch for Arc<W> {
    fn on(&self, event: &Event<'_>) {
        (**self).on(event);
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A request was answered, or was not.
    Request {
        /// What it was for.
        purpose: Purpose,
        /// Where it went: host and port.
        host: &'e str,
        /// How long it took on the client's clock.
        took: Duration,
        /// The status, or how it failed.
        outcome: Result<StatusCode, &'e TransportError>,
    },
    /// There is a new access token.
    Renewed {
        /// How it was got.
        grant: GrantKind,
        /// How long it lives.
        lifetime: Option<Duration>,
    },
    /// No new access token could be had. The kept one may go on being served.
    NotRenewed {
        /// What to do about it.
        class: Class,
        /// Why, in words without secrets.
        error: &'e Error,
    },
}

/// Tells both kinds of watchers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched(Option<Arc<dyn Watch>>);

impl Watched {
    pub(crate) fn by(watch: impl Watch) -> Self {
        Self(Some(Arc::new(watch)))
    }

    pub(crate) fn request(
        &self,
        purpose: Purpose,
        to: &Uri,
        took: Duration,
        outcome: &Result<Response<Bytes>, TransportError>,
    ) {
        let host = to.authority().map_or("", |authority| authority.as_str());
        let outcome = outcome.as_ref().map(Response::status);
        match &outcome {
            Ok(status) => {
                tracing::debug!(%purpose, host, status = status.as_u16(), ?took, "request answered");
            }
            Err(error) => tracing::debug!(%purpose, host, %error, ?took, "request failed"),
        }
        self.tell(&Event::Request {
            purpose,
            host,
            took,
            outcome,
        });
    }

    pub(crate) fn renewed(&self, grant: GrantKind, record: &TokenRecord) {
        let lifetime = record.lifetime();
        tracing::info!(%grant, ?lifetime, "token renewed");
        self.tell(&Event::Renewed { grant, lifetime });
    }

    pub(crate) fn not_renewed(&self, error: &Error) {
        let class = error.class();
        tracing::warn!(%class, %error, "token not renewed");
        self.tell(&Event::NotRenewed { class, error });
    }

    fn tell(&self, event: &Event<'_>) {
        if let Some(watch) = &self.0 {
            watch.on(event);
        }
    }
}
