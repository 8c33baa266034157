//! Lazy clients: they do not work at all, and must not earn a single pass.

use std::sync::Arc;

use token_client::BoxFuture;

use crate::contender::{Answer, ApiCall, Contender, Credential, LocalClient, Setup};
use crate::trace::Class;

/// The lazy clients: one does nothing, one says ok without a request, one crashes.
#[must_use]
pub fn lazy() -> [&'static dyn Contender; 3] {
    [&Lazy::DoesNothing, &Lazy::SaysOk, &Lazy::Crashes]
}

#[derive(Clone, Copy, Debug)]
enum Lazy {
    DoesNothing,
    SaysOk,
    Crashes,
}

impl Contender for Lazy {
    fn name(&self) -> &str {
        match self {
            Self::DoesNothing => "DoesNothing",
            Self::SaysOk => "SaysOk",
            Self::Crashes => "Crashes",
        }
    }

    fn open(&self, _setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        Ok(Arc::new(*self))
    }
}

impl Lazy {
    fn answer(self) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            match self {
                Self::DoesNothing => Answer::of(Class::Other),
                Self::SaysOk => Answer {
                    status: Some(200),
                    ..Answer::of(Class::Ok)
                },
                #[expect(clippy::panic, reason = "crashing is what this client is for")]
                Self::Crashes => panic!("this client crashes"),
            }
        })
    }
}

impl LocalClient for Lazy {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        self.answer()
    }

    fn call_api(&self, _call: ApiCall) -> BoxFuture<'static, Answer> {
        self.answer()
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        self.answer()
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        self.answer()
    }

    fn swap(&self, _credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}
