//! Following a journal as server-sent events.

use serde_json::Value;

use crate::desk::Desk;

/// A stream of events.
struct Events {
    answer: reqwest::Response,
    text: String,
}

impl Events {
    async fn of(desk: &Desk, query: &str, last: Option<&str>) -> Self {
        let path = format!("/worlds/w/journal/follow{query}");
        let mut request = desk.request(reqwest::Method::GET, &path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// The next event: its name, its id and its data; none at the end of the stream.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or("").to_owned()
                };
                let found = (field("event: "), field("id: "), field("data: "));
                self.text = rest.to_owned();
                let data = serde_json::from_str(&found.2).unwrap();
                return Some((found.0, found.1, data));
            }
            // The peer cuts the connection off when it stops.
            let chunk = self.answer.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn exchanges_come_as_they_are_answered() {
    let desk = Desk::with_world().await;
    desk.ask_for_token().await;
    // Only what is yet to come.
    let mut events = Events::of(&desk, "", None).await;
    desk.ask_for_token().await;
    desk.call_with("wrong").await;
    let (name, id, data) = events.next().await.unwrap();
    assert_eq!((name.as_str(), id.as_str()), ("exchange", "2"));
    assert_eq!(
        (&data["number"], &data["reply"]["status"]),
        (&2.into(), &200.into())
    );
    let (_, id, data) = events.next().await.unwrap();
    assert_eq!((id.as_str(), &data["reply"]["status"]), ("3", &401.into()));
}

#[tokio::test]
async fn whoever_lost_the_stream_goes_on_where_it_broke_off() {
    let desk = Desk::with_world().await;
    for _ in 0..3 {
        desk.ask_for_token().await;
    }
    for (query, last) in [("?after=1", None), ("", Some("1")), ("?after=3", Some("1"))] {
        let mut events = Events::of(&desk, query, last).await;
        assert_eq!(events.next().await.unwrap().1, "2");
        assert_eq!(events.next().await.unwrap().1, "3");
    }
    // Of another life of the server, or nonsense: everything there is, or what is yet to come.
    let mut events = Events::of(&desk, "", Some("900")).await;
    assert_eq!(events.next().await.unwrap().1, "1");
}

#[tokio::test]
async fn what_is_gone_is_told_as_missed() {
    let desk = Desk::with_world().await;
    for _ in 0..3 {
        desk.ask_for_token().await;
    }
    desk.delete("/worlds/w/journal").await;
    desk.ask_for_token().await;
    let mut events = Events::of(&desk, "?after=1", None).await;
    let (name, id, data) = events.next().await.unwrap();
    assert_eq!(
        (name.as_str(), id.as_str(), &data["missed"]),
        ("missed", "", &2.into())
    );
    assert_eq!(events.next().await.unwrap().1, "4");
}

#[tokio::test]
async fn an_answer_that_is_held_comes_when_it_is_given() {
    let desk = Desk::with_world().await;
    let mut events = Events::of(&desk, "", None).await;
    desk.post(
        "/worlds/w/faults",
        serde_json::json!({ "to": "token", "nth": 1, "hold": "h" }),
    )
    .await;
    let second = async {
        while desk.world().held_count("h") == 0 {
            tokio::task::yield_now().await;
        }
        desk.ask_for_token().await;
        desk.delete("/worlds/w/holds/h").await;
    };
    tokio::join!(desk.ask_for_token(), second);
    let numbers = [
        events.next().await.unwrap().2,
        events.next().await.unwrap().2,
    ];
    assert_eq!(
        numbers.map(|entry| entry["number"].as_u64()),
        [Some(2), Some(1)]
    );
}

#[tokio::test]
async fn a_stream_ends_with_its_world() {
    let desk = Desk::with_world().await;
    let mut events = Events::of(&desk, "", None).await;
    desk.ask_for_token().await;
    assert!(events.next().await.is_some());
    desk.delete("/worlds/w").await;
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn so_many_may_follow_and_no_more() {
    let desk = Desk::with_world().await;
    let mut streams = Vec::new();
    for _ in 0..128 {
        streams.push(Events::of(&desk, "", None).await);
    }
    let refused = desk.get("/worlds/w/journal/follow").await;
    insta::assert_snapshot!(refused.refusal(), @"503 Service Unavailable: as many follow journals as may; close another stream first");
    // The others are served as ever.
    assert_eq!(desk.get("/worlds/w").await.status, 200);
    drop(streams);
    let mut refused = true;
    for _ in 0..1_000 {
        let request = desk.request(reqwest::Method::GET, "/worlds/w/journal/follow");
        refused = request.send().await.unwrap().status() == 503;
        if !refused {
            break;
        }
    }
    assert!(!refused, "a place is free again once a stream is closed");
}
