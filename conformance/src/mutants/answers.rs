//! Mutants by answer: the client works, but its caller is told something else.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use token_client::{BoxFuture, Transport, TransportError};

use super::intact;
use crate::contender::{Answer, ApiCall, Credential, LocalClient, ReferenceClient, Setup};
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

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        self.spoiled(self.client.call_api(call))
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.spoiled(self.client.force_refresh())
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.client.invalidate()
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        self.client.swap(credential)
    }
}

pub(super) fn hides_correlation_id(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Spoiled::open(intact(setup)?, |mut answer| {
        answer.carries.clear();
        answer
    }))
}

pub(super) fn hides_wait(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Spoiled::open(intact(setup)?, |mut answer| {
        answer.retry_after = None;
        answer
    }))
}

/// Writes the request that failed into the error, as a debugging aid.
pub(super) fn quotes_request_in_error(mut setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    let last: Arc<Mutex<String>> = Arc::default();
    let sent = last.clone();
    setup.transport = Overheard::asking(setup.transport, move |request| {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        // What is marked as sensitive is kept out of `Debug`; here somebody wanted to see it all the same.
        let headers = request.headers().iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        *sent.lock().unwrap_or_else(PoisonError::into_inner) =
            format!("{} {} {body}", request.uri(), headers.join(", "));
    });
    Ok(Spoiled::open(intact(setup)?, move |mut answer| {
        if answer.class != Class::Ok {
            let sent = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            answer.message = Some(format!("request failed: {sent}"));
        }
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

/// A transport that lets somebody listen.
struct Overheard<Q, A> {
    inner: Arc<dyn Transport>,
    asking: Q,
    answering: Arc<A>,
}

impl<A: Fn(&Response<Bytes>) + Send + Sync + 'static> Overheard<fn(&Request<Bytes>), A> {
    /// To every answer.
    fn on(inner: Arc<dyn Transport>, listen: A) -> Arc<dyn Transport> {
        Arc::new(Self {
            inner,
            asking: |_| {},
            answering: Arc::new(listen),
        })
    }
}

impl<Q: Fn(&Request<Bytes>) + Send + Sync + 'static> Overheard<Q, fn(&Response<Bytes>)> {
    /// To every request.
    fn asking(inner: Arc<dyn Transport>, listen: Q) -> Arc<dyn Transport> {
        Arc::new(Self {
            inner,
            asking: listen,
            answering: Arc::new(|_| {}),
        })
    }
}

impl<Q, A> fmt::Debug for Overheard<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Overheard").field(&self.inner).finish()
    }
}

impl<Q, A> Transport for Overheard<Q, A>
where
    Q: Fn(&Request<Bytes>) + Send + Sync + 'static,
    A: Fn(&Response<Bytes>) + Send + Sync + 'static,
{
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        (self.asking)(&request);
        let (sending, listen) = (self.inner.send(request), self.answering.clone());
        Box::pin(async move {
            let response = sending.await?;
            listen(&response);
            Ok(response)
        })
    }
}
