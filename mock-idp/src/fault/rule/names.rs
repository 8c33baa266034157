//! Whom the names in `only:` stand for.

use super::bad::{BadRule, Complaint, Place};
use super::filter::RuleFilter;
use crate::diagnostic::{did_you_mean, listed};
use crate::directory::Directory;
use crate::provider::Provider;

/// Whom the names in a rule's `only:` stand for.
pub trait Names {
    /// The applications, tenants and users that a filter names.
    ///
    /// # Errors
    ///
    /// [`BadRule`] for a name that stands for nobody.
    fn resolve(&self, only: &RuleFilter) -> Result<Named, BadRule>;
}

/// The ids that names stand for; none for a condition that was not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Client ids.
    pub clients: Option<Vec<String>>,
    /// Ids of tenants (Entra) or authorization servers (Okta).
    pub issuers: Option<Vec<String>>,
    /// Logins and ids of users.
    pub users: Option<Vec<String>>,
}

/// The names of a directory: applications by client id, tenants by id or domain, users by login or id.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryNames<'a> {
    /// Whose part of the directory counts.
    pub provider: Provider,
    /// The directory.
    pub directory: &'a Directory,
}

impl Names for DirectoryNames<'_> {
    fn resolve(&self, only: &RuleFilter) -> Result<Named, BadRule> {
        let mut complaints = Vec::new();
        let mut find = |key: &str, name: Option<&String>, known: Vec<Vec<String>>| {
            let name = name?;
            let found = known
                .iter()
                .find(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
            if found.is_none() {
                let first = |names: &Vec<String>| names.first().cloned();
                let all: Vec<String> = known.iter().filter_map(first).collect();
                complaints.push(nobody(key, name, &all));
            }
            found.cloned()
        };
        let named = Named {
            clients: find("application", only.application.as_ref(), self.clients()),
            issuers: find("tenant", only.tenant.as_ref(), self.issuers()).map(only_the_id),
            users: find("user", only.user.as_ref(), self.users()),
        };
        BadRule::unless_empty(complaints).map(|()| named)
    }
}

/// What a request says is brought down to the id before a rule looks at it.
fn only_the_id(mut names: Vec<String>) -> Vec<String> {
    names.truncate(1);
    names
}

impl DirectoryNames<'_> {
    fn clients(&self) -> Vec<Vec<String>> {
        let applications = self.directory.applications(self.provider);
        applications
            .map(|application| vec![application.id.clone()])
            .collect()
    }

    fn issuers(&self) -> Vec<Vec<String>> {
        match self.provider {
            Provider::Entra => {
                let tenants = self.directory.entra.tenants.iter();
                tenants
                    .map(|tenant| {
                        let id = std::iter::once(&tenant.id);
                        id.chain(&tenant.domains).cloned().collect()
                    })
                    .collect()
            }
            Provider::Okta => {
                let servers = self.directory.okta.authorization_servers.iter();
                let custom = servers.map(|server| vec![server.id.clone()]);
                std::iter::once(vec!["org".to_owned()])
                    .chain(custom)
                    .collect()
            }
        }
    }

    fn users(&self) -> Vec<Vec<String>> {
        let users = self.directory.users(self.provider);
        users
            .map(|user| vec![user.login.clone(), user.id.clone()])
            .collect()
    }
}

fn nobody(key: &str, name: &str, known: &[String]) -> Complaint {
    let known = || known.iter().map(String::as_str);
    let complaint = Complaint::at(
        Place::of("only").key(key),
        format!("the directory has no {key} `{name}`"),
    );
    let complaint = match did_you_mean(name, known()) {
        Some(text) => complaint.label(text),
        None => complaint,
    };
    complaint.note(format!("it has {}", listed(known())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resolve(provider: Provider, only: Value) -> Result<Named, BadRule> {
        let only: RuleFilter = serde_json::from_value(only).unwrap();
        let directory = &Directory::default();
        DirectoryNames {
            provider,
            directory,
        }
        .resolve(&only)
    }

    #[test]
    fn a_tenant_by_its_domain_and_a_user_by_login_or_id() {
        let directory = Directory::default();
        let tenant = &directory.entra.tenants[0];
        let user = &tenant.users[0];
        for name in [&user.login, &user.id] {
            let only = json!({ "tenant": "CONTOSO.example", "user": name });
            let named = resolve(Provider::Entra, only).unwrap();
            let users = vec![user.login.clone(), user.id.clone()];
            assert_eq!(named.users, Some(users));
            assert_eq!(named.issuers, Some(vec![tenant.id.clone()]));
            assert_eq!(named.clients, None);
        }
        for server in ["org", "default"] {
            let named = resolve(Provider::Okta, json!({ "tenant": server })).unwrap();
            assert_eq!(named.issuers, Some(vec![server.to_owned()]));
        }
    }

    #[test]
    fn names_of_nobody_are_refused_together() {
        let only = json!({ "tenant": "defualt", "user": "nobody", "application": "none" });
        insta::assert_snapshot!(resolve(Provider::Okta, only).unwrap_err(), @"
        `only.application`: the directory has no application `none`; it has `0oa1daemonTokenPr0d7`, `0oa2nativeTokenPr0d7`, `0oa3batchTokenPro0d7`, `0oa4servicTokenPr0d7`, `0oa5portalTokenPr0d7` and `0oa6pageTokenproof07`
        `only.tenant`: the directory has no tenant `defualt`; did you mean `default`?; it has `org`, `default` and `partners`
        `only.user`: the directory has no user `nobody`; it has `ada@okta.example`, `ben@okta.example`, `cleo@okta.example`, `dana@okta.example`, `emil@okta.example` and `fay@okta.example`
        ");
    }
}
