//! Changing a directory while a world runs: parts of it come, are replaced and go.

use super::check;
use super::{
    ApiToken, Application, AuthorizationServer, Directory, Group, ManagedIdentity, Tenant, User,
};
use crate::provider::Provider;

/// A part of a directory that comes and goes by itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Part {
    /// An application.
    Application(Application),
    /// A user.
    User(User),
    /// A group.
    Group(Group),
    /// A managed identity (Entra).
    ManagedIdentity(ManagedIdentity),
    /// A token for the management API (Okta).
    ApiToken(ApiToken),
    /// A tenant with all that is in it (Entra).
    Tenant(Tenant),
    /// A custom authorization server (Okta).
    AuthorizationServer(AuthorizationServer),
}

/// A kind of [`Part`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// [`Part::Application`], by its client id.
    Application,
    /// [`Part::User`], by id or login.
    User,
    /// [`Part::Group`], by its id.
    Group,
    /// [`Part::ManagedIdentity`], by its client id.
    ManagedIdentity,
    /// [`Part::ApiToken`], by its id.
    ApiToken,
    /// [`Part::Tenant`], by its id, a domain or an alias.
    Tenant,
    /// [`Part::AuthorizationServer`], by its id.
    AuthorizationServer,
}

/// A change that a directory does not take. It stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadChange {
    /// It would leave the directory with something that no file may say.
    #[error("the directory would be wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
    /// There is no such part.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        id: String,
    },
    /// The vendor has no parts of this kind.
    #[error("{vendor} has no {kind}")]
    OtherVendor {
        /// The vendor.
        vendor: Provider,
        /// What it does not have.
        kind: &'static str,
    },
}

impl PartKind {
    fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::User => "user",
            Self::Group => "group",
            Self::ManagedIdentity => "managed identity",
            Self::ApiToken => "API token",
            Self::Tenant => "tenant",
            Self::AuthorizationServer => "authorization server",
        }
    }
}

impl Part {
    fn kind(&self) -> PartKind {
        match self {
            Self::Application(_) => PartKind::Application,
            Self::User(_) => PartKind::User,
            Self::Group(_) => PartKind::Group,
            Self::ManagedIdentity(_) => PartKind::ManagedIdentity,
            Self::ApiToken(_) => PartKind::ApiToken,
            Self::Tenant(_) => PartKind::Tenant,
            Self::AuthorizationServer(_) => PartKind::AuthorizationServer,
        }
    }
}

/// The lists of a tenant or of an org.
struct Lists<'d> {
    applications: &'d mut Vec<Application>,
    users: &'d mut Vec<User>,
    groups: &'d mut Vec<Group>,
}

impl Directory {
    /// Puts a part into a vendor's world, in place of the one with the same id if there is one, or else last.
    ///
    /// `tenant` is the id, a domain or an alias of the Entra tenant it belongs to, the first without it. What is replaced is
    /// replaced as a whole, secrets included.
    ///
    /// # Errors
    ///
    /// [`BadChange`] for an unknown tenant, for a part that the vendor does not have, and for one that would not pass in a file.
    pub fn put(
        &mut self,
        provider: Provider,
        tenant: Option<&str>,
        part: Part,
    ) -> Result<(), BadChange> {
        let mut changed = self.clone();
        changed.place(provider, tenant, part)?;
        changed.complete();
        // What was wrong before is not the fault of this change.
        let known: Vec<String> = self.wrong();
        let wrong: Vec<String> = changed
            .wrong()
            .into_iter()
            .filter(|wrong| !known.contains(wrong))
            .collect();
        if !wrong.is_empty() {
            return Err(BadChange::Wrong(wrong));
        }
        *self = changed;
        Ok(())
    }

    /// Takes a part out of a vendor's world, and with it what cannot be without it: the API tokens of a user, the memberships
    /// of a group, the access policies that are for an application alone.
    ///
    /// # Errors
    ///
    /// [`BadChange`] if there is no such part, or if it is the last tenant or authorization server.
    pub fn remove(
        &mut self,
        provider: Provider,
        tenant: Option<&str>,
        kind: PartKind,
        id: &str,
    ) -> Result<(), BadChange> {
        let unknown = || BadChange::Unknown {
            kind: kind.name(),
            id: id.to_owned(),
        };
        let last = || {
            let wrong = format!("`{id}` is the last {}", kind.name());
            BadChange::Wrong(vec![wrong])
        };
        let gone = match kind {
            PartKind::Application => {
                let gone = take(self.lists(provider, tenant)?.applications, |known| {
                    known.id.eq_ignore_ascii_case(id)
                });
                if gone {
                    self.forget_in_policies(id);
                    self.forget_shares();
                }
                gone
            }
            PartKind::User => {
                let is_meant =
                    |known: &User| known.id == id || known.login.eq_ignore_ascii_case(id);
                let users = self.lists(provider, tenant)?.users;
                let login = users.iter().find(|known| is_meant(known));
                let login = login.map(|user| user.login.clone());
                let gone = take(users, is_meant);
                if provider == Provider::Okta {
                    let tokens = &mut self.okta.api_tokens;
                    tokens.retain(|token| Some(&token.user) != login.as_ref());
                    self.forget_shares();
                }
                gone
            }
            PartKind::Group => {
                let lists = self.lists(provider, tenant)?;
                for user in lists.users {
                    user.groups.retain(|group| group != id);
                }
                take(lists.groups, |known| known.id == id)
            }
            PartKind::ManagedIdentity => take(
                &mut self.tenant_mut(provider, tenant, kind)?.managed_identities,
                |known| known.client_id.eq_ignore_ascii_case(id),
            ),
            PartKind::ApiToken => {
                self.org(provider, kind)?;
                let gone = take(&mut self.okta.api_tokens, |known| known.id == id);
                self.forget_shares();
                gone
            }
            PartKind::Tenant => {
                let known = self.tenant_mut(provider, Some(id), kind)?.id.clone();
                if self.entra.tenants.len() == 1 {
                    return Err(last());
                }
                take(&mut self.entra.tenants, |tenant| tenant.id == known)
            }
            PartKind::AuthorizationServer => {
                self.org(provider, kind)?;
                let servers = &mut self.okta.authorization_servers;
                if servers.len() == 1 && servers[0].id == id {
                    return Err(last());
                }
                take(servers, |known| known.id == id)
            }
        };
        for tenant in &mut self.entra.tenants {
            tenant.drop_dangling();
        }
        self.okta.drop_dangling();
        if gone { Ok(()) } else { Err(unknown()) }
    }

    /// Gives every secret without an id one.
    pub(crate) fn complete(&mut self) {
        let of_tenants = self
            .entra
            .tenants
            .iter_mut()
            .flat_map(|tenant| &mut tenant.applications);
        for application in of_tenants.chain(&mut self.okta.applications) {
            for place in 0..application.secrets.len() {
                if !application.secrets[place].id.is_empty() {
                    continue;
                }
                let mut number = place + 1;
                let id = loop {
                    let id = format!("secret-{number}");
                    if application.secrets.iter().all(|known| known.id != id) {
                        break id;
                    }
                    number += 1;
                };
                application.secrets[place].id = id;
            }
        }
    }

    fn wrong(&self) -> Vec<String> {
        let findings = check::directory(self, None);
        findings.iter().map(check::Finding::in_words).collect()
    }

    fn place(
        &mut self,
        provider: Provider,
        tenant: Option<&str>,
        part: Part,
    ) -> Result<(), BadChange> {
        let kind = part.kind();
        match part {
            Part::Application(part) => put(
                self.lists(provider, tenant)?.applications,
                part,
                |known, new| known.id.eq_ignore_ascii_case(&new.id),
            ),
            Part::User(part) => put(self.lists(provider, tenant)?.users, part, |known, new| {
                known.id == new.id
            }),
            Part::Group(part) => put(self.lists(provider, tenant)?.groups, part, |known, new| {
                known.id == new.id
            }),
            Part::ManagedIdentity(part) => put(
                &mut self.tenant_mut(provider, tenant, kind)?.managed_identities,
                part,
                |known, new| known.client_id.eq_ignore_ascii_case(&new.client_id),
            ),
            Part::ApiToken(part) => {
                self.org(provider, kind)?;
                put(&mut self.okta.api_tokens, part, |known, new| {
                    known.id == new.id
                });
            }
            Part::Tenant(part) => {
                if provider != Provider::Entra {
                    return Err(other_vendor(provider, kind));
                }
                put(&mut self.entra.tenants, part, |known, new| {
                    known.id.eq_ignore_ascii_case(&new.id)
                });
            }
            Part::AuthorizationServer(part) => {
                self.org(provider, kind)?;
                put(&mut self.okta.authorization_servers, part, |known, new| {
                    known.id == new.id
                });
            }
        }
        Ok(())
    }

    fn lists(&mut self, provider: Provider, tenant: Option<&str>) -> Result<Lists<'_>, BadChange> {
        match provider {
            Provider::Entra => {
                let tenant = self.tenant_mut(provider, tenant, PartKind::Tenant)?;
                Ok(Lists {
                    applications: &mut tenant.applications,
                    users: &mut tenant.users,
                    groups: &mut tenant.groups,
                })
            }
            Provider::Okta => {
                if tenant.is_some() {
                    return Err(other_vendor(provider, PartKind::Tenant));
                }
                Ok(Lists {
                    applications: &mut self.okta.applications,
                    users: &mut self.okta.users,
                    groups: &mut self.okta.groups,
                })
            }
        }
    }

    fn tenant_mut(
        &mut self,
        provider: Provider,
        name: Option<&str>,
        kind: PartKind,
    ) -> Result<&mut Tenant, BadChange> {
        if provider != Provider::Entra {
            return Err(other_vendor(provider, kind));
        }
        let id = match name {
            Some(name) => self.entra.tenant(name).map(|tenant| tenant.id.clone()),
            None => self.entra.tenants.first().map(|tenant| tenant.id.clone()),
        };
        let mut tenants = self.entra.tenants.iter_mut();
        tenants
            .find(|tenant| Some(&tenant.id) == id.as_ref())
            .ok_or_else(|| BadChange::Unknown {
                kind: PartKind::Tenant.name(),
                id: name.unwrap_or_default().to_owned(),
            })
    }

    fn org(&self, provider: Provider, kind: PartKind) -> Result<(), BadChange> {
        match provider {
            Provider::Okta => Ok(()),
            Provider::Entra => Err(other_vendor(provider, kind)),
        }
    }

    /// Takes away what was for API tokens and applications that are gone.
    fn forget_shares(&mut self) {
        let okta = &mut self.okta;
        let (tokens, applications) = (&okta.api_tokens, &okta.applications);
        okta.principal_shares.retain(|share| {
            let is_meant = |id: &str| share.principal.eq_ignore_ascii_case(id);
            tokens.iter().any(|token| is_meant(&token.id))
                || applications.iter().any(|known| is_meant(&known.id))
        });
    }

    /// Takes an application that is gone out of the access policies. One that was for it alone goes too: without a client it would
    /// be for everybody.
    fn forget_in_policies(&mut self, client: &str) {
        for server in &mut self.okta.authorization_servers {
            server.policies.retain_mut(|policy| {
                let was_for_some = !policy.clients.is_empty();
                policy.clients.retain(|known| known != client);
                !(was_for_some && policy.clients.is_empty())
            });
        }
    }
}

fn other_vendor(vendor: Provider, kind: PartKind) -> BadChange {
    BadChange::OtherVendor {
        vendor,
        kind: kind.name(),
    }
}

fn put<T>(list: &mut Vec<T>, part: T, same: impl Fn(&T, &T) -> bool) {
    match list.iter().position(|known| same(known, &part)) {
        Some(place) => list[place] = part,
        None => list.push(part),
    }
}

fn take<T>(list: &mut Vec<T>, is_meant: impl Fn(&T) -> bool) -> bool {
    let before = list.len();
    list.retain(|known| !is_meant(known));
    list.len() < before
}
