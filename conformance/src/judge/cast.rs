//! Which of several clients sent a request, and whom it acts as.

use super::missing::Missing;
use super::view::View;
use crate::scenario::{Ending, OneOrMany, Step, Which};
use crate::trace::{Caller, CastMember, Class, Exchange, Outcome, Party};

impl<'a> View<'a> {
    /// The clients under a name, its own or that of its group; all of them without a name.
    pub(super) fn clients(&self, name: Option<&str>) -> Result<Vec<&'a CastMember>, Missing> {
        let cast = &self.trace.cast;
        if cast.is_empty() {
            return Err(if self.is_passive() {
                Missing::driver("clients cannot be told apart")
            } else {
                Missing::in_the_run("the run does not say who its clients are")
            });
        }
        let meant: Vec<&CastMember> = cast
            .iter()
            .filter(|member| name.is_none_or(|name| is_called(member, name)))
            .collect();
        match name {
            Some(name) if meant.is_empty() => {
                Err(Missing::in_the_run(format!("no client is called `{name}`")))
            }
            _ => Ok(meant),
        }
    }

    /// The client that sent a request; none for an intruder's, and where the run cannot tell.
    ///
    /// A request that no call caused, a renewal in the background, is that of the only client with its application, tenant and
    /// user. The token it shows tells nothing: it may be another's.
    pub(super) fn sender(&self, exchange: &Exchange) -> Option<&'a CastMember> {
        if exchange.by != Party::Client {
            return None;
        }
        if let Some(caller) = &exchange.caller {
            return self.asked(caller);
        }
        let cast = &self.trace.cast;
        if let [lone] = cast.as_slice() {
            return Some(lone);
        }
        let said = exchange.entry.token_request.as_ref()?;
        let mut alike = cast.iter().filter(|member| {
            said.client.as_ref() == Some(&member.client)
                && said.issuer.as_ref().is_none_or(|i| *i == member.issuer)
                && (said.user.is_none() || said.user == member.user)
        });
        alike.next().filter(|_| alike.next().is_none())
    }

    /// The client that a caller asked.
    pub(super) fn asked(&self, caller: &Caller) -> Option<&'a CastMember> {
        match (&caller.client, self.trace.cast.as_slice()) {
            (None, [lone]) => Some(lone),
            (None, _) => None,
            (Some(name), cast) => cast.iter().find(|member| member.name == *name),
        }
    }

    /// The first or second tenant, as requests name it: that of a client which is set up to ask it.
    pub(super) fn tenant(&self, which: Which) -> Result<&'a str, Missing> {
        let cast = self.clients(None)?;
        self.members
            .iter()
            .filter(|member| member.spec.tenant == which)
            .find_map(|member| cast.iter().find(|cast| cast.name == member.name))
            .map(|member| member.issuer.as_str())
            .ok_or_else(|| {
                let which = super::words::which(which);
                Missing::in_the_run(format!("no client is set up to ask the {which} tenant"))
            })
    }

    /// Whether two clients keep their tokens in one place.
    pub(super) fn share_a_store(&self, one: &CastMember, other: &CastMember) -> bool {
        let store = |member: &CastMember| {
            let set_up = self.members.iter().find(|set| set.name == member.name)?;
            set_up.spec.store.as_ref()
        };
        one.name == other.name || (store(one).is_some() && store(one) == store(other))
    }

    /// Whether a step gives this client another refresh token while it runs.
    pub(super) fn is_given_another_grant(&self, client: &CastMember) -> bool {
        self.steps().iter().any(|step| match step {
            Step::Swap(swap) => {
                swap.refresh_token.is_some() && addresses(swap.client.as_ref(), Some(client))
            }
            _ => false,
        })
    }

    /// Whether the play itself cut this call off: its caller gave up, or the client was killed.
    ///
    /// What a client says by itself is not enough, or `cancelled` would excuse everything.
    pub(super) fn was_called_off(&self, outcome: &Outcome) -> bool {
        outcome.class == Class::Cancelled
            && self.steps().iter().any(|step| match step {
                Step::Cancel(label) => *label == outcome.caller.label,
                Step::Restart(restart) => {
                    restart.how == Ending::Kill
                        && addresses(restart.client.as_ref(), self.asked(&outcome.caller))
                }
                _ => false,
            })
    }

    /// Whether this call ran into the deadline of its own caller.
    pub(super) fn ran_out_of_time(&self, outcome: &Outcome) -> bool {
        outcome.class == Class::Timeout
            && outcome.ended_at.is_some()
            && self
                .steps()
                .iter()
                .filter_map(Step::call)
                .filter(|call| call.label.as_deref() == Some(outcome.caller.label.as_str()))
                .any(|call| call.deadline.is_some())
    }
}

/// Whether a name is that of a client or of its group.
pub(super) fn is_called(member: &CastMember, name: &str) -> bool {
    member.name == name || member.group == name
}

/// Whether a step that names clients, or none and so all, means this one.
fn addresses(names: Option<&OneOrMany>, client: Option<&CastMember>) -> bool {
    names.is_none_or(|names| {
        client.is_some_and(|client| names.0.iter().any(|name| is_called(client, name)))
    })
}
