use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A value that must not be told again.
const TOKEN: &str = "eyJhbGciOi.expected u16, expected secret: x";

#[test]
fn what_a_driver_may_say() {
    let mut table = String::new();
    for line in [
        r#"{"id":3,"ok":{}}"#,
        r#" { "id" : 3, "ok" : {"token":"t"}, "news" : [1] } "#,
        "{\"id\":3,\"ok\":{}}\r",
        r#"{"id":3,"err":{}}"#,
        r#"{"id":3,"err":{"class":"throttled","retry_after_s":30,"status":null,"news":1}}"#,
        r#"{"id":3,"unsupported":"no"}"#,
        r#"{"id":3,"event":"started"}"#,
        r#"{"id":3,"event":"waiting","until":"2030-01-01T00:00:30Z"}"#,
        r#"{"id":3,"event":"waiting","client":"c","until":"2030-01-01T01:00:30+01:00"}"#,
        r#"{"id":3,"event":"resumed"}"#,
        r#"{"event":"waiting","client":"c","until":"2030-01-01T00:00:30Z"}"#,
        r#"{"event":"waiting","client":"c","until":null}"#,
        r#"{"event":"waiting","client":"c"}"#,
        r#"{"event":"started","client":"c"}"#,
        r#"{"event":"started","client":"c","until":"2030-01-01T00:00:30Z"}"#,
        r#"{"id":3,"event":null,"ok":{},"err":null,"unsupported":null}"#,
    ] {
        let message = Message::read(line.as_bytes()).expect(line);
        writeln!(table, "{message:?}").expect("text");
    }
    insta::assert_snapshot!(table, @r#"
    Answer { id: 3, outcome: Ok({}) }
    Answer { id: 3, outcome: Ok({"token": String("t")}) }
    Answer { id: 3, outcome: Ok({}) }
    Answer { id: 3, outcome: Err(Failure { class: None, native: None, message: None, status: None, retry_after_s: None, correlation_id: None, trace_id: None, claims: None }) }
    Answer { id: 3, outcome: Err(Failure { class: Some(Throttled), native: None, message: None, status: None, retry_after_s: Some(30.0), correlation_id: None, trace_id: None, claims: None }) }
    Answer { id: 3, outcome: Unsupported("no") }
    Started(3)
    Waiting { id: 3, until: 2030-01-01T00:00:30Z }
    Waiting { id: 3, until: 2030-01-01T00:00:30Z }
    Resumed(3)
    Background { client: "c", works: false, until: Some(2030-01-01T00:00:30Z) }
    Background { client: "c", works: false, until: None }
    Background { client: "c", works: false, until: None }
    Background { client: "c", works: true, until: None }
    Background { client: "c", works: true, until: Some(2030-01-01T00:00:30Z) }
    Answer { id: 3, outcome: Ok({}) }
    "#);
}

#[test]
fn what_is_no_message_and_why() {
    let mut table = String::new();
    let long = format!(r#"{{"id":1,"unsupported":"{}"}}"#, "x".repeat(MAX_LINE));
    for line in [
        "",
        "Listening on port 80",
        "[1]",
        "3",
        r#"{"id":3,"ok":{}"#,
        r#"{"id":3,"ok":{}} {"id":4,"ok":{}}"#,
        "{}",
        r#"{"id":3}"#,
        r#"{"id":3,"op":"hello"}"#,
        r#"{"ok":{}}"#,
        r#"{"id":"3","ok":{}}"#,
        r#"{"id":-3,"ok":{}}"#,
        r#"{"id":3.5,"ok":{}}"#,
        r#"{"id":null,"ok":{}}"#,
        r#"{"id":3,"ok":true}"#,
        r#"{"id":3,"ok":null}"#,
        r#"{"id":3,"err":"invalid_grant"}"#,
        r#"{"id":3,"unsupported":true}"#,
        r#"{"id":3,"ok":{},"err":{}}"#,
        r#"{"id":3,"err":{"class":"$TOKEN"}}"#,
        r#"{"id":3,"err":{"class":7}}"#,
        r#"{"id":3,"err":{"class":"ok"}}"#,
        r#"{"id":3,"err":{"status":"$TOKEN"}}"#,
        r#"{"id":3,"err":{"status":70000}}"#,
        r#"{"id":3,"err":{"retry_after_s":"30"}}"#,
        r#"{"id":3,"err":{"message":["$TOKEN"]}}"#,
        r#"{"id":3,"event":"$TOKEN"}"#,
        r#"{"id":3,"event":7}"#,
        r#"{"event":"started"}"#,
        r#"{"id":3,"event":"waiting"}"#,
        r#"{"id":3,"event":"waiting","until":"in 30 s"}"#,
        r#"{"id":3,"event":"waiting","until":1893456030}"#,
        r#"{"event":"waiting","until":"2030-01-01T00:00:30Z"}"#,
        r#"{"event":"waiting","client":"c","until":"$TOKEN"}"#,
        &long,
    ] {
        let line = line.replace("$TOKEN", TOKEN);
        let why = Message::read(line.as_bytes()).expect_err(&line).to_string();
        assert!(!why.contains("eyJ") && !why.contains("secret"), "{why}");
        let shown: String = line.chars().take(56).collect();
        writeln!(table, "{shown}\n    {why}").expect("text");
    }
    let why = Message::read(b"{\"id\":3,\"unsupported\":\"\xff\"}").expect_err("not UTF-8");
    writeln!(table, "(Latin-1)\n    {why}").expect("text");
    insta::assert_snapshot!(table, @r#"
        a line that is not a JSON object: at column 0
    Listening on port 80
        a line that is not a JSON object: at column 1
    [1]
        a line that is not a JSON object: another JSON value
    3
        a line that is not a JSON object: another JSON value
    {"id":3,"ok":{}
        a line that is not a JSON object: at column 15
    {"id":3,"ok":{}} {"id":4,"ok":{}}
        a line that is not a JSON object: at column 18
    {}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":3}
        a line that is neither an answer nor an event: it has none of `ok`, `err`, `unsupported` and `event`
    {"id":3,"op":"hello"}
        a line that is neither an answer nor an event: it has none of `ok`, `err`, `unsupported` and `event`
    {"ok":{}}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":"3","ok":{}}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":-3,"ok":{}}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":3.5,"ok":{}}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":null,"ok":{}}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":3,"ok":true}
        a line that is neither an answer nor an event: its `ok` is no object
    {"id":3,"ok":null}
        a line that is neither an answer nor an event: it has none of `ok`, `err`, `unsupported` and `event`
    {"id":3,"err":"invalid_grant"}
        a line that is neither an answer nor an event: its `err` is no object
    {"id":3,"unsupported":true}
        a line that is neither an answer nor an event: its `unsupported` is no text
    {"id":3,"ok":{},"err":{}}
        a line that is neither an answer nor an event: it has more than one of `ok`, `err` and `unsupported`
    {"id":3,"err":{"class":"eyJhbGciOi.expected u16, expecte
        a line that is neither an answer nor an event: its `err.class`: unknown variant, expected one of `ok`, `reauth_required`, `interaction_required`, `misconfigured`, `throttled`, `transient`, `unauthorized`, `forbidden`, `insufficient_scope`, `protocol`, `timeout`, `cancelled`, `other`
    {"id":3,"err":{"class":7}}
        a line that is neither an answer nor an event: its `err.class`: invalid type, expected string or map
    {"id":3,"err":{"class":"ok"}}
        a line that is neither an answer nor an event: its `err.class` is `ok`, which is no failure
    {"id":3,"err":{"status":"eyJhbGciOi.expected u16, expect
        a line that is neither an answer nor an event: its `err.status`: invalid type, expected u16
    {"id":3,"err":{"status":70000}}
        a line that is neither an answer nor an event: its `err.status`: invalid value, expected u16
    {"id":3,"err":{"retry_after_s":"30"}}
        a line that is neither an answer nor an event: its `err.retry_after_s`: invalid type, expected f64
    {"id":3,"err":{"message":["eyJhbGciOi.expected u16, expe
        a line that is neither an answer nor an event: its `err.message`: invalid type, expected a string
    {"id":3,"event":"eyJhbGciOi.expected u16, expected secre
        a line that is neither an answer nor an event: its `event` is none of `started`, `waiting` and `resumed`
    {"id":3,"event":7}
        a line that is neither an answer nor an event: its `event` is none of `started`, `waiting` and `resumed`
    {"event":"started"}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"id":3,"event":"waiting"}
        a line that is neither an answer nor an event: its `until` is no instant such as `2030-01-01T00:00:30Z`
    {"id":3,"event":"waiting","until":"in 30 s"}
        a line that is neither an answer nor an event: its `until` is no instant such as `2030-01-01T00:00:30Z`
    {"id":3,"event":"waiting","until":1893456030}
        a line that is neither an answer nor an event: its `until` is no instant such as `2030-01-01T00:00:30Z`
    {"event":"waiting","until":"2030-01-01T00:00:30Z"}
        a line that is neither an answer nor an event: its `id` is no number of a request
    {"event":"waiting","client":"c","until":"eyJhbGciOi.expe
        a line that is neither an answer nor an event: its `until` is no instant such as `2030-01-01T00:00:30Z`
    {"id":1,"unsupported":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        a line of more than 1048576 bytes
    (Latin-1)
        a line that is not UTF-8
    "#);
}

#[test]
fn every_member_of_a_failure_is_named_in_messages() {
    let failure = serde_json::to_value(Failure::default()).expect("JSON");
    let members = failure.as_object().expect("a failure is an object");
    let names: Vec<&String> = members.keys().collect();
    assert_eq!(names, FAILURE);
}

#[test]
fn a_line_may_be_a_mebibyte_and_no_longer() {
    let frame = r#"{"id":1,"unsupported":""}"#.len();
    let of = |length: usize| {
        let line = format!(
            r#"{{"id":1,"unsupported":"{}"}}"#,
            "x".repeat(length - frame)
        );
        assert_eq!(line.len(), length);
        Message::read(line.as_bytes())
    };
    assert!(of(MAX_LINE).is_ok());
    assert_eq!(of(MAX_LINE + 1), Err(NotAMessage::TooLong));
}

fn any_class() -> impl Strategy<Value = Class> {
    prop_oneof![
        Just(Class::ReauthRequired),
        Just(Class::Throttled),
        Just(Class::InsufficientScope),
        Just(Class::Other),
    ]
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_102_444_800, 0_i32..1000).prop_map(|(second, milli)| {
        Timestamp::new(second, milli * 1_000_000).expect("an instant of this century")
    })
}

fn any_failure() -> impl Strategy<Value = Failure> {
    let text = || proptest::option::of(any::<String>());
    let numbers = (
        proptest::option::of(any::<u16>()),
        proptest::option::of((0_u32..100_000).prop_map(|quarters| f64::from(quarters) / 4.0)),
    );
    let ids = (text(), text());
    (
        proptest::option::of(any_class()),
        text(),
        text(),
        numbers,
        ids,
    )
        .prop_map(
            |(class, native, message, (status, retry_after_s), (correlation_id, trace_id))| {
                Failure {
                    class,
                    native,
                    message,
                    status,
                    retry_after_s,
                    correlation_id,
                    claims: trace_id.clone().map(Value::String),
                    trace_id,
                }
            },
        )
}

fn any_message() -> impl Strategy<Value = Message> {
    let outcome = prop_oneof![
        proptest::collection::btree_map(any::<String>(), any::<String>(), 0..4).prop_map(
            |members| {
                let members = members
                    .into_iter()
                    .map(|(key, text)| (key, Value::String(text)));
                Outcome::Ok(members.collect())
            }
        ),
        any_failure().prop_map(Outcome::Err),
        any::<String>().prop_map(Outcome::Unsupported),
    ];
    prop_oneof![
        (any::<u64>(), outcome).prop_map(|(id, outcome)| Message::Answer { id, outcome }),
        any::<u64>().prop_map(Message::Started),
        any::<u64>().prop_map(Message::Resumed),
        (any::<u64>(), any_instant()).prop_map(|(id, until)| Message::Waiting { id, until }),
        (
            any::<String>(),
            any::<bool>(),
            proptest::option::of(any_instant())
        )
            .prop_map(|(client, works, until)| Message::Background {
                client,
                works,
                until
            }),
    ]
}

/// Something like JSON, so that more than its first byte is looked at.
fn almost_a_message() -> impl Strategy<Value = Vec<u8>> {
    (
        line_of(any_message()),
        any::<prop::sample::Index>(),
        any::<u8>(),
    )
        .prop_map(|(line, place, byte)| {
            let mut line = line.into_bytes();
            let place = place.index(line.len());
            line[place] = byte;
            line
        })
}

fn line_of(messages: impl Strategy<Value = Message>) -> impl Strategy<Value = String> {
    messages.prop_map(|message| message.write())
}

proptest! {
    #[test]
    fn a_printed_message_is_read_back(message in any_message()) {
        prop_assert_eq!(Message::read(message.write().as_bytes()), Ok(message));
    }

    #[test]
    fn no_line_is_too_strange(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::read(&line);
    }

    #[test]
    fn no_damage_is_too_strange(line in almost_a_message()) {
        let _ = Message::read(&line);
    }

    /// Whatever stands where something else belongs, it is not told.
    #[test]
    fn no_value_is_told_again(place in 0..FAILURE.len(), secret in "[a-z]{12}(, expected [a-z]{12})?") {
        let name = FAILURE[place];
        for value in [json!(secret), json!([secret]), json!({ &secret: secret })] {
            let line = json!({ "id": 1, "err": { name: value } }).to_string();
            if let Err(why) = Message::read(line.as_bytes()) {
                prop_assert!(!why.to_string().contains(&secret[..12]), "{}", why);
            }
        }
    }
}
