use serde_json::json;

use super::*;
use crate::driver::process::{Groups, Process};

const LIMITS: Limits = Limits {
    run: Duration::from_secs(30),
    silence: Duration::from_millis(300),
    unexplained: Duration::from_millis(100),
    start: Duration::from_millis(900),
    end: Duration::from_secs(1),
};

/// A conversation in which the test is the driver; what is asked goes nowhere.
fn talk(cancels: bool) -> (Session, mpsc::Sender<Inbound>) {
    let command = ["sleep", "600"].map(str::to_owned);
    let (process, _) =
        Process::start(&command, &[], &Groups::default(), LIMITS.end).expect("sleep");
    let (driver, inbound) = mpsc::channel(100);
    let link = Link::Process(Arc::new(process));
    (Session::begin(link, inbound, None, cancels, LIMITS), driver)
}

async fn say(driver: &mpsc::Sender<Inbound>, message: serde_json::Value) {
    let line = message.to_string().into_bytes();
    driver.send(Inbound::Line(line)).await.expect("a listener");
}

fn get_token() -> Operation {
    Operation::GetToken {
        client: "c".to_owned(),
    }
}

/// What comes of a request that the driver meets with these lines.
async fn met_with(lines: &[serde_json::Value]) -> Result<Outcome, DriverFault> {
    let (session, driver) = talk(false);
    let (outcome, ()) = tokio::join!(session.ask(get_token()), async {
        for line in lines {
            say(&driver, line.clone()).await;
        }
    });
    // What follows the answer is heard too.
    within(Duration::from_millis(100), std::future::pending::<()>()).await;
    session.fault().map_or(outcome, Err)
}

fn fault_of(outcome: Result<Outcome, DriverFault>) -> String {
    outcome.expect_err("a fault").to_string()
}

#[tokio::test]
async fn answers_come_in_any_order_to_whoever_asked() {
    let (session, driver) = talk(false);
    let (one, other, ()) =
        tokio::join!(session.ask(get_token()), session.ask(get_token()), async {
            say(&driver, json!({ "id": 1, "event": "started" })).await;
            say(&driver, json!({ "id": 2, "ok": { "token": "two" } })).await;
            say(&driver, json!({ "id": 1, "unsupported": "one" })).await;
            // An event may cross an answer.
            say(&driver, json!({ "id": 2, "event": "resumed" })).await;
        });
    assert_eq!(one, Ok(Outcome::Unsupported("one".to_owned())));
    assert!(matches!(other, Ok(Outcome::Ok(members)) if members["token"] == "two"));
    assert!(session.is_idle() && session.fault().is_none());
    assert!(session.release().await.is_some());
}

#[tokio::test]
async fn what_a_driver_must_not_say_is_its_fault() {
    let answer = json!({ "id": 1, "ok": {} });
    let twice = met_with(&[answer.clone(), answer.clone()]).await;
    insta::assert_snapshot!(fault_of(twice), @"the driver answered request 1, `get_token`, a second time");
    let unasked = met_with(&[json!({ "id": 9, "ok": {} })]).await;
    insta::assert_snapshot!(fault_of(unasked), @"the driver answered request 9, which was never made");
    let event = met_with(&[json!({ "id": 9, "event": "started" })]).await;
    insta::assert_snapshot!(fault_of(event), @"the driver answered request 9, which was never made");
    let garbage = met_with(&[json!("ready")]).await;
    insta::assert_snapshot!(fault_of(garbage), @"the driver wrote a line that is not a JSON object: another JSON value; only messages belong on standard output");
}

#[tokio::test]
async fn silence_is_a_hang_and_a_sign_of_life_is_not() {
    let (session, _driver) = talk(false);
    insta::assert_snapshot!(fault_of(session.ask(get_token()).await), @"the driver hung in `get_token` and was killed: no sign of life for 0 s");
    assert!(
        fault_of(session.ask(get_token()).await).contains("hung"),
        "from then on"
    );

    let (session, driver) = talk(false);
    let (outcome, ()) = tokio::join!(session.ask(get_token()), async {
        for _ in 0..4 {
            within(LIMITS.silence / 2, std::future::pending::<()>()).await;
            say(&driver, json!({ "id": 1, "event": "started" })).await;
        }
        say(&driver, json!({ "id": 1, "ok": {} })).await;
    });
    assert!(outcome.is_ok());
}

#[tokio::test]
async fn a_start_may_take_longer() {
    let (session, driver) = talk(false);
    let (outcome, ()) = tokio::join!(session.ask_at_start(get_token()), async {
        within(LIMITS.silence * 2, std::future::pending::<()>()).await;
        say(&driver, json!({ "id": 1, "ok": {} })).await;
    });
    assert!(outcome.is_ok());
}

#[tokio::test]
async fn what_is_only_told_has_to_be_noted_too() {
    let set_clock = || Operation::SetClock {
        client: "c".to_owned(),
        now: jiff::Timestamp::UNIX_EPOCH,
        elapsed_ms: 0,
    };
    let (session, driver) = talk(false);
    session.tell(set_clock());
    let ((), ()) = tokio::join!(session.noted(), say(&driver, json!({ "id": 1, "ok": {} })));
    assert_eq!(session.fault(), None);

    session.tell(set_clock());
    session.noted().await;
    let hung = session.fault().expect("nobody answers").to_string();
    assert!(hung.contains("`set_clock`"), "{hung}");

    let (session, driver) = talk(false);
    session.tell(set_clock());
    let refusal = json!({ "id": 1, "unsupported": "no clock" });
    tokio::join!(session.noted(), say(&driver, refusal));
    let refused = session.fault().expect("it has to").to_string();
    insta::assert_snapshot!(refused, @"the driver answered `set_clock` with `unsupported`: no clock");
}

#[tokio::test]
async fn who_gives_up_calls_back_and_is_not_waited_for() {
    let (session, driver) = talk(true);
    let asking = session.ask(get_token());
    assert!(within(Duration::from_millis(20), asking).await.is_none());
    assert!(!session.is_idle());
    say(&driver, json!({ "id": 2, "ok": {} })).await;
    say(&driver, json!({ "id": 1, "err": { "class": "cancelled" } })).await;
    session.noted().await;
    within(LIMITS.silence * 2, std::future::pending::<()>()).await;
    assert_eq!(session.fault(), None);
    assert!(session.is_idle());

    let (session, _driver) = talk(false);
    let asking = session.ask(get_token());
    assert!(within(Duration::from_millis(20), asking).await.is_none());
    within(LIMITS.silence * 2, std::future::pending::<()>()).await;
    assert_eq!(session.fault(), None, "nobody waits for it");
    assert!(!session.is_idle(), "but it is under way");
    assert!(
        session.release().await.is_none(),
        "so nobody else can have the process"
    );
}

#[tokio::test]
async fn a_service_that_ends_its_answer_has_to_have_answered() {
    let (session, driver) = talk(false);
    let (outcome, ()) = tokio::join!(session.ask(get_token()), async {
        driver.send(Inbound::Answered(1)).await.expect("a listener");
    });
    insta::assert_snapshot!(fault_of(outcome), @"the driver ended its answer to `get_token` without an answer in it");

    let (session, driver) = talk(false);
    let (outcome, ()) = tokio::join!(session.ask(get_token()), async {
        say(&driver, json!({ "id": 1, "ok": {} })).await;
        driver.send(Inbound::Answered(1)).await.expect("a listener");
    });
    assert!(outcome.is_ok() && session.release().await.is_some());
}

#[tokio::test]
async fn the_numbers_of_requests_go_on_in_the_next_conversation() {
    let (session, driver) = talk(false);
    let (_, ()) = tokio::join!(
        session.ask(get_token()),
        say(&driver, json!({ "id": 1, "ok": {} }))
    );
    let (link, inbound) = session.release().await.expect("it is sound");
    let next = Session::begin(link, inbound, None, false, LIMITS);
    let (outcome, ()) = tokio::join!(
        next.ask(get_token()),
        say(&driver, json!({ "id": 2, "ok": {} }))
    );
    assert!(outcome.is_ok());
}

#[tokio::test]
async fn after_its_end_nothing_is_asked() {
    let (session, driver) = talk(false);
    let asking = session.ask(get_token());
    let (outcome, ()) = tokio::join!(asking, async { session.give_up() });
    assert!(outcome.is_err(), "whoever waits is told");
    assert!(session.ask(get_token()).await.is_err());
    assert_eq!(session.fault(), None, "that is nobody's fault");
    drop(session);
    let closed = within(Duration::from_secs(2), driver.closed()).await;
    assert!(closed.is_some(), "nobody listens any more");
}
