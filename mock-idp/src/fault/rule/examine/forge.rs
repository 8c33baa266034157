//! What a rule does to the tokens of an answer.

use super::super::Rule;
use super::{Complaint, Place, Replies};
use crate::fault::Forgery;
use crate::fault::moment::Moment;

pub(super) fn examine(rule: &Rule, found: &mut Vec<Complaint>) {
    let Some(forgery) = &rule.forge else { return };
    let place = Place::of("forge");
    let says_nothing = Forgery {
        token: None,
        ..forgery.clone()
    };
    if says_nothing == Forgery::default() {
        found.push(
            Complaint::at(&place, "a forgery that changes nothing").help(
                "write for instance `forge: { sign: wrong_key }` or `{ claims: { aud: other } }`",
            ),
        );
    }
    for (at, name) in forgery.without.iter().enumerate() {
        if forgery.claims.contains_key(name) {
            found.push(
                Complaint::at(
                    place.key("without").element(at),
                    format!("the claim `{name}` is set and taken out at once"),
                )
                .and(place.key("claims").key(name).itself(), "set here"),
            );
        }
    }
    for (name, value) in &forgery.claims {
        if let Some(text) = value.as_str()
            && text.starts_with('$')
            && let Err(why) = text.parse::<Moment>()
        {
            found.push(
                Complaint::at(place.key("claims").key(name), why.to_string())
                    .help("write for instance `$epoch(-1h)`"),
            );
        }
    }
    for (key, present) in [
        ("error", rule.error.is_some()),
        ("reply", rule.reply.as_ref().is_some_and(has_no_tokens)),
    ] {
        if present {
            found.push(
                Complaint::at(key, format!("`{key}` and `forge` in one rule"))
                    .and(&place, "a refusal has no tokens"),
            );
        }
    }
}

fn has_no_tokens(Replies(replies): &Replies) -> bool {
    replies.iter().all(|status| *status >= 300)
}
