//! Playing a scenario with a client made for the purpose, and telling what happened.

use std::fmt::Write as _;

use token_client::BoxFuture;
use tokenproof::case::Case;
use tokenproof::contender::{Answer, Reference, Setup};
use tokenproof::local;
use tokenproof::trace::{Caller, Class, MarkKind, Trace};

use crate::hand_made::{HandMade, Work, ask, saying};
use crate::stories::only_case;

/// Plays a scenario with a client that does `work`. `rest` is what the scenario has beside its head and a check.
pub(crate) async fn play(rest: &str, work: Work) -> Trace {
    local::play(&case("okta", rest), 0, &HandMade(work), 0)
        .await
        .expect("a world can be started")
}

/// Plays a scenario with the reference client.
pub(crate) async fn play_well(provider: &str, rest: &str) -> Trace {
    local::play(&case(provider, rest), 0, &Reference, 0)
        .await
        .expect("a world can be started")
}

/// The only case of such a scenario.
pub(crate) fn case(provider: &str, rest: &str) -> Case {
    let text = format!(
        "needs: [clock, timers, concurrency, resource, classes, cancel, restart, stores, swap, grant.client_credentials, grant.password, grant.refresh_token]\n{rest}\n\
         checks: [{{ id: any, req: errors.class, count: {{ to: token, at_least: 1 }} }}]\n"
    );
    only_case("local/road", provider, &text)
}

/// What the play did beside calling, line by line.
pub(crate) fn marked(trace: &Trace) -> String {
    let lines = trace.marks.iter().filter_map(|mark| match &mark.what {
        MarkKind::Started(_) => None,
        MarkKind::Moved { by_ms, side } => Some(format!("{side} moved by {by_ms} ms")),
        MarkKind::Released(hold) => Some(format!("{hold} released")),
        MarkKind::Happened(what) => Some(what.clone()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What happened, line by line, times from the start.
pub(crate) fn told(trace: &Trace) -> String {
    let since = |at: jiff::Timestamp| at.duration_since(trace.started_at).as_secs_f64();
    let mut text = String::new();
    for exchange in &trace.exchanges {
        let entry = &exchange.entry;
        let who = exchange.caller.as_ref().map(named);
        let status = entry.reply.as_ref().map(|reply| reply.status.to_string());
        let answered = entry.answered_at.map(|at| format!(" at {} s", since(at)));
        let _ = writeln!(
            text,
            "{} s: {} {} -> {}{}",
            since(entry.at),
            who.as_deref().unwrap_or("nobody"),
            entry.endpoint.name(),
            status.as_deref().unwrap_or("nothing"),
            answered.unwrap_or_default(),
        );
    }
    for outcome in &trace.outcomes {
        let ended = outcome.ended_at.map(|at| format!("{} s", since(at)));
        let _ = writeln!(
            text,
            "{} from {} s to {}: {} {}",
            named(&outcome.caller),
            since(outcome.started_at),
            ended.as_deref().unwrap_or("no end"),
            outcome.class,
            outcome.message.as_deref().unwrap_or_default(),
        );
    }
    let _ = write!(text, "over after {} s", since(trace.ended_at));
    text
}

fn named(caller: &Caller) -> String {
    match &caller.client {
        Some(client) => format!("{caller} of {client}"),
        None => caller.to_string(),
    }
}

/// Asks for a token once and tells the status.
pub(crate) fn asks(setup: Setup) -> BoxFuture<'static, Answer> {
    Box::pin(async move {
        match ask(&setup).await {
            Ok(answer) => saying(Class::Ok, answer.status().as_str()),
            Err(error) => saying(Class::Transient, error.to_string()),
        }
    })
}
