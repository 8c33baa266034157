//! Mutants by ownership: what belongs to one caller and should be everybody's, and the other way round.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_client::BoxFuture;
use tokio::sync::oneshot;

use super::intact;
use crate::contender::{Answer, ApiCall, Credential, LocalClient, ReferenceClient, Setup};
use crate::trace::Class;

/// The first caller asks on behalf of all; when that caller goes, the others go with it.
#[derive(Debug)]
struct Leading {
    client: ReferenceClient,
    waiting: Waiting,
}

/// Who waits for the leader; none while there is no leader.
#[derive(Clone, Debug, Default)]
struct Waiting(Arc<Mutex<Option<Vec<oneshot::Sender<Answer>>>>>);

impl Waiting {
    fn list(&self) -> MutexGuard<'_, Option<Vec<oneshot::Sender<Answer>>>> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins those who wait; none for the first, who leads.
    fn join(&self) -> Option<oneshot::Receiver<Answer>> {
        let mut list = self.list();
        match &mut *list {
            Some(waiting) => {
                let (told, wait) = oneshot::channel();
                waiting.push(told);
                Some(wait)
            }
            None => {
                *list = Some(Vec::new());
                None
            }
        }
    }
}

/// Ends the leadership, also that of a caller who has given up.
struct Leadership(Waiting);

impl Drop for Leadership {
    fn drop(&mut self) {
        // Whoever still waits learns that nobody will tell.
        drop(self.0.list().take());
    }
}

impl LocalClient for Leading {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        let (asked, waiting) = (self.client.get_token(), self.waiting.clone());
        Box::pin(async move {
            if let Some(wait) = waiting.join() {
                return wait.await.unwrap_or_else(|_| Answer::of(Class::Cancelled));
            }
            let leadership = Leadership(waiting.clone());
            let answer = asked.await;
            for told in waiting.list().take().into_iter().flatten() {
                // Some may have given up meanwhile.
                let _ = told.send(answer.clone());
            }
            drop(leadership);
            answer
        })
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        self.client.call_api(call)
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.client.force_refresh()
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.client.invalidate()
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        self.client.swap(credential)
    }
}

pub(super) fn cancels_for_others(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(Leading {
        client: intact(setup)?,
        waiting: Waiting::default(),
    }))
}

/// Takes a new secret, certificate or API token and goes on with the one it was opened with.
#[derive(Debug)]
struct Deaf(ReferenceClient);

impl LocalClient for Deaf {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.0.get_token()
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        self.0.call_api(call)
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.0.force_refresh()
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.0.invalidate()
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        match credential {
            Credential::ApiToken(_) | Credential::Certificate(_) | Credential::Secret(_) => {
                Box::pin(async { Ok(()) })
            }
            other => self.0.swap(other),
        }
    }
}

pub(super) fn keeps_old_secret(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(Deaf(intact(setup)?)))
}
