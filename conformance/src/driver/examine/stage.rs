//! The world in which a driver is examined, and what its clients are told of it.

use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::clock::{Clock, SystemClock, VirtualClock};
use mock_idp::directory::GrantType;
use mock_idp::environment::{self, Variable};
use mock_idp::journal::{Endpoint, Entry};
use mock_idp::{Builder, MockIdp, Provider, StartError};
use token_client::Secret;

use crate::driver::clock::{Faketime, TimestampFile};
use crate::driver::protocol::{
    Answered, Auth, ClockMode, Grant, Hello, Idp, Open, Operation, Outcome, Resource, User,
};
use crate::driver::{api_token, key};
use crate::scenario::Body;
use crate::staging;

/// A world of one provider, with files beside it.
pub(super) struct Stage {
    pub(super) idp: MockIdp,
    folder: tempfile::TempDir,
    /// The hands of its clock, where the client's can be moved too.
    hands: Option<VirtualClock>,
    faketime: Option<(Faketime, TimestampFile)>,
}

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoStage {
    /// The mock did not start.
    #[error("the mock could not be started: {0}")]
    World(#[from] StartError),
    /// Files for the client could not be written.
    #[error("the files of the client under examination could not be written: {0}")]
    Files(#[from] io::Error),
    /// The driver needs libfaketime.
    #[error("{0}")]
    Faketime(String),
    /// The mock's directory has nobody to act as.
    #[error("the mock's directory has no application and user")]
    Nobody,
}

/// How a client is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct As<'a> {
    pub(super) grant: Grant,
    pub(super) auth: &'a str,
    pub(super) with_store: bool,
    pub(super) secret: Option<&'a str>,
}

/// What clocks show when it is set.
const START: Timestamp = Timestamp::constant(1_893_456_000, 0);

impl Stage {
    /// A world of this provider, on a clock that can be moved if the client's can.
    pub(super) async fn of(provider: Provider, clock: ClockMode) -> Result<Self, NoStage> {
        Self::built(MockIdp::of(provider), clock).await
    }

    /// A world in real time whose access tokens live so long.
    pub(super) async fn short_lived(provider: Provider, life: Duration) -> Result<Self, NoStage> {
        let builder = MockIdp::of(provider).access_token_lifetime(life);
        Self::built(builder, ClockMode::Scaled).await
    }

    async fn built(builder: Builder, clock: ClockMode) -> Result<Self, NoStage> {
        let folder = tempfile::Builder::new()
            .prefix("tokenproof-driver-")
            .tempdir()?;
        let hands = matches!(clock, ClockMode::Driven | ClockMode::Faketime)
            .then(|| VirtualClock::starting_at(START));
        let mut builder = staging::furnished(builder, &Body::default(), true).seed(0);
        if let Some(hands) = &hands {
            builder = builder.clock(Arc::new(hands.clone()));
        }
        let idp = builder.start().await?;
        let ca = MockIdp::ca_pem().map_err(StartError::from)?;
        fs::write(folder.path().join(CA_FILE), ca)?;
        let faketime = match clock {
            ClockMode::Faketime => {
                let library = Faketime::find().map_err(NoStage::Faketime)?;
                Some((
                    library,
                    TimestampFile::create(folder.path(), "client", START)?,
                ))
            }
            _ => None,
        };
        Ok(Self {
            idp,
            folder,
            hands,
            faketime,
        })
    }

    /// The environment of a driver's process.
    pub(super) fn variables(&self) -> Vec<Variable> {
        let mut variables = environment::trust(&self.folder.path().join(CA_FILE));
        variables.extend(environment::no_proxy(None));
        if let Some((library, file)) = &self.faketime {
            variables.extend(library.variables(file));
        }
        variables
    }

    /// What the clients' clock shows.
    pub(super) fn now(&self) -> Timestamp {
        match &self.hands {
            Some(hands) => hands.now(),
            None => SystemClock.now(),
        }
    }

    /// How much time has passed since it was set.
    pub(super) fn elapsed_ms(&self) -> u64 {
        let hands = self.hands.as_ref().map(VirtualClock::now);
        let elapsed = hands.map(|now| now.duration_since(START).as_millis());
        elapsed.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
    }

    /// Waits until so much time has passed for all, in real time.
    pub(super) async fn wait(&self, real: Duration) {
        SystemClock.sleep(real).await;
    }

    /// Moves the server's clock, and the client's where it goes by a file; says what they show then.
    pub(super) fn advance(&self, by: Duration) -> Result<Timestamp, String> {
        if let Some(hands) = &self.hands {
            hands.advance(by);
        }
        let now = self.now();
        if let Some((_, file)) = &self.faketime {
            file.show(now)
                .map_err(|error| format!("the file for its clock could not be written: {error}"))?;
        }
        Ok(now)
    }

    /// Sets a client up.
    pub(super) fn open(&self, client: &str, whom: As<'_>) -> Result<Open, NoStage> {
        let idp = &self.idp;
        let identity = idp.identity(0, 0, 0).ok_or(NoStage::Nobody)?;
        let for_user = matches!(whom.grant, Grant::Password | Grant::RefreshToken);
        let (url, post_url) = match for_user {
            true => (
                identity.user_api_url.clone(),
                identity.user_post_api_url.clone(),
            ),
            false => (identity.api_url.clone(), identity.post_api_url.clone()),
        };
        let refresh_token = (whom.grant == Grant::RefreshToken)
            .then(|| Secret::new(idp.mint_refresh_token_for(&identity).value.reveal()));
        let ca_file = self.folder.path().join(CA_FILE);
        let mut open = Open {
            client: client.to_owned(),
            provider: idp.provider(),
            idp: Idp {
                issuer: identity.issuer_url,
                origin: idp.origin(staging::front(idp.provider())).to_owned(),
                token_url: identity.token_url,
                jwks_url: identity.jwks_url,
                tenant: identity.issuer,
                ca_pem: fs::read_to_string(&ca_file)?,
                ca_file,
            },
            auth: Auth {
                method: whom.auth.to_owned(),
                client_id: identity.client_id,
                client_secret: Some(Secret::new(
                    whom.secret.unwrap_or(identity.client_secret.reveal()),
                )),
                private_key_pem: None,
                kid: None,
                api_token: None,
            },
            grant: whom.grant,
            scopes: idp.scopes(match whom.grant {
                Grant::ApiToken | Grant::ClientCredentials => GrantType::ClientCredentials,
                Grant::Password => GrantType::Password,
                Grant::RefreshToken => GrantType::RefreshToken,
            }),
            user: for_user.then(|| User {
                username: identity.username,
                password: Secret::new(identity.password.reveal()),
            }),
            refresh_token,
            resource: Resource { url, post_url },
            store: whom.with_store.then(|| self.folder.path().join("store")),
            now: self.now(),
            elapsed_ms: self.elapsed_ms(),
        };
        if whom.grant == Grant::ApiToken {
            let made = idp.credentials().api_token.ok_or(NoStage::Nobody)?;
            api_token::shown(&mut open, &Secret::new(made.reveal()));
        } else if whom.auth == key::METHOD {
            key::signing(&mut open);
        }
        Ok(open)
    }

    /// The requests so far to this endpoint.
    pub(super) fn requests(&self, to: Endpoint) -> Vec<Entry> {
        let mut entries = self.idp.journal().entries();
        entries.retain(|entry| entry.endpoint == to);
        entries
    }

    /// How many token requests there were so far.
    pub(super) fn token_requests(&self) -> usize {
        self.requests(Endpoint::Token).len()
    }

    /// The token that was handed out, if the provider has issued it.
    ///
    /// # Errors
    ///
    /// In words, without the token.
    pub(super) fn witnessed(&self, outcome: Outcome) -> Result<String, String> {
        let members = match outcome {
            Outcome::Ok(members) => members,
            other => return Err(format!("it answered {}", other.in_words())),
        };
        let answered: Result<Answered, _> = serde_json::from_value(members.into());
        let Some(token) = answered.ok().and_then(|answered| answered.token) else {
            return Err("it answered `ok` without a `token`".to_owned());
        };
        match self.idp.label_of(&token) {
            Some(_) => Ok(token),
            None => Err(NOT_ISSUED.to_owned()),
        }
    }
}

/// How a client is opened if nothing else matters: in the first way that the driver declares.
pub(super) fn plainly(hello: &Hello) -> As<'_> {
    let can = &hello.can;
    As {
        grant: match can.grants.contains(&Grant::ClientCredentials) {
            true => Grant::ClientCredentials,
            false => {
                let mut grants = can.grants.iter().copied();
                // With an API token nothing is asked for.
                grants
                    .find(|grant| *grant != Grant::ApiToken)
                    .unwrap_or(Grant::ClientCredentials)
            }
        },
        auth: can.auth.first().map_or("post", String::as_str),
        with_store: false,
        secret: None,
    }
}

/// Asks a client for a token.
pub(super) fn get_token(client: &str) -> Operation {
    Operation::GetToken {
        client: client.to_owned(),
    }
}

/// What is said of a token that is a lie.
pub(super) const NOT_ISSUED: &str = "it handed out a token that the provider has not issued";

const CA_FILE: &str = "ca.pem";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_signs_is_known_there() {
        let stage = Stage::of(Provider::Okta, ClockMode::None).await;
        let stage = stage.expect("a stage");
        let known = stage.idp.client_id();
        let directory = stage.idp.directory();
        let mut applications = directory.okta.applications.iter();
        let application = applications.find(|application| application.id == known);
        assert!(!application.expect("an application").jwks.keys.is_empty());
    }
}
