//! Mutants by number: many clients where one should be.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use token_client::{Attempt, BoxFuture, Failure, MemoryStore, Next, Policy, StandardPolicy};

use crate::contender::{Answer, LocalClient, ReferenceClient, Setup};
use crate::trace::Class;

/// Opens a new client for every call, on one store: tokens are shared, requests are not.
struct Swarm {
    setup: Setup,
    store: Arc<MemoryStore>,
}

impl fmt::Debug for Swarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Swarm")
    }
}

impl Swarm {
    fn another(
        &self,
        call: impl FnOnce(&ReferenceClient) -> BoxFuture<'static, Answer>,
    ) -> BoxFuture<'static, Answer> {
        match ReferenceClient::open(
            self.setup.clone(),
            Arc::new(StandardPolicy::new()),
            self.store.clone(),
        ) {
            Ok(client) => call(&client),
            Err(_) => Box::pin(async { Answer::of(Class::Misconfigured) }),
        }
    }
}

impl LocalClient for Swarm {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::get_token)
    }

    fn call_api(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::call_api)
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.another(ReferenceClient::force_refresh)
    }
}

pub(super) fn no_single_flight(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(Swarm {
        setup,
        store: Arc::new(MemoryStore::new()),
    }))
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

    fn call_api(&self) -> BoxFuture<'static, Answer> {
        self.first_shared(ReferenceClient::call_api)
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.first_shared(ReferenceClient::force_refresh)
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
    let store = Arc::new(MemoryStore::new());
    let shared = ReferenceClient::open(setup.clone(), Arc::new(OneTry), store.clone())?;
    Ok(Arc::new(Stampede {
        shared,
        alone: Arc::new(Swarm { setup, store }),
    }))
}
