//! `presents`: which token a request shows.

use mock_idp::journal::{Delivery, Endpoint};
use mock_idp::ledger::{TokenLabel, TokenState};

use crate::judge::newest;
use crate::judge::view::{Placed, View};
use crate::scenario::Presents;

/// Whether an exchange shows the token that is meant; none where the run cannot tell.
pub(in crate::judge) fn shows(
    view: &View<'_>,
    sent: Placed<'_>,
    wanted: &Presents,
) -> Option<bool> {
    let shown = sent.exchange.entry.presented.as_ref();
    let state = shown.map(|shown| shown.state);
    let label = shown.and_then(|shown| shown.token);
    Some(match wanted {
        Presents::Newest => label.is_some_and(|label| newest::is(view, sent, label)),
        Presents::Live => state == Some(TokenState::Live),
        Presents::Expired => state == Some(TokenState::Expired),
        Presents::Rotated => state == Some(TokenState::Rotated),
        Presents::Revoked => state == Some(TokenState::Revoked),
        Presents::Foreign => {
            shown.is_some() && (label.is_none() || state == Some(TokenState::Foreign))
        }
        Presents::Rejected => label.is_some_and(|label| was_refused(view, sent, label)),
        Presents::Own => return label.map_or(Some(false), |label| is_own(view, sent, label)),
        Presents::Nothing => shown.is_none(),
        Presents::Label(wanted) => label == Some(*wanted),
    })
}

/// Whether who sends this has been told before that the token is no good.
///
/// Another client's refusal is no news to this one, nor is an answer that was lost, nor one to a call made at the same time.
fn was_refused(view: &View<'_>, sent: Placed<'_>, label: TokenLabel) -> bool {
    let sender = |sent: Placed<'_>| view.sender(sent.exchange).map(|member| &member.name);
    view.exchanges()
        .filter(|earlier| earlier.exchange.by == sent.exchange.by)
        .filter(|earlier| refuses(*earlier, label))
        .filter(|earlier| {
            let answered = earlier.exchange.entry.answered_at;
            answered.is_some_and(|at| (at, earlier.index) < (sent.exchange.entry.at, sent.index))
        })
        .any(|earlier| !view.are_unordered(earlier, sent) && sender(earlier) == sender(sent))
}

fn refuses(sent: Placed<'_>, label: TokenLabel) -> bool {
    let entry = &sent.exchange.entry;
    let shown = entry.presented.as_ref().and_then(|shown| shown.token);
    shown == Some(label)
        && entry.reply.as_ref().is_some_and(|reply| {
            let refused = match entry.endpoint {
                Endpoint::Token => reply.error.as_deref() == Some("invalid_grant"),
                _ => reply.status == 401,
            };
            refused && reply.delivery == Delivery::Sent
        })
}

fn is_own(view: &View<'_>, sent: Placed<'_>, label: TokenLabel) -> Option<bool> {
    let sender = view.sender(sent.exchange)?;
    let facts = view.trace.tokens.iter().find(|f| f.label == label)?;
    Some(
        facts.client == sender.client && facts.user == sender.user && facts.issuer == sender.issuer,
    )
}
