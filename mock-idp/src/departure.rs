//! How an answer leaves: through hyper, byte for byte, as a reset, or never. The journal is told.

use axum::body::Body;
use http::Response;

use crate::fault::{Action, Applied, ConnectionFault};
use crate::inbound::Inbound;
use crate::journal::{Delivery, Opened, ReplyFacts};
use crate::reply::Reply;
use crate::wording::{Ending, Wording, is_exact, status_of, word};
use crate::world::World;

/// Marks a response that is not to be sent as it is, and says what the connection is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    /// Reset.
    Reset,
    /// Nothing more; its end has been announced to the peer.
    End,
    /// The next request: the answer to this one has been sent.
    GoOn,
}

/// The last stage of a request.
pub(crate) struct Departure<'a> {
    pub(crate) world: &'a World,
    pub(crate) inbound: &'a Inbound,
    /// Its entry in the journal.
    pub(crate) entry: Opened,
    pub(crate) fault: Option<&'a Applied>,
    /// The limit that refused the request, by its label.
    pub(crate) limit: Option<String>,
}

impl Departure<'_> {
    /// Sends an answer, unless the fault does something else to the connection.
    pub(crate) async fn send(self, reply: Reply) -> Response<Body> {
        let Some(fault) = self.fault else {
            self.close(self.facts(&reply, Delivery::Sent));
            return reply.into_response();
        };
        let action = &fault.action;
        match action.connection {
            Some(ConnectionFault::Reset | ConnectionFault::LostReply) => {
                self.close(self.facts(&reply, Delivery::Reset));
                instead(Instead::Reset)
            }
            Some(ConnectionFault::Hang) => {
                let facts = self.facts(&reply, Delivery::Withheld);
                self.world.journal.close(self.entry, None, facts);
                let supervisor = &*self.world.supervisor;
                self.inbound.park(supervisor, self.world.superseded()).await;
                instead(Instead::Reset)
            }
            _ if is_exact(action) => self.send_exactly(reply, action).await,
            _ => {
                self.close(self.facts(&reply, Delivery::Sent));
                reply.into_response()
            }
        }
    }

    /// Resets the connection of a request that the world knows nothing of any more.
    pub(crate) fn of_the_superseded() -> Response<Body> {
        instead(Instead::Reset)
    }

    /// Resets the connection before anything was done.
    pub(crate) fn reset(self) -> Response<Body> {
        self.close(self.facts_without_answer(0, Delivery::Reset));
        instead(Instead::Reset)
    }

    /// Sends bytes in place of an answer.
    pub(crate) async fn send_raw(self, bytes: &[u8]) -> Response<Body> {
        let status = status_of(bytes).unwrap_or(0);
        self.close(self.facts_without_answer(status, Delivery::Raw));
        // A peer that hung up hears nothing; that is its affair.
        let _ = self.inbound.outlet.write(bytes).await;
        self.end(Ending::Closed).await
    }

    async fn send_exactly(self, reply: Reply, action: &Action) -> Response<Body> {
        let delivery = match action.connection {
            Some(ConnectionFault::Truncate) => Delivery::Truncated,
            Some(ConnectionFault::ResetBody) => Delivery::ResetBody,
            _ => Delivery::Sent,
        };
        let facts = self.facts(&reply, delivery);
        let Wording { pieces, ending } = word(reply, action, self.inbound);
        let apart = action.dribble.filter(|_| pieces.len() > 1);
        match apart {
            None => self.close(facts.clone()),
            // Until the last piece has gone, it is one that was cut off.
            Some(_) => {
                let mut so_far = facts.clone();
                so_far.delivery = Delivery::Truncated;
                self.world.journal.close(self.entry, None, so_far);
            }
        }
        for (index, piece) in pieces.iter().enumerate() {
            if let Some(apart) = apart.filter(|_| index > 0) {
                let pause = self.world.clock.sleep(apart);
                self.inbound.park(&*self.world.supervisor, pause).await;
            }
            if self.inbound.outlet.write(piece).await.is_err() {
                // Whoever hung up has cut the answer off himself.
                return instead(Instead::End);
            }
        }
        if apart.is_some() {
            self.close(facts);
        }
        self.end(ending).await
    }

    async fn end(self, ending: Ending) -> Response<Body> {
        match ending {
            Ending::Kept => instead(Instead::GoOn),
            Ending::Reset => instead(Instead::Reset),
            Ending::Closed => {
                // A peer that hung up needs no farewell.
                let _ = self.inbound.outlet.close().await;
                instead(Instead::End)
            }
        }
    }

    fn close(&self, facts: ReplyFacts) {
        let now = self.world.clock.timeline();
        self.world.journal.close(self.entry, Some(now), facts);
    }

    /// The fault that has to do with it: its own, or else that of its connection.
    pub(crate) fn fault_label(&self) -> Option<&str> {
        let own = self.fault.map(|fault| &*fault.label);
        own.or(self.inbound.fault.as_deref())
    }

    fn facts(&self, reply: &Reply, delivery: Delivery) -> ReplyFacts {
        let mut facts = reply.facts(delivery);
        facts.fault = self.fault_label().map(str::to_owned);
        facts.limit = self.limit.clone();
        if reply.status.is_success() {
            facts.leniencies = self.world.lenience.needed();
        }
        let hygiene = self.world.hygiene();
        facts.changed = facts.changed.map(|words| hygiene.clean(&words));
        // A challenge may repeat the path that was asked for, and a redirect does.
        for (name, value) in &mut facts.headers {
            if matches!(name.as_str(), "www-authenticate" | "location") {
                *value = hygiene.clean(value);
            }
        }
        facts
    }

    fn facts_without_answer(&self, status: u16, delivery: Delivery) -> ReplyFacts {
        ReplyFacts {
            status,
            error: None,
            vendor_code: None,
            headers: Vec::new(),
            issued: Vec::new(),
            changed: None,
            fault: self.fault_label().map(str::to_owned),
            limit: self.limit.clone(),
            leniencies: Vec::new(),
            delivery,
        }
    }
}

fn instead(what: Instead) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(what);
    response
}
