//! A client made of one function, for looking at the play from the other side.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use token_client::{BoxFuture, TransportError};
use tokenproof::contender::{Answer, ApiCall, Contender, Credential, LocalClient, Setup};
use tokenproof::trace::Class;

/// A client that does the same whatever it is asked.
#[derive(Clone)]
pub(crate) struct HandMade(pub(crate) Work);

/// What it does.
pub(crate) type Work = fn(Setup) -> BoxFuture<'static, Answer>;

impl fmt::Debug for HandMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandMade")
    }
}

impl Contender for HandMade {
    fn name(&self) -> &str {
        "HandMade"
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        let Self(work) = self.clone();
        Ok(Arc::new(Opened { setup, work }))
    }
}

struct Opened {
    setup: Setup,
    work: Work,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandMade")
    }
}

impl LocalClient for Opened {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        (self.work)(self.setup.clone())
    }

    fn call_api(&self, _call: ApiCall) -> BoxFuture<'static, Answer> {
        (self.work)(self.setup.clone())
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        (self.work)(self.setup.clone())
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        (self.work)(self.setup.clone())
    }

    fn swap(&self, _credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

/// Asks for a token with the client credentials grant.
pub(crate) async fn ask(setup: &Setup) -> Result<Response<Bytes>, TransportError> {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
        setup.client_id,
        setup.client_secret.expose(),
        setup.scopes.join("+")
    );
    let request = Request::post(&setup.token_url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .expect("a request");
    setup.transport.send(request).await
}

/// An answer in the client's own words.
pub(crate) fn saying(class: Class, message: impl Into<String>) -> Answer {
    Answer {
        message: Some(message.into()),
        ..Answer::of(class)
    }
}
