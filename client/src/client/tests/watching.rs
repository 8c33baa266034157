//! What watchers are told.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

use crate::testkit::{Reply, Stage};
use crate::{Event, GrantSource, Secret, TransportErrorKind, Watch};

/// Lines, from wherever they come.
#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

impl Watch for Lines {
    fn on(&self, event: &Event<'_>) {
        self.push(match event {
            Event::Request {
                purpose,
                host,
                took,
                outcome: Ok(status),
            } => format!("{purpose} at {host}: {status} after {took:?}"),
            Event::Request {
                purpose,
                outcome: Err(error),
                ..
            } => format!("{purpose}: {error}"),
            Event::Renewed { grant, lifetime } => format!("renewed by {grant} for {lifetime:?}"),
            Event::NotRenewed { class, error } => format!("not renewed, {class}: {error}"),
        });
    }
}

/// A password, a refresh, a call that is refused, a server that is gone, and a grant that is dead.
async fn eventful(watch: Lines) -> Stage {
    let ann = GrantSource::Password {
        username: "ann".to_owned(),
        password: Secret::new("canary"),
    };
    let stage = Stage::new(ann, |builder| builder.watch(watch));
    stage.script.tokens([
        Reply::token(r#","expires_in":3600,"refresh_token":"canary-1""#),
        Reply::token(r#","expires_in":3600,"refresh_token":"canary-2""#),
        Reply::Fail(TransportErrorKind::Connect),
        Reply::error(400, "invalid_grant"),
        Reply::error(400, "invalid_grant"),
    ]);
    stage
        .script
        .api([Reply::body(401, ""), Reply::body(200, "")]);
    stage.call().await;
    stage.refresh().await;
    stage
}

#[tokio::test]
async fn requests_and_renewals_are_told() {
    let lines = Lines::default();
    eventful(lines.clone()).await;
    insta::assert_snapshot!(lines.text(), @"
    password at id.example: 200 OK after 0ns
    renewed by password for Some(3600s)
    resource at api.example: 401 Unauthorized after 0ns
    refresh_token at id.example: 200 OK after 0ns
    renewed by refresh_token for Some(3600s)
    resource at api.example: 200 OK after 0ns
    refresh_token: no connection: scripted
    refresh_token at id.example: 400 Bad Request after 0ns
    password at id.example: 400 Bad Request after 0ns
    not renewed, reauth_required: token endpoint refused the password grant with status 400, invalid_grant
    ");
}

thread_local! {
    /// Where the recorder writes what happens on this thread.
    static PAPER: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Writes down every field of every span and event. There is one for all threads: what only one thread listens to may be thought
/// to be heard by nobody when another thread comes by first.
struct Recorder;

impl Recorder {
    fn push(line: String) {
        PAPER.with_borrow(|paper| {
            if let Some(paper) = paper {
                paper.push(line);
            }
        });
    }
}

struct Fields<'s>(&'s mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("token_client")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = format!("span {}", span.metadata().name());
        span.record(&mut Fields(&mut line));
        Self::push(line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = event.metadata().level().to_string().to_lowercase();
        event.record(&mut Fields(&mut line));
        Self::push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_and_events_hold_no_secret() {
    let lines = Lines::default();
    tracing::subscriber::set_global_default(Recorder).unwrap();
    PAPER.set(Some(lines.clone()));
    eventful(Lines::default()).await;
    PAPER.set(None);
    let told = lines.text();
    assert!(!told.contains("canary") && !told.contains("AT1"), "{told}");
    insta::assert_snapshot!(told, @r#"
    span renewal host="id.example" client_id="app"
    debug message=request answered purpose=password host="id.example" status=200 took=0ns
    info message=token renewed grant=password lifetime=Some(3600s)
    debug message=request answered purpose=resource host="api.example" status=401 took=0ns
    span renewal host="id.example" client_id="app"
    debug message=request answered purpose=refresh_token host="id.example" status=200 took=0ns
    info message=token renewed grant=refresh_token lifetime=Some(3600s)
    debug message=request answered purpose=resource host="api.example" status=200 took=0ns
    span renewal host="id.example" client_id="app"
    debug message=request failed purpose=refresh_token host="id.example" error=no connection: scripted took=0ns
    debug message=request answered purpose=refresh_token host="id.example" status=400 took=0ns
    debug message=request answered purpose=password host="id.example" status=400 took=0ns
    warn message=token not renewed class=reauth_required error=token endpoint refused the password grant with status 400, invalid_grant
    "#);
}
