//! Mutants by answer: the client works, but its caller is told something else.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use token_client::{BoxFuture, Transport, TransportError};

use super::intact;
use crate::contender::{Answer, LocalClient, ReferenceClient, Setup};
use crate::trace::Class;

/// A client whose answers go through a function.
struct Spoiled<F> {
    client: ReferenceClient,
    spoil: Arc<F>,
}

impl<F> fmt::Debug for Spoiled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Spoiled").field(&self.client).finish()
    }
}

impl<F: Fn(Answer) -> Answer + Send + Sync + 'static> Spoiled<F> {
    fn open(client: ReferenceClient, spoil: F) -> Arc<dyn LocalClient> {
        Arc::new(Self {
            client,
            spoil: Arc::new(spoil),
        })
    }

    fn spoiled(&self, answer: BoxFuture<'static, Answer>) -> BoxFuture<'static, Answer> {
        let spoil = self.spoil.clone();
        Box::pin(async move { spoil(answer.await) })
    }
}

impl<F: Fn(Answer) -> Answer + Send + Sync + 'static> LocalClient for Spoiled<F> {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.spoiled(self.client.get_token())
    }

    fn call_api(&self) -> BoxFuture<'static, Answer> {
        self.spoiled(self.client.call_api())
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.spoiled(self.client.force_refresh())
    }
}

pub(super) fn hides_correlation_id(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Spoiled::open(intact(setup)?, |mut answer| {
        answer.carries.clear();
        answer
    }))
}

pub(super) fn blurs_errors(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Spoiled::open(intact(setup)?, |answer| {
        if answer.class == Class::Ok {
            answer
        } else {
            Answer::of(Class::Other)
        }
    }))
}

/// A client that decides by the number in the error's text.
pub(super) fn branches_on_aadsts(mut setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    let last: Arc<Mutex<Option<String>>> = Arc::default();
    let heard = last.clone();
    setup.transport = Overheard::on(setup.transport, move |response| {
        let text = String::from_utf8_lossy(response.body()).into_owned();
        let number = text
            .split("AADSTS")
            .nth(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect());
        *heard.lock().unwrap_or_else(PoisonError::into_inner) = number;
    });
    Ok(Spoiled::open(intact(setup)?, move |mut answer| {
        let number = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if answer.class != Class::Ok {
            answer.class = match number.as_deref() {
                Some("700082" | "50173" | "50196") => Class::ReauthRequired,
                Some("50076" | "50079" | "53003") => Class::InteractionRequired,
                Some("7000215" | "7000222" | "700016") => Class::Misconfigured,
                Some("90033") => Class::Transient,
                _ => Class::Other,
            };
        }
        answer
    }))
}

/// A transport that lets somebody listen to every answer.
struct Overheard<F> {
    inner: Arc<dyn Transport>,
    listen: Arc<F>,
}

impl<F: Fn(&Response<Bytes>) + Send + Sync + 'static> Overheard<F> {
    fn on(inner: Arc<dyn Transport>, listen: F) -> Arc<dyn Transport> {
        Arc::new(Self {
            inner,
            listen: Arc::new(listen),
        })
    }
}

impl<F> fmt::Debug for Overheard<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Overheard").field(&self.inner).finish()
    }
}

impl<F: Fn(&Response<Bytes>) + Send + Sync + 'static> Transport for Overheard<F> {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let (sending, listen) = (self.inner.send(request), self.listen.clone());
        Box::pin(async move {
            let response = sending.await?;
            listen(&response);
            Ok(response)
        })
    }
}
