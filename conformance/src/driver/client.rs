//! A client under test that a driver drives.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use token_client::{BoxFuture, Secret};
use tokio::sync::mpsc;

use super::clock::TimestampFile;
use super::error_map::ErrorMap;
use super::fault::DriverFault;
use super::key;
use super::lack::BEYOND;
use super::link::Link;
use super::process::Inbound;
use super::protocol::{
    Auth, ClockMode, Grant, Hello, Idp, Open, Operation, Outcome, Resource, User,
};
use super::session::Session;
use super::{Driver, answer, api_token};
use crate::contender::{
    Answer, ApiCall, Beginning, Contender as _, Credential, LocalClient, Proof, Said, Setup,
    WRONG_SECRET,
};
use crate::local::{Outside, Told};
use crate::scenario::{ClientAuthMethod, Ending, GrantKind};
use crate::trace::{Class, CutShort};

/// A client in a driver's process, for one life.
#[derive(Clone, Debug)]
pub(super) struct DrivenClient(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    driver: Driver,
    setup: Setup,
    session: Session,
    /// What it is called between us and the driver.
    name: String,
    /// Whether its process has said hello before.
    is_known: bool,
    errors: ErrorMap,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    fault: Option<DriverFault>,
    unsupported: Option<String>,
    /// It was ended on purpose: what its driver does from then on is of no interest.
    over: bool,
}

impl DrivenClient {
    /// Starts a process for a client, or takes one that waits for its next. It can be asked when it is [ready](LocalClient::ready).
    ///
    /// # Errors
    ///
    /// What cannot be done, in words.
    pub(super) fn start(driver: &Driver, mut setup: Setup) -> Result<Self, String> {
        if driver.signs() && setup.grant != GrantKind::ApiToken {
            key::at_the_org(&mut setup);
        }
        let outside = setup.outside.as_ref();
        let outside = outside.ok_or("a driver's client needs a world that is outside")?;
        let folder = outside.ca_file.parent().unwrap_or(Path::new(""));
        let reins = outside.reins.clone();
        let mut variables = mock_idp::environment::trust(driver.ca_file());
        variables.extend(mock_idp::environment::no_proxy(None));
        let clock = driver.clock();
        if clock == ClockMode::Faketime {
            let file = TimestampFile::create(folder, &setup.name, reins.now())
                .map_err(|error| format!("the file for its clock could not be written: {error}"))?;
            variables.extend(driver.faketime()?.variables(&file));
            reins.follow(move |Told { now, .. }| {
                // What was written once can be written again; a disk that is full shows in the verdict of the probe.
                let _ = file.show(now);
            });
        }
        let (link, inbound, is_known) = match driver.waiting() {
            Some((link, inbound)) => (link, inbound, true),
            None => {
                let (link, inbound) = driver.connect(&variables).map_err(|e| e.to_string())?;
                (link, inbound, false)
            }
        };
        let cancels = driver.hello().can.offers("cancel");
        let session = Session::begin(link, inbound, Some(reins.clone()), cancels, driver.limits());
        let name = driver.called(&setup.name);
        if clock == ClockMode::Driven {
            let (told, client) = (session.downgrade(), name.clone());
            reins.follow(move |Told { now, elapsed }| {
                if let Some(session) = told.upgrade() {
                    session.tell(Operation::SetClock {
                        client: client.clone(),
                        now,
                        elapsed_ms: in_ms(elapsed),
                    });
                }
            });
        }
        Ok(Self(Arc::new(Shared {
            driver: driver.clone(),
            errors: ErrorMap::of(driver.profile()),
            setup,
            session,
            name,
            is_known,
            state: Mutex::default(),
        })))
    }

    async fn begin(&self) -> Result<(), DriverFault> {
        let Shared {
            session,
            setup,
            is_known,
            ..
        } = &*self.0;
        if !is_known {
            Hello::of(session).await?;
        }
        let open = Operation::Open(Box::new(self.open()?));
        match session.ask_at_start(open).await? {
            Outcome::Ok(_) => Ok(()),
            Outcome::Unsupported(why) => {
                self.state().unsupported.get_or_insert(why);
                Ok(())
            }
            outcome @ Outcome::Err(_) => Err(DriverFault::Refused {
                op: "open",
                what: format!("{} for client `{}`", outcome.in_words(), setup.name),
            }),
        }
    }

    fn open(&self) -> Result<Open, DriverFault> {
        let setup = &self.0.setup;
        let Some(Outside {
            issuer_url,
            origin,
            jwks_url,
            tenant,
            ca_file,
            store,
            reins,
        }) = &setup.outside
        else {
            return Err(DriverFault::NotStarted("there is no world".to_owned()));
        };
        let Told { now, elapsed } = reins.told();
        let ca_pem = std::fs::read_to_string(ca_file).unwrap_or_default();
        let for_user = setup.grant.is_for_user();
        // A client that signs does so with the key it is given below.
        let has_words = match &setup.proof {
            None => true,
            Some(Proof::Key { .. }) => self.0.driver.signs(),
            Some(_) => false,
        };
        let grant = Grant::of(setup.grant).filter(|_| has_words);
        let Some(grant) = grant else {
            return Err(DriverFault::NotStarted(BEYOND.to_owned()));
        };
        Ok(Open {
            client: self.named(),
            provider: setup.provider,
            idp: Idp {
                issuer: issuer_url.clone(),
                origin: origin.clone(),
                token_url: setup.token_url.clone(),
                jwks_url: jwks_url.clone(),
                tenant: tenant.clone(),
                ca_file: ca_file.clone(),
                ca_pem,
            },
            auth: if let Beginning::ApiToken(token) = &setup.beginning {
                api_token::auth(token)
            } else if self.0.driver.signs() {
                key::auth(&setup.client_id)
            } else {
                Auth {
                    method: match setup.auth {
                        ClientAuthMethod::Basic => "basic".to_owned(),
                        _ => "post".to_owned(),
                    },
                    client_id: setup.client_id.clone(),
                    client_secret: Some(match setup.auth {
                        ClientAuthMethod::WrongSecret => Secret::new(WRONG_SECRET),
                        _ => setup.client_secret.clone(),
                    }),
                    private_key_pem: None,
                    kid: None,
                    api_token: None,
                }
            },
            grant,
            scopes: setup.scopes.clone(),
            user: for_user.then(|| User {
                username: setup.username.clone(),
                password: setup.password.clone(),
            }),
            refresh_token: setup.refresh_token.clone(),
            resource: Resource {
                url: setup.api_url.clone(),
                post_url: setup.post_api_url.clone(),
            },
            store: store.clone(),
            now,
            elapsed_ms: in_ms(elapsed),
        })
    }

    /// Asks something and says what the caller gets.
    fn asked(&self, operation: Operation) -> BoxFuture<'static, Answer> {
        let client = self.clone();
        Box::pin(async move {
            match client.0.session.ask(operation).await {
                Ok(Outcome::Ok(members)) => answer::succeeded(members),
                Ok(Outcome::Err(failure)) => answer::failed(failure, &client.0.errors),
                Ok(Outcome::Unsupported(why)) => {
                    client.state().unsupported.get_or_insert(why);
                    Answer::of(Class::Other)
                }
                // The session has it too.
                Err(_) => Answer::of(Class::Other),
            }
        })
    }

    /// Keeps what the driver has done wrong by now.
    fn note(&self, state: &mut State) {
        state.fault = state.fault.take().or_else(|| self.0.session.fault());
    }

    fn named(&self) -> String {
        self.0.name.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LocalClient for DrivenClient {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        let client = self.named();
        self.asked(Operation::GetToken { client })
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        let body = call
            .body
            .map(|body| String::from_utf8_lossy(&body).into_owned());
        self.asked(Operation::CallApi {
            client: self.named(),
            url: self.0.setup.resource(&call.method).to_owned(),
            method: call.method.to_string(),
            body,
        })
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        let client = self.named();
        self.asked(Operation::ForceRefresh { client })
    }

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        let client = self.named();
        self.asked(Operation::Invalidate { client })
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        let client = self.clone();
        let (client_secret, refresh_token, api_token) = match credential {
            Credential::Secret(secret) => (Some(secret), None, None),
            Credential::RefreshToken(token) => (None, Some(token), None),
            Credential::ApiToken(token) => (None, None, Some(token)),
            Credential::Certificate(_) => {
                client
                    .state()
                    .unsupported
                    .get_or_insert_with(|| BEYOND.to_owned());
                return Box::pin(std::future::ready(Ok(())));
            }
        };
        let operation = Operation::SwapCredential {
            client: self.named(),
            client_secret,
            refresh_token,
            api_token,
        };
        Box::pin(async move {
            match client.0.session.ask(operation).await {
                Ok(Outcome::Ok(_)) => Ok(()),
                Ok(Outcome::Unsupported(why)) => {
                    client.state().unsupported.get_or_insert(why);
                    Ok(())
                }
                Ok(outcome @ Outcome::Err(_)) => Err(outcome.in_words()),
                Err(fault) => Err(fault.to_string()),
            }
        })
    }

    fn ready(&self) -> BoxFuture<'static, ()> {
        let client = self.clone();
        Box::pin(async move {
            if let Err(fault) = client.begin().await {
                client.state().fault.get_or_insert(fault);
            }
        })
    }

    fn end(&self, how: Ending) -> BoxFuture<'static, ()> {
        let client = self.clone();
        Box::pin(async move {
            let Shared {
                session, driver, ..
            } = &*client.0;
            {
                let mut state = client.state();
                if std::mem::replace(&mut state.over, true) {
                    return;
                }
                client.note(&mut state);
            }
            if how == Ending::Graceful && client.trouble().is_none() {
                session.noted().await;
                client.note(&mut client.state());
            }
            // Calls that never ended would keep it from closing in good order.
            let in_order = how == Ending::Graceful && session.is_idle();
            if in_order && client.trouble().is_none() {
                let close = Operation::Close {
                    client: client.named(),
                };
                let closed = match session.ask(close).await {
                    Ok(Outcome::Ok(_)) => None,
                    Ok(outcome) => Some(DriverFault::Refused {
                        op: "close",
                        what: outcome.in_words(),
                    }),
                    Err(fault) => Some(fault),
                };
                if let Some(fault) = closed {
                    client.state().fault.get_or_insert(fault);
                }
            }
            let released: Option<(Link, mpsc::Receiver<Inbound>)> = session.release().await;
            session.give_up();
            match released {
                Some((link, inbound)) if in_order => {
                    driver.take_back(link, inbound).await;
                }
                _ => session.kill(),
            }
        })
    }

    fn said(&self, scrub: &dyn Fn(&str) -> String) -> Option<Said> {
        let Shared {
            session,
            setup,
            is_known,
            ..
        } = &*self.0;
        Some(Said {
            client: setup.name.clone(),
            transcript: session.transcript().scrubbed(scrub),
            // A process that has served other clients has said what it knew of their worlds, whose secrets nobody knows here.
            stderr: match is_known {
                true => String::new(),
                false => scrub(&session.said()),
            },
        })
    }

    fn trouble(&self) -> Option<CutShort> {
        let state = self.state();
        let fault = state.fault.clone();
        let fault = fault.or_else(|| self.0.session.fault().filter(|_| !state.over));
        match (fault, &state.unsupported) {
            (Some(fault), _) => Some(CutShort::Driver(fault.to_string())),
            (None, Some(why)) => Some(CutShort::Unsupported(format!(
                "the client cannot do it: {why}"
            ))),
            (None, None) => None,
        }
    }
}

fn in_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
