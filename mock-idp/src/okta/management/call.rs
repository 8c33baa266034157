//! One call to the management API: who makes it, where it goes, and how it is answered.

use http::{Method, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::caller::Caller;
use super::need::Need;
use super::refusal::Refused;
use crate::directory::OktaDirectory;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::okta::codes;
use crate::reply::Reply;
use crate::world::World;

/// How many of a kind an org has at most here: each change copies the directory.
pub(super) const MOST: usize = 2_000;
/// How many secrets a world can keep out of its journal. They are looked for in all that comes in, also those that are gone.
const MOST_SECRETS: usize = 1_000;

/// A call of somebody who may make it.
pub(super) struct Call<'w> {
    pub(super) world: &'w World,
    pub(super) inbound: &'w Inbound,
    pub(super) caller: Caller<'w>,
}

impl<'w> Call<'w> {
    pub(super) fn of(
        world: &'w World,
        inbound: &'w Inbound,
        path: &[String],
    ) -> Result<Self, Refused> {
        let need = Need::of(&inbound.method, path);
        Ok(Self {
            world,
            inbound,
            caller: Caller::of(world, inbound, &need)?,
        })
    }

    pub(super) fn method(&self) -> &Method {
        // HEAD is answered as GET; the listener leaves the body out.
        match self.inbound.is_read() {
            true => &Method::GET,
            false => &self.inbound.method,
        }
    }

    pub(super) fn okta(&self) -> &'w OktaDirectory {
        &self.world.directory.okta
    }

    pub(super) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// A refusal with a code.
    pub(super) fn refuse(&self, code: &str, causes: &[&str]) -> Refused {
        self.refuse_about(code, "", causes)
    }

    /// The same where the code names what it is about.
    fn refuse_about(&self, code: &str, what: &str, causes: &[&str]) -> Refused {
        let told = [("what", what)];
        Box::new(codes::refusal(self.world, code, &told, causes))
    }

    /// 400 for a member of the body, with what is wrong about it.
    pub(super) fn invalid(&self, member: &str, cause: &str) -> Refused {
        let cause = format!("{member}: {cause}");
        self.refuse_about("E0000001", member, &[&cause])
    }

    /// 400 for something that cannot be done as things stand.
    pub(super) fn unable(&self, what: &str, cause: &str) -> Refused {
        self.refuse_about("E0000001", what, &[cause])
    }

    pub(super) fn not_found(&self, id: &str, kind: &str) -> Refused {
        let id: String = id.chars().take(100).collect();
        let told = [("id", id.as_str()), ("type", kind)];
        Box::new(codes::refusal(self.world, "E0000007", &told, &[]))
    }

    /// 404 for a path that leads nowhere.
    pub(super) fn no_path(&self) -> Refused {
        self.refuse("E0000008", &[])
    }

    /// 405.
    pub(super) fn no_method(&self) -> Refused {
        self.refuse("E0000022", &[])
    }

    /// 400 once there are as many as there can be.
    pub(super) fn room(&self, many: usize) -> Result<(), Refused> {
        match many < MOST {
            true => Ok(()),
            false => Err(self.refuse("E0000093", &[])),
        }
    }

    /// 400 once the world knows as many secrets as it can.
    pub(super) fn room_for_a_secret(&self) -> Result<(), Refused> {
        match self.world.secrets.count() < MOST_SECRETS {
            true => Ok(()),
            false => Err(self.refuse("E0000093", &[])),
        }
    }

    /// Changes the org: all of it or, on a refusal, nothing.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut OktaDirectory) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.world.change_directory(|directory| {
            let mut changed = directory.okta.clone();
            let done = change(&mut changed)?;
            directory.okta = changed;
            Ok(done)
        })
    }

    /// An id as Okta makes them: a prefix and 20 characters in all.
    pub(super) fn new_id(&self, prefix: &str) -> String {
        let rest = 20_usize.saturating_sub(prefix.len());
        format!("{prefix}{}", self.world.entropy.alphanumeric(rest))
    }

    /// A URL of the org's API.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.world.origin(Origin::Org))
    }

    /// A parameter of the query that says yes or no; else, what it is without it.
    pub(super) fn flag(&self, name: &str, without: bool) -> bool {
        match self.inbound.query_parameter(name).as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => without,
        }
    }
}

/// 200 with a body.
pub(super) fn ok(body: Value) -> Result<Reply, Refused> {
    Ok(Reply::json(StatusCode::OK, body))
}

/// 204.
pub(super) fn done(change: impl Into<String>) -> Result<Reply, Refused> {
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(change))
}

/// The segments of a path, decoded.
pub(super) fn segments(path: &str) -> Vec<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// An instant as Okta writes it: with milliseconds.
pub(super) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}
