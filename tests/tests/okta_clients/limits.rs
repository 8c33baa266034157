//! Rate limits, waited out in real time: what an SDK finds full has room again exactly when the header said.

use std::time::Duration;

use jiff::Timestamp;
use mock_idp::MockIdp;
use mock_idp::journal::{Endpoint, Entry};
use mock_idp::limits::LimitRule;

use crate::{Org, sdks};

/// When the limit that an answer tells of is over.
fn reset(entry: &Entry) -> Timestamp {
    let headers = &entry.reply.as_ref().expect("an answer").headers;
    let mut headers = headers.iter();
    let found = headers.find(|(name, _)| name == "x-rate-limit-reset");
    let (_, value) = found.expect("a reset");
    Timestamp::from_second(value.parse().expect("seconds")).expect("a time")
}

#[tokio::test]
async fn a_full_bucket_is_waited_out_and_recovers_when_the_header_said() {
    for sdk in sdks("a_full_bucket_is_waited_out_and_recovers_when_the_header_said") {
        let few = LimitRule::requests(2, Duration::from_secs(3)).at(Endpoint::Resource);
        let org = Org::of(MockIdp::okta().limit(few)).await;
        let said = sdk.runs(&org, &["calls"], &[]).await;
        let one = if sdk.is_python() {
            "1"
        } else {
            "fay@okta.example"
        };
        let lines: Vec<String> = (1..=4)
            .map(|call| format!("call {call}: {one}\n"))
            .collect();
        assert_eq!(said, lines.concat());
        let entries = org.entries();
        let statuses: Vec<u16> = entries.iter().filter_map(Entry::status).collect();
        assert_eq!(statuses, [200, 200, 429, 200, 200], "{}", org.lines());
        let (refused, retried) = (&entries[2], &entries[3]);
        assert_eq!(refused.error(), Some("E0000047"));
        let told = reset(refused);
        assert_eq!(
            told,
            reset(&entries[0]),
            "the window is that of its first request"
        );
        assert!(refused.server_time < told && retried.server_time >= told);
        // Both add a second to the difference of the two headers, and take no longer than that.
        let late = retried.server_time.duration_since(told);
        assert!(late.as_millis() < 2_500, "it came {late} after the reset");
    }
}

/// Two tries are enough for a window of a second; where the window never opens, the SDK gives up and says why.
#[tokio::test]
async fn what_stays_full_is_given_up() {
    for sdk in sdks("what_stays_full_is_given_up") {
        let none = LimitRule::requests(0, Duration::from_secs(1)).at(Endpoint::Resource);
        let org = Org::of(MockIdp::okta().limit(none)).await;
        let said = sdk.runs(&org, &["wrong"], &[]).await;
        assert!(said.contains("E0000047"), "{said}");
        let entries = org.entries();
        assert_eq!(entries.len(), 3, "{}", org.lines());
        for pair in entries.windows(2) {
            assert!(pair[1].server_time >= reset(&pair[0]));
        }
    }
}

/// One org's flood leaves another org alone.
#[tokio::test]
async fn an_exhausted_org_is_no_others_trouble() {
    for sdk in sdks("an_exhausted_org_is_no_others_trouble") {
        let none = LimitRule::requests(0, Duration::from_secs(1)).at(Endpoint::Resource);
        let full = Org::of(MockIdp::okta().limit(none)).await;
        let other = Org::of(MockIdp::okta()).await;
        let (_, said) = tokio::join!(
            sdk.runs(&full, &["wrong"], &[]),
            sdk.runs(&other, &["calls"], &[])
        );
        assert!(!said.contains("E0000047"), "{said}");
        assert!(
            other
                .entries()
                .iter()
                .all(|entry| entry.status() == Some(200))
        );
    }
}
