//! What stands between a client and the network and changes what passes: the frame of many mutants.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use token_client::{BoxFuture, Transport, TransportError};

use super::intact;
use crate::contender::{LocalClient, Setup};

pub(super) type Sending = BoxFuture<'static, Result<Response<Bytes>, TransportError>>;
pub(super) type Opened = Result<Arc<dyn LocalClient>, String>;

/// Which exchanges are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Those with the token endpoint.
    Token,
    /// Those with the metadata service of a machine.
    Machine,
    /// All others.
    Resource,
}

/// Opens the reference client on a transport made from the one in the setup.
pub(super) fn over(mut setup: Setup, wrap: impl FnOnce(&Setup) -> Arc<dyn Transport>) -> Opened {
    setup.transport = wrap(&setup);
    Ok(Arc::new(intact(setup)?))
}

/// The reference client, whose requests are changed before they leave.
pub(super) fn asking(
    setup: Setup,
    at: At,
    change: impl Fn(&mut Request<Bytes>) + Send + Sync + 'static,
) -> Opened {
    exchanging(setup, at, change, |_| ())
}

/// The reference client, whose answers are changed before it reads them.
pub(super) fn reading(
    setup: Setup,
    at: At,
    change: impl Fn(&mut Response<Bytes>) + Send + Sync + 'static,
) -> Opened {
    exchanging(setup, at, |_| (), change)
}

/// Both.
pub(super) fn exchanging(
    setup: Setup,
    at: At,
    request: impl Fn(&mut Request<Bytes>) + Send + Sync + 'static,
    response: impl Fn(&mut Response<Bytes>) + Send + Sync + 'static,
) -> Opened {
    over(setup, |setup| {
        Arc::new(Rewriting {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            at,
            request,
            response: Arc::new(response),
        })
    })
}

struct Rewriting<Q, A> {
    inner: Arc<dyn Transport>,
    token_url: String,
    at: At,
    request: Q,
    response: Arc<A>,
}

impl<Q, A> fmt::Debug for Rewriting<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewriting")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl<Q, A> Transport for Rewriting<Q, A>
where
    Q: Fn(&mut Request<Bytes>) + Send + Sync + 'static,
    A: Fn(&mut Response<Bytes>) + Send + Sync + 'static,
{
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        let at = match request.uri() {
            uri if *uri == self.token_url.as_str() => At::Token,
            uri if uri.path().starts_with("/metadata/") => At::Machine,
            _ => At::Resource,
        };
        if at != self.at {
            return self.inner.send(request);
        }
        (self.request)(&mut request);
        let (sending, change) = (self.inner.send(request), self.response.clone());
        Box::pin(async move {
            let mut response = sending.await?;
            change(&mut response);
            Ok(response)
        })
    }
}
