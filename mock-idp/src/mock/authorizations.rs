//! What a user does on the pages of a sign-in, done without a browser; and what ends a user's sign-ins.

use std::fmt;

use super::MockIdp;
use super::sign_ins::{SignInError, known_as, known_by};
use crate::directory::{Tenant, User};
use crate::entra;
use crate::ledger::{NotOpen, PendingAuthorization};
use crate::okta;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::sign_in::{Decided, RefusedWith};

/// Where a browser is sent back to when a sign-in ends. `Debug` does not show what it carries.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentBack {
    /// The client's redirect URI, with the code or the error in it unless that is posted.
    pub url: String,
    /// The names and values that are posted there (`response_mode=form_post`).
    pub form: Option<Vec<(String, String)>>,
}

/// The error that a sign-in is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRefusal {
    /// `error` (RFC 6749 section 4.1.2.1).
    pub error: String,
    /// The number behind `AADSTS` (Entra).
    pub number: u32,
    /// What is told between the number and the trace id; what Entra says with this number without it. At Okta the whole
    /// description.
    pub description: Option<String>,
}

impl Default for SignInRefusal {
    /// The user has declined: `access_denied`, AADSTS65004.
    fn default() -> Self {
        Self {
            error: "access_denied".to_owned(),
            number: 65_004,
            description: None,
        }
    }
}

impl MockIdp {
    /// The sign-ins whose pages wait for their user, oldest first.
    #[must_use]
    pub fn pending_authorizations(&self) -> Vec<PendingAuthorization> {
        let rooms = &self.rooms;
        rooms.ledger.pending_authorizations(rooms.clock.now())
    }

    /// Approves a sign-in in the place of the user with this login, who is taken to show password and second factor and to allow
    /// everything. Says where the browser would be sent; its page is of no use any more.
    ///
    /// # Errors
    ///
    /// [`SignInError`] if no such sign-in waits, or if the user is unknown, disabled or locked.
    pub fn approve_authorization(&self, id: u32, login: &str) -> Result<SentBack, SignInError> {
        let decided = self.rooms.in_turn(|world| {
            let now = world.clock.now();
            let open = world.ledger.numbered_authorization(id, now);
            let asked = open.map_err(|not_open| refusal(id, not_open))?.request;
            let approved = match world.provider {
                Provider::Entra => {
                    let any = asked.any_issuer;
                    let tenants = entra::open_to(world, &asked.issuer, &asked.client, any);
                    let (tenant, user) = known_by(&tenants, login)?;
                    able(user)?;
                    entra::approve(world, id, &tenant.id, &user.id)
                }
                Provider::Okta => {
                    let user = known_as(&world.directory.okta.users, login)?;
                    able(user)?;
                    okta::approve(world, id, &user.id)
                }
            };
            approved.map_err(|not_open| refusal(id, not_open))
        });
        decided.map(SentBack::from)
    }

    /// Refuses a sign-in, with whatever error is wanted. Says where the browser would be sent; its page is of no use any more.
    ///
    /// # Errors
    ///
    /// [`SignInError`] if no such sign-in waits.
    pub fn deny_authorization(
        &self,
        id: u32,
        refused: &SignInRefusal,
    ) -> Result<SentBack, SignInError> {
        let with = RefusedWith {
            error: refused.error.clone(),
            number: refused.number,
            description: refused.description.clone(),
        };
        let decided = self.rooms.in_turn(|world| match world.provider {
            Provider::Entra => entra::deny(world, id, &with),
            Provider::Okta => okta::deny(world, id, &with),
        });
        decided
            .map(SentBack::from)
            .map_err(|not_open| refusal(id, not_open))
    }

    /// From now on approves every sign-in at once as the user with this login, in each tenant that has one, without a page; shows
    /// pages again with none. Says in how many tenants that is so; an org counts as one.
    pub fn sign_in_automatically(&self, login: Option<&str>) -> usize {
        let provider = self.rooms.provider;
        self.rooms.change_directory(|directory| {
            let okta = &mut directory.okta;
            let realms: Vec<(&[User], &mut Option<String>)> = match provider {
                Provider::Okta => vec![(&okta.users, &mut okta.automatic_sign_in)],
                Provider::Entra => {
                    let tenants = directory.entra.tenants.iter_mut();
                    let each = tenants.map(|tenant| {
                        let Tenant {
                            users,
                            automatic_sign_in,
                            ..
                        } = tenant;
                        (&users[..], automatic_sign_in)
                    });
                    each.collect()
                }
            };
            let mut set = 0;
            for (users, automatic) in realms {
                let mut users = users.iter();
                let user = login
                    .and_then(|login| users.find(|user| user.login.eq_ignore_ascii_case(login)));
                *automatic = user.map(|user| user.login.clone());
                set += usize::from(automatic.is_some());
            }
            set
        })
    }

    /// Ends every sign-in of the user with this login, as an administrator does or the user who signs out everywhere: refresh
    /// tokens, codes and what browsers remember. Access tokens live on until they expire. How many sign-ins had refresh tokens;
    /// none if there is no such user.
    pub fn revoke_sign_ins(&self, login: &str) -> Option<usize> {
        self.rooms.in_turn(|world| {
            let now = world.clock.now();
            let ledger = &world.ledger;
            if world.provider == Provider::Entra {
                let (tenant, user) = owner(&world.directory.entra.tenants, login)?;
                return Some(ledger.revoke_sign_ins_of(&tenant.id, &user.id, now));
            }
            let okta = &world.directory.okta;
            let mut users = okta.users.iter();
            let user = users.find(|user| user.login.eq_ignore_ascii_case(login))?;
            let servers = okta.authorization_servers.iter();
            let issuers = servers.map(|server| server.id.as_str()).chain(["org"]);
            let ended = issuers.map(|issuer| ledger.revoke_sign_ins_of(issuer, &user.id, now));
            Some(ended.sum())
        })
    }

    /// Gives the user with this login another password. What public clients were granted with the old one is over (Entra). False
    /// if there is no such user.
    pub fn change_password(&self, login: &str, password: Secret) -> bool {
        let provider = self.rooms.provider;
        self.rooms.change_directory(|directory| {
            let users: Vec<&mut User> = match provider {
                Provider::Entra => {
                    let tenants = directory.entra.tenants.iter_mut();
                    tenants.flat_map(|tenant| &mut tenant.users).collect()
                }
                Provider::Okta => directory.okta.users.iter_mut().collect(),
            };
            let mut users = users.into_iter();
            let user = users.find(|user| user.login.eq_ignore_ascii_case(login));
            user.map(|user| user.password = Some(password)).is_some()
        })
    }
}

fn owner<'d>(tenants: &'d [Tenant], login: &str) -> Option<(&'d Tenant, &'d User)> {
    tenants.iter().find_map(|tenant| {
        let mut users = tenant.users.iter();
        let user = users.find(|user| user.login.eq_ignore_ascii_case(login))?;
        Some((tenant, user))
    })
}

fn able(user: &User) -> Result<(), SignInError> {
    let barred = |reason| SignInError::UserBarred {
        login: user.login.clone(),
        reason,
    };
    if !user.enabled {
        return Err(barred("disabled"));
    }
    if user.locked {
        return Err(barred("locked"));
    }
    Ok(())
}

fn refusal(id: u32, not_open: NotOpen) -> SignInError {
    match not_open {
        NotOpen::Unknown => SignInError::AuthorizationUnknown { id },
        NotOpen::Expired => SignInError::Expired {
            user_code: id.to_string(),
        },
        NotOpen::Decided => SignInError::Decided {
            user_code: id.to_string(),
        },
    }
}

impl From<Decided> for SentBack {
    fn from(decided: Decided) -> Self {
        Self {
            url: decided.url,
            form: decided.form,
        }
    }
}

impl fmt::Debug for SentBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("SentBack")
            .field("to", &to)
            .field("is_posted", &self.form.is_some())
            .finish_non_exhaustive()
    }
}
