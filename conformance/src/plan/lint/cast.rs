//! Who takes part: the clients of a body and the names they go by.

use crate::plan::body::FilledBody;
use crate::scenario::{ClientAuthMethod, ClientSpec, LONE_CLIENT};
use crate::yaml::{Node, Span};

/// The clients of a body.
pub(super) struct Cast<'a> {
    /// In the order of their names.
    pub(super) groups: Vec<Group<'a>>,
    /// Whether the file names its clients (`clients`).
    pub(super) named: bool,
}

/// A client of the file, or several that are set up alike.
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    pub(super) spec: &'a ClientSpec,
    /// What it is read from; none if the file says nothing of its only client.
    pub(super) node: Option<&'a Node>,
    /// Where its name stands; none for the only client.
    pub(super) key: Option<Span>,
    /// How many clients it stands for.
    pub(super) size: u64,
}

impl<'a> Cast<'a> {
    pub(super) fn of(filled: &'a FilledBody) -> Self {
        let Some(clients) = &filled.clients else {
            return Self {
                groups: vec![Group {
                    name: LONE_CLIENT,
                    spec: &filled.body.client,
                    node: filled.client.as_ref(),
                    key: None,
                    size: 1,
                }],
                named: false,
            };
        };
        let mut groups: Vec<Group<'a>> = clients
            .entries()
            .iter()
            .filter_map(|(key, node)| {
                let spec = filled.body.clients.get(&key.name)?;
                Some(Group {
                    name: &key.name,
                    spec,
                    node: Some(node),
                    key: Some(key.span),
                    size: spec.count.map_or(1, u64::from),
                })
            })
            .collect();
        groups.sort_by_key(|group| group.name);
        Self {
            groups,
            named: true,
        }
    }

    /// How many clients there are.
    pub(super) fn size(&self) -> u64 {
        self.groups.iter().map(|group| group.size).sum()
    }

    /// The clients with one of these names; all of them if none is given.
    pub(super) fn called<'s>(
        &'s self,
        names: Option<&'s [String]>,
    ) -> impl Iterator<Item = &'s Group<'a>> {
        self.groups.iter().filter(move |group| {
            names.is_none_or(|names| names.iter().any(|name| group.answers_to(name)))
        })
    }

    /// How many clients one of these names stands for.
    pub(super) fn number_of(&self, names: Option<&[String]>) -> u64 {
        self.called(names)
            .map(|group| match names {
                Some(names) if !names.iter().any(|name| name == group.name) => {
                    names.iter().filter(|name| group.has_member(name)).count() as u64
                }
                _ => group.size,
            })
            .sum()
    }

    /// Whether some client can hold a refresh token.
    pub(super) fn has_refresh_tokens(&self) -> bool {
        self.groups.iter().any(Group::has_user)
    }

    /// Whether a client authenticates like this.
    pub(super) fn has_auth(&self, auth: ClientAuthMethod) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|group| group.spec.auth_in_use() == Some(auth))
    }

    /// The group of this name.
    pub(super) fn group(&self, name: &str) -> Option<&Group<'a>> {
        self.groups
            .binary_search_by_key(&name, |group| group.name)
            .ok()
            .and_then(|at| self.groups.get(at))
    }

    /// The names of the groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.groups.iter().map(|group| group.name)
    }
}

impl Group<'_> {
    /// Whether a name is that of the group or of one of its members.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        name == self.name || self.has_member(name)
    }

    /// Whether a name is that of one of several: `fleet-2`.
    fn has_member(&self, name: &str) -> bool {
        let Some(count) = self.spec.count.filter(|_| self.key.is_some()) else {
            return false;
        };
        name.strip_prefix(self.name)
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|number| Some((number, number.parse::<u32>().ok()?)))
            .is_some_and(|(text, number)| {
                (1..=count).contains(&number) && number.to_string() == text
            })
    }

    /// Whether it acts as the same application for the same user of the same tenant.
    pub(super) fn same_account(&self, other: &Self) -> bool {
        let account = |group: &Self| {
            let spec = group.spec;
            (
                spec.tenant,
                spec.application,
                group.has_user().then_some(spec.user),
            )
        };
        account(self) == account(other)
    }

    /// Whether it acts for a user, so that it can hold a refresh token.
    pub(super) fn has_user(&self) -> bool {
        self.spec.grant_in_use().is_for_user()
    }
}
