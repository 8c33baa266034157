//! Which requests a rule is for.

use std::collections::HashMap;
use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use crate::journal::{Endpoint, Origin};
use crate::ledger::{TokenFacts, TokenLabel};

/// Conditions on a request. All that are given must hold; a list holds if one of its names does.
///
/// A token request is known by what it says; where it says nothing, by the refresh token it shows. A request to a resource is
/// known by the token it shows. What is not known fits no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// The application that asks or that the token was issued to, by its client id.
    pub clients: Option<Vec<String>>,
    /// The tenant (Entra) or authorization server (Okta) that is asked or that issued the token, by its id.
    pub issuers: Option<Vec<String>>,
    /// The user who signs in or for whom the token speaks, by login or by id.
    pub users: Option<Vec<String>>,
    /// `grant_type` of a token request.
    pub grant: Option<String>,
    /// A scope that is asked for or that the token has.
    pub scope: Option<String>,
    /// The refresh or access token that is shown.
    pub presents: Option<TokenLabel>,
    /// How often the same has been asked for by now, this time included, since the world began: the same endpoint, application,
    /// tenant, user, grant, scopes and token.
    pub attempt: Option<u32>,
    /// Which refresh token of its sign-in is shown, counted from 1: 1 is the one that the sign-in gave, 2 the one that came next.
    pub generation: Option<u32>,
    /// The door of the world.
    pub origin: Option<Origin>,
    /// The connection, counted from 1 in the order in which the world took them.
    pub connection: Option<u64>,
}

/// What a request asks for and in whose name, as far as it says so itself, and the token that it shows.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) grant: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) presents: Option<TokenLabel>,
    /// Which refresh token of its sign-in that is; none unless a rule wants to know.
    pub(crate) generation: Option<u32>,
    /// None for what came in no connection, as in tests.
    pub(crate) origin: Option<Origin>,
    pub(crate) connection: u64,
    pub(crate) address: Option<IpAddr>,
    /// What is known of the token; none unless a rule [wants to know](super::FaultScript::is_curious).
    pub(crate) token: Option<TokenFacts>,
}

impl RequestFilter {
    /// Whether a request meets every condition, being the `attempt`th of its kind.
    pub(super) fn admits(&self, asked: &Asked, attempt: u32) -> bool {
        let scopes = match &asked.token {
            Some(token) if asked.scope.is_empty() => &token.scope,
            _ => &asked.scope,
        };
        is_one_of(self.clients.as_deref(), asked.client())
            && is_one_of(self.issuers.as_deref(), asked.issuer())
            && is_one_of(self.users.as_deref(), asked.user())
            && (self.grant.is_none() || self.grant == asked.grant)
            && self
                .scope
                .as_ref()
                .is_none_or(|scope| scopes.contains(scope))
            && (self.presents.is_none() || self.presents == asked.presents)
            && self.attempt.is_none_or(|wanted| wanted == attempt)
            && (self.generation.is_none() || self.generation == asked.generation)
            && (self.origin.is_none() || self.origin == asked.origin)
            && self
                .connection
                .is_none_or(|wanted| wanted == asked.connection)
    }

    /// Whether it may take more than the request itself to tell.
    pub(super) fn is_curious(&self) -> bool {
        self.clients.is_some()
            || self.issuers.is_some()
            || self.users.is_some()
            || self.scope.is_some()
            || self.generation.is_some()
    }
}

/// Names are compared as Entra compares them; Okta's do not differ in case alone.
fn is_one_of(names: Option<&[String]>, found: Option<&String>) -> bool {
    names.is_none_or(|names| {
        found.is_some_and(|found| names.iter().any(|name| name.eq_ignore_ascii_case(found)))
    })
}

impl Asked {
    /// The application, as the request or its token has it.
    pub(super) fn client(&self) -> Option<&String> {
        let of_token = || self.token.as_ref().map(|token| &token.client);
        self.client.as_ref().or_else(of_token)
    }

    /// The tenant or authorization server.
    pub(super) fn issuer(&self) -> Option<&String> {
        let of_token = || self.token.as_ref().map(|token| &token.issuer);
        self.issuer.as_ref().or_else(of_token)
    }

    /// The user.
    pub(super) fn user(&self) -> Option<&String> {
        let of_token = || self.token.as_ref().and_then(|token| token.user.as_ref());
        self.user.as_ref().or_else(of_token)
    }

    /// The same for requests that ask for the same, in whatever order they name the scopes. What is known of the token need not
    /// be looked at: it is the token's own.
    fn kind(&self) -> [u8; 32] {
        let mut scope: Vec<&str> = self.scope.iter().map(String::as_str).collect();
        scope.sort_unstable();
        scope.dedup();
        let mut hash = Sha256::new();
        // Each with its length before it, so that no two lists read alike.
        let mut add = |text: Option<&str>| {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(length.to_le_bytes());
            hash.update(text.unwrap_or_default());
        };
        add(Some(self.endpoint.name()));
        add(self.client.as_deref());
        add(self.issuer.as_deref());
        add(self.user.as_deref());
        add(self.grant.as_deref());
        add(self.presents.map(|label| label.to_string()).as_deref());
        scope.into_iter().for_each(|scope| add(Some(scope)));
        hash.finalize().into()
    }
}

/// How many kinds of requests are remembered; of what comes on top, every attempt counts as the first.
const KINDS: usize = 65_536;

/// How often each kind of request has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts(HashMap<[u8; 32], u32>);

impl Attempts {
    /// Counts a request, and says which attempt it is.
    pub(super) fn count(&mut self, asked: &Asked) -> u32 {
        let kind = asked.kind();
        if self.0.len() >= KINDS && !self.0.contains_key(&kind) {
            return 1;
        }
        let count = self.0.entry(kind).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

impl Asked {
    /// A request to an endpoint of which nothing is known.
    pub(crate) fn at(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            client: None,
            issuer: None,
            user: None,
            grant: None,
            scope: Vec::new(),
            presents: None,
            generation: None,
            origin: None,
            connection: 0,
            address: None,
            token: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            endpoint: Endpoint::Token,
            client: Some("App".to_owned()),
            issuer: Some("tenant".to_owned()),
            user: Some("ada".to_owned()),
            grant: Some("password".to_owned()),
            scope: vec!["read".to_owned(), "write".to_owned()],
            presents: Some(TokenLabel::refresh(2)),
            generation: Some(4),
            origin: Some(Origin::Org),
            connection: 5,
            address: None,
            token: None,
        }
    }

    #[test]
    fn what_a_request_does_not_say_is_read_off_its_token() {
        let shown = Asked {
            token: Some(TokenFacts {
                label: TokenLabel::access(1),
                parent: None,
                client: "app".to_owned(),
                user: Some("ada".to_owned()),
                issuer: "tenant".to_owned(),
                scope: vec!["read".to_owned()],
                issued_at: jiff::Timestamp::UNIX_EPOCH,
                expires_at: None,
            }),
            ..Asked::at(Endpoint::Resource)
        };
        let whole = RequestFilter {
            clients: Some(vec!["app".to_owned()]),
            issuers: Some(vec!["tenant".to_owned()]),
            users: Some(vec!["ada".to_owned()]),
            scope: Some("read".to_owned()),
            ..RequestFilter::default()
        };
        assert!(whole.is_curious() && whole.admits(&shown, 1));
        // What it says itself goes before.
        let other = Asked {
            client: Some("other".to_owned()),
            ..shown
        };
        assert!(!whole.admits(&other, 1));
    }

    #[test]
    fn every_condition_counts_and_what_is_unknown_meets_none() {
        let names = |name: &str| Some(vec!["other".to_owned(), name.to_owned()]);
        let filter = |change: fn(&mut RequestFilter)| {
            let mut filter = RequestFilter::default();
            change(&mut filter);
            filter
        };
        let whole = RequestFilter {
            clients: names("app"),
            issuers: names("tenant"),
            users: names("Ada"),
            grant: Some("password".to_owned()),
            scope: Some("write".to_owned()),
            presents: Some(TokenLabel::refresh(2)),
            attempt: Some(3),
            generation: Some(4),
            origin: Some(Origin::Org),
            connection: Some(5),
        };
        assert!(whole.admits(&asked(), 3));
        assert!(RequestFilter::default().admits(&Asked::at(Endpoint::Jwks), 1));
        let none = Asked::at(Endpoint::Token);
        for (one, other) in [
            (
                filter(|f| f.clients = Some(vec!["App".to_owned()])),
                "client",
            ),
            (
                filter(|f| f.issuers = Some(vec!["tenant".to_owned()])),
                "issuer",
            ),
            (filter(|f| f.users = Some(vec!["ada".to_owned()])), "user"),
            (filter(|f| f.grant = Some("password".to_owned())), "grant"),
            (filter(|f| f.scope = Some("read".to_owned())), "scope"),
            (
                filter(|f| f.presents = Some(TokenLabel::refresh(2))),
                "token",
            ),
            (filter(|f| f.generation = Some(4)), "generation"),
            (filter(|f| f.origin = Some(Origin::Org)), "origin"),
            (filter(|f| f.connection = Some(5)), "connection"),
        ] {
            assert!(one.admits(&asked(), 1), "{other}");
            assert!(!one.admits(&none, 1), "{other}");
        }
        for refused in [
            filter(|f| f.clients = Some(Vec::new())),
            filter(|f| f.issuers = Some(vec!["other".to_owned()])),
            filter(|f| f.users = Some(vec!["bob".to_owned()])),
            filter(|f| f.grant = Some("refresh_token".to_owned())),
            filter(|f| f.scope = Some("rea".to_owned())),
            filter(|f| f.presents = Some(TokenLabel::access(2))),
            filter(|f| f.attempt = Some(2)),
            filter(|f| f.generation = Some(3)),
            filter(|f| f.origin = Some(Origin::Api)),
            filter(|f| f.connection = Some(4)),
        ] {
            assert!(!refused.admits(&asked(), 1), "{refused:?}");
        }
    }

    #[test]
    fn attempts_are_counted_for_each_kind_of_request() {
        let mut attempts = Attempts::default();
        let mut other_order = asked();
        other_order.scope.reverse();
        assert_eq!(attempts.count(&asked()), 1);
        assert_eq!(attempts.count(&other_order), 2);
        let changes: [fn(&mut Asked); 7] = [
            |asked| asked.endpoint = Endpoint::Resource,
            |asked| asked.client = None,
            |asked| asked.issuer = Some("ada".to_owned()),
            |asked| asked.user = Some(String::new()),
            |asked| asked.grant = Some("refresh_token".to_owned()),
            |asked| asked.scope = vec!["readwrite".to_owned()],
            |asked| asked.presents = Some(TokenLabel::refresh(3)),
        ];
        for change in changes {
            let mut changed = asked();
            change(&mut changed);
            assert_eq!(attempts.count(&changed), 1, "{changed:?}");
        }
        assert_eq!(attempts.count(&asked()), 3);
    }
}
