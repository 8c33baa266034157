//! Mutants by number: many clients where one should be.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use token_client::{Attempt, BoxFuture, Failure, Next, Policy};

use super::intact;
use crate::contender::{
    Answer, ApiCall, Credential, LocalClient, ReferenceClient, Setup, Unleased,
};
use crate::trace::Class;

/// Opens a new client for every call, on one store: tokens are shared, requests are not.
struct Swarm(Mutex<Setup>);

impl fmt::Debug for Swarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Swarm")
    }
}

impl Swarm {
    fn on(mut setup: Setup) -> Self {
        // Taking turns would make one client of them.
        setup.store = Arc::new(Unleased(setup.store));
        Self(Mutex::new(setup))
    }

    fn another(
        &self,
        call: impl FnOnce(&ReferenceClient) -> BoxFuture<'static, Answer>,
    ) -> BoxFuture<'static, Answer> {
        let mut setup = self.setup();
        // No two processes have the same chance.
        setup.seed = setup.seed.wrapping_add(1);
        match intact(setup.clone()) {
            Ok(client) => call(&client),
            Err(_) => Box::pin(async { Answer::of(Class::Misconfigured) }),
        }
    }

    fn setup(&self) -> MutexGuard<'_, Setup> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LocalClient for Swarm {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::get_token)
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        self.another(|client| client.call_api(call))
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::force_refresh)
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::invalidate)
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        let client = intact(self.setup().clone());
        self.setup().take(credential.clone());
        // One of them puts a refresh token into the store, for all.
        Box::pin(async move { client?.swap(credential).await })
    }
}

pub(super) fn no_single_flight(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(Swarm::on(setup)))
}

/// Shares the first request; when it fails, every waiter goes on alone.
#[derive(Debug)]
struct Stampede {
    shared: ReferenceClient,
    alone: Arc<Swarm>,
}

impl Stampede {
    fn first_shared(
        &self,
        call: impl Fn(&ReferenceClient) -> BoxFuture<'static, Answer> + Send + 'static,
    ) -> BoxFuture<'static, Answer> {
        let (shared, alone) = (call(&self.shared), self.alone.clone());
        Box::pin(async move {
            match shared.await {
                answer if answer.class == Class::Ok => answer,
                _ => alone.another(call).await,
            }
        })
    }
}

impl LocalClient for Stampede {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.first_shared(ReferenceClient::get_token)
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        self.first_shared(move |client| client.call_api(call.clone()))
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.first_shared(ReferenceClient::force_refresh)
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.shared.invalidate()
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        self.alone.setup().take(credential.clone());
        self.shared.swap(credential)
    }
}

/// Gives up at the first failure, so that the waiters are set free by it.
#[derive(Debug)]
struct OneTry;

impl Policy for OneTry {
    fn after_failure(&self, _attempt: Attempt, _failure: &Failure, _now: Timestamp) -> Next {
        Next::GiveUp
    }
}

pub(super) fn stampedes(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(Stampede {
        shared: ReferenceClient::open(setup.clone(), Arc::new(OneTry))?,
        alone: Arc::new(Swarm::on(setup)),
    }))
}
