//! What the user of a device does in a browser: allowing or refusing its sign-in. And what an administrator consents to.

use super::MockIdp;
use crate::directory::{Tenant, User};
use crate::entra;
use crate::ledger::{Approval, PendingSignIn, Undecidable};
use crate::okta;
use crate::provider::Provider;

/// Why a sign-in, on a device or with a browser, cannot be decided on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Somebody has approved or denied it already.
    #[error("the sign-in `{user_code}` has been decided on already; begin another")]
    Decided {
        /// The code, or the number of a sign-in with a browser, as it was given.
        user_code: String,
    },
    /// No sign-in with a browser has this number.
    #[error("no sign-in waits under the number {id}; `pending_authorizations` lists those that do")]
    AuthorizationUnknown {
        /// The number as it was given.
        id: u32,
    },
    /// Its time is over.
    #[error("the sign-in `{user_code}` has expired; begin another")]
    Expired {
        /// The code as it was given.
        user_code: String,
    },
    /// The account may not sign in.
    #[error("the user `{login}` cannot sign in: the account is {reason}")]
    UserBarred {
        /// The user's login.
        login: String,
        /// What keeps the user from it: `disabled` or `locked`.
        reason: &'static str,
    },
    /// No device shows this code.
    #[error("no device shows the code `{user_code}`; `pending_sign_ins` lists those that wait")]
    UserCodeUnknown {
        /// The code as it was given.
        user_code: String,
    },
    /// The tenant (Entra) or org (Okta) has no such user.
    #[error("there is no user `{login}` where the sign-in takes place; its users are {known}")]
    UserUnknown {
        /// The login as it was given.
        login: String,
        /// The first few logins that there are.
        known: String,
    },
}

/// How many logins an error names.
const NAMED: usize = 5;

impl MockIdp {
    /// The sign-ins that devices have begun and nobody has decided on yet, oldest first (RFC 8628 section 3.3).
    #[must_use]
    pub fn pending_sign_ins(&self) -> Vec<PendingSignIn> {
        let rooms = &self.rooms;
        rooms.ledger.pending_sign_ins(rooms.clock.now())
    }

    /// Approves the sign-in of a device, as the user with this login would: the device's next poll gets tokens.
    ///
    /// The code may be written in any case, with or without separators.
    ///
    /// # Errors
    ///
    /// [`SignInError`] if the code is unknown, expired or decided on, or if the user is unknown, disabled or locked. A second
    /// factor is taken to be shown, and what is asked for to be allowed.
    pub fn approve_sign_in(&self, user_code: &str, login: &str) -> Result<(), SignInError> {
        let world = self.world();
        let asked =
            world
                .ledger
                .asked_with(user_code)
                .ok_or_else(|| SignInError::UserCodeUnknown {
                    user_code: user_code.to_owned(),
                })?;
        let mut asked = asked;
        let user = match world.provider {
            Provider::Entra => {
                let any = asked.any_issuer;
                let tenants = entra::open_to(&world, &asked.issuer, &asked.client, any);
                let (tenant, user) = known_by(&tenants, login)?;
                asked.issuer.clone_from(&tenant.id);
                user
            }
            Provider::Okta => known_as(&world.directory.okta.users, login)?,
        };
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
        let manner = match world.provider {
            Provider::Entra => entra::device_shown(&world, &asked, user),
            Provider::Okta => okta::device_shown(&world, user),
        };
        let by = Approval {
            user: user.id.clone(),
            issuer: asked.issuer.clone(),
            manner,
        };
        self.decide(user_code, Some(by))?;
        match world.provider {
            Provider::Entra => entra::allow_device(&world, asked.clone(), &user.id),
            Provider::Okta => okta::allow_device(&world, asked.clone(), &user.id),
        }
        Ok(())
    }

    /// Refuses the sign-in of a device, as its user would: the device's next poll is told so.
    ///
    /// # Errors
    ///
    /// [`SignInError`] if the code is unknown, expired or decided on.
    pub fn deny_sign_in(&self, user_code: &str) -> Result<(), SignInError> {
        self.decide(user_code, None)
    }

    fn decide(&self, user_code: &str, by: Option<Approval>) -> Result<(), SignInError> {
        let rooms = &self.rooms;
        let decided = rooms
            .ledger
            .decide_sign_in(user_code, by, rooms.clock.now());
        let user_code = user_code.to_owned();
        decided.map_err(|undecidable| match undecidable {
            Undecidable::Unknown => SignInError::UserCodeUnknown { user_code },
            Undecidable::Expired => SignInError::Expired { user_code },
            Undecidable::Decided => SignInError::Decided { user_code },
        })
    }
}

/// The user with a login, in the first of these tenants that has one.
pub(super) fn known_by<'w>(
    tenants: &[&'w Tenant],
    login: &str,
) -> Result<(&'w Tenant, &'w User), SignInError> {
    let found = |tenant: &&'w Tenant| {
        known_as(&tenant.users, login)
            .ok()
            .map(|user| (*tenant, user))
    };
    let unknown = || SignInError::UserUnknown {
        login: login.to_owned(),
        known: named(tenants.first().map_or(&[], |tenant| &tenant.users)),
    };
    tenants.iter().find_map(found).ok_or_else(unknown)
}

pub(super) fn known_as<'u>(users: &'u [User], login: &str) -> Result<&'u User, SignInError> {
    let mut known = users.iter();
    let user = known.find(|user| user.login.eq_ignore_ascii_case(login));
    user.ok_or_else(|| SignInError::UserUnknown {
        login: login.to_owned(),
        known: named(users),
    })
}

fn named(users: &[User]) -> String {
    let mut logins: Vec<String> = users
        .iter()
        .take(NAMED)
        .map(|user| format!("`{}`", user.login))
        .collect();
    if users.len() > NAMED {
        logins.push("…".to_owned());
    }
    logins.join(", ")
}
