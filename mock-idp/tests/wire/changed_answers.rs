//! What scripted departures change in an answer: members, headers, bodies.

use jiff::SignedDuration;
use mock_idp::fault::{Fault, HeaderText};
use mock_idp::journal::Endpoint;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn members_headers_and_bodies_are_changed() {
    let stage = Stage::entra().await;
    let soon = SignedDuration::from_secs(30);
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .set("expires_in", json!("3599"))
            .set("token_type", json!(null))
            .set("extra", json!(true))
            .remove("ext_expires_in")
            .header("retry-after", HeaderText::HttpDate(soon))
            .without_header("pragma"),
    );
    let answer = stage.app_only().send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"200 {"token_type":null,"expires_in":"3599","access_token":"<jwt>","extra":true}"#);
    assert_eq!(
        answer.header("retry-after"),
        Some("Tue, 01 Jan 2030 00:00:30 GMT")
    );
    assert_eq!(answer.header("pragma"), None);

    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .content_type("text/html")
            .body("<h1>hello</h1>"),
    );
    let answer = stage.app_only().send().await;
    assert_eq!(answer.body, "<h1>hello</h1>");
    assert_eq!(answer.header("content-type"), Some("text/html"));
}

#[tokio::test]
async fn an_answer_without_a_date_has_none() {
    let stage = Stage::okta().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .reply(429)
            .without_header("date")
            .without_header("x-rate-limit-reset"),
    );
    let answer = stage.app_only().send().await;
    assert_eq!(answer.header("date"), None);
    assert_eq!(answer.header("x-rate-limit-reset"), None);
}

#[tokio::test]
async fn a_token_that_a_fault_takes_out_of_the_answer_was_not_issued() {
    let stage = Stage::entra().await;
    let issued = |stage: &Stage| {
        let labels = stage.last_entry().reply.unwrap().issued;
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        labels.join(" ")
    };
    stage.password().send().await;
    assert_eq!(issued(&stage), "AT#1 RT#1");
    let at = || Fault::at(Endpoint::Token).times(1);
    for (fault, expected) in [
        (at().set("access_token", json!(null)), "RT#2"),
        (at().set("access_token", json!("another")), "RT#3"),
        (at().remove("refresh_token"), "AT#4"),
        (at().set("refresh_token", json!(7)), "AT#5"),
        (at().set("expires_in", json!(null)), "AT#6 RT#6"),
        (at().rename("refresh_token", "refreshToken"), "AT#7 RT#7"),
        (at().content_type("text/plain").body("no tokens here"), ""),
    ] {
        stage.idp.faults().add(fault);
        stage.password().send().await;
        assert_eq!(issued(&stage), expected);
    }
}

#[tokio::test]
async fn members_come_under_other_names_and_in_another_order() {
    let stage = Stage::okta().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .rename("access_token", "accessToken")
            .rename("nothing", "something")
            .reverse_members(),
    );
    let answer = stage.app_only().send().await;
    insta::assert_snapshot!(answer.members(), @"scope accessToken expires_in token_type");
}

#[tokio::test]
async fn a_header_occurs_as_often_as_it_is_given() {
    let stage = Stage::entra().await;
    let text = |text: &str| HeaderText::Fixed(text.to_owned());
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .reply(429)
            .header("Retry-After", text("5"))
            .header(
                "retry-after",
                HeaderText::HttpDate(SignedDuration::from_secs(9)),
            )
            .header("not a name", text("x"))
            .header("x-not-a-value", text("a\r\nb")),
    );
    let answer = stage.app_only().send().await;
    assert_eq!(
        answer.all("retry-after"),
        ["5", "Tue, 01 Jan 2030 00:00:09 GMT"]
    );
    assert_eq!(answer.header("x-not-a-value"), None);
}

#[tokio::test]
async fn a_content_type_alone_and_none_at_all() {
    let stage = Stage::okta().await;
    let at = || Fault::at(Endpoint::Token).times(1);
    stage.idp.faults().add(at().content_type("text/html"));
    stage.idp.faults().add(at().without_header("content-type"));
    let answer = stage.app_only().send().await;
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert!(answer.text("access_token").starts_with("eyJ"));
    let answer = stage.app_only().send().await;
    assert_eq!(answer.header("content-type"), None);
    assert!(answer.text("access_token").starts_with("eyJ"));
}
