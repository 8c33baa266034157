//! Playing a scenario with a client made for the purpose, and telling what happened.

use std::fmt::Write as _;

use token_client::BoxFuture;
use tokenproof::contender::{Answer, Setup};
use tokenproof::local;
use tokenproof::trace::{Class, Trace};

use crate::hand_made::{HandMade, Work, ask, saying};
use crate::stories::only_case;

/// Plays a scenario with a client that does `work`. `rest` is what the scenario has beside its head and a check.
pub(crate) async fn play(rest: &str, work: Work) -> Trace {
    let text = format!(
        "needs: [clock, concurrency, resource, grant.client_credentials, grant.refresh_token]\n{rest}\n\
         checks: [{{ id: any, req: errors.class, count: {{ to: token, at_least: 1 }} }}]\n"
    );
    let case = only_case("local/road", "okta", &text);
    local::play(&case, 0, &HandMade(work), 0)
        .await
        .expect("a world can be started")
}

/// What happened, line by line, times from the start.
pub(crate) fn told(trace: &Trace) -> String {
    let since = |at: jiff::Timestamp| at.duration_since(trace.started_at).as_secs_f64();
    let mut text = String::new();
    for exchange in &trace.exchanges {
        let entry = &exchange.entry;
        let who = exchange.caller.as_ref().map(ToString::to_string);
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
            outcome.caller,
            since(outcome.started_at),
            ended.as_deref().unwrap_or("no end"),
            outcome.class,
            outcome.message.as_deref().unwrap_or_default(),
        );
    }
    let _ = write!(text, "over after {} s", since(trace.ended_at));
    text
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
