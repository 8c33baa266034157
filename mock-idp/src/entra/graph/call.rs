//! One call to Graph: who makes it, where it goes, and how it is answered.

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::caller::Caller;
use super::query::Query;
use super::refusal::{Challenge, Refused, challenged, error, forbidden, not_found};
use crate::directory::Tenant;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// A call of somebody whose token counts.
pub(super) struct Call<'w> {
    pub(super) world: &'w World,
    pub(super) inbound: &'w Inbound,
    pub(super) caller: Caller<'w>,
    /// The path in lower case, decoded: Graph does not tell cases apart.
    pub(super) segments: Vec<String>,
    pub(super) query: Query,
}

impl<'w> Call<'w> {
    pub(super) fn of(
        world: &'w World,
        inbound: &'w Inbound,
        caller: Caller<'w>,
    ) -> Result<Self, Refused> {
        let query = Query::of(inbound)
            .map_err(|(code, message)| Box::new(error(world, inbound, 400, code, &message)))?;
        Ok(Self {
            world,
            inbound,
            caller,
            segments: segments(inbound.uri.path()),
            query,
        })
    }

    pub(super) fn method(&self) -> &Method {
        // HEAD is answered as GET; the listener leaves the body out.
        match self.inbound.is_read() {
            true => &Method::GET,
            false => &self.inbound.method,
        }
    }

    /// A refusal with Graph's code and message.
    pub(super) fn refuse(&self, status: u16, code: &str, message: &str) -> Refused {
        Box::new(error(self.world, self.inbound, status, code, message))
    }

    /// 400 for something that the request says.
    pub(super) fn bad(&self, message: &str) -> Refused {
        self.refuse(400, "Request_BadRequest", message)
    }

    /// 400 for a path that leads nowhere.
    pub(super) fn no_segment(&self) -> Refused {
        self.refuse(400, "BadRequest", "Resource not found for the segment.")
    }

    pub(super) fn not_found(&self, id: &str) -> Refused {
        Box::new(not_found(self.world, self.inbound, id))
    }

    pub(super) fn forbidden(&self) -> Refused {
        Box::new(forbidden(self.world, self.inbound))
    }

    /// 403 unless the token has one of these permissions.
    pub(super) fn needs(&self, enough: &[&str]) -> Result<(), Refused> {
        match self.caller.may(enough) {
            true => Ok(()),
            false => Err(self.forbidden()),
        }
    }

    /// A claims challenge unless the token has satisfied every authentication context that the directory asks for here.
    pub(super) fn stepped_up(&self) -> Result<(), Refused> {
        let resources = self.caller.tenant.resources.iter();
        let graph = resources.filter(|resource| resource.is_graph());
        let path = format!("/{}", self.segments.join("/"));
        for asked in graph.flat_map(|resource| &resource.step_up) {
            if asked.is_for(self.method().as_str(), &path)
                && !self.caller.has_satisfied(&asked.context)
            {
                let challenge = Challenge::Context(&asked.context);
                return Err(Box::new(challenged(self.world, self.inbound, &challenge)));
            }
        }
        Ok(())
    }

    /// One entity, with the context that Graph puts before it.
    pub(super) fn entity(&self, kind: &str, body: Value) -> Reply {
        let body = self.query.selected(body);
        Reply::json(
            StatusCode::OK,
            self.with_context(&format!("{kind}/$entity"), body),
        )
    }

    /// The same for one that has just come into being.
    pub(super) fn created(&self, kind: &str, body: Value) -> Reply {
        let mut reply = self.entity(kind, body);
        reply.status = StatusCode::CREATED;
        reply
    }

    /// A body with its context.
    pub(super) fn with_context(&self, kind: &str, mut body: Value) -> Value {
        let context = format!("{}/v1.0/$metadata#{kind}", self.world.origin(Origin::Graph));
        if let Some(members) = body.as_object_mut() {
            members.shift_insert(0, "@odata.context".to_owned(), json!(context));
        }
        body
    }

    /// Changes the caller's tenant: all of it or, on a refusal, nothing.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Tenant) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let id = &self.caller.tenant.id;
        self.world.change_directory(|directory| {
            let mut tenants = directory.entra.tenants.iter_mut();
            let tenant = tenants
                .find(|tenant| tenant.id == *id)
                .ok_or_else(|| self.not_found(id))?;
            let mut changed = tenant.clone();
            let done = change(&mut changed)?;
            *tenant = changed;
            Ok(done)
        })
    }
}

/// The segments of a path. `applications(appId='…')` is two of them.
fn segments(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    for segment in path.trim_matches('/').split('/') {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        let segment = decoded.to_ascii_lowercase();
        match segment
            .strip_suffix(')')
            .and_then(|rest| rest.split_once('('))
        {
            Some((name, key)) if !name.is_empty() && !key.is_empty() => {
                segments.push(name.to_owned());
                segments.push(key.to_owned());
            }
            _ => segments.push(segment),
        }
    }
    segments
}

/// Names an object: by its object id, or by another property, as in `appId='…'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name<'p> {
    ObjectId(&'p str),
    AppId(&'p str),
}

impl<'p> Name<'p> {
    pub(super) fn of(segment: &'p str) -> Self {
        let by_app_id = segment.strip_prefix("appid='");
        match by_app_id.and_then(|rest| rest.strip_suffix('\'')) {
            Some(id) => Self::AppId(id),
            None => Self::ObjectId(segment),
        }
    }

    pub(super) fn text(self) -> &'p str {
        let (Self::ObjectId(text) | Self::AppId(text)) = self;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(segments("/v1.0/Groups/"), ["v1.0", "groups"]);
        assert_eq!(
            segments("/v1.0/applications(appId=%27AB%27)/addPassword"),
            ["v1.0", "applications", "appid='ab'", "addpassword"]
        );
        assert_eq!(segments("/()"), ["()"]);
        assert_eq!(Name::of("appid='ab'"), Name::AppId("ab"));
        assert_eq!(Name::of("appid='ab"), Name::ObjectId("appid='ab"));
    }

    proptest::proptest! {
        #[test]
        fn any_path_is_taken_apart(path in "\\PC*") {
            let _ = segments(&path);
        }
    }
}
