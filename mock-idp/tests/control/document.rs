//! The OpenAPI document and the routes: neither has what the other has not.

use std::path::Path;

use mock_idp::control::open_api;
use reqwest::Method;

use crate::desk::{Desk, Said};

/// Run with `UPDATE_SCHEMA=1` to write it anew.
#[test]
fn the_committed_document_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/control.openapi.json");
    let made = format!("{:#}\n", open_api());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "schema/control.openapi.json is out of date; write it with UPDATE_SCHEMA=1 cargo test -p mock-idp --test control"
    );
}

#[tokio::test]
async fn it_is_served_as_it_is_committed() {
    let desk = Desk::new().await;
    let said = desk.get("/openapi.json").await;
    assert_eq!(said.media_type, "application/json");
    assert_eq!(said.json(), open_api());
}

#[tokio::test]
async fn every_path_has_the_methods_that_the_document_says_and_no_others() {
    let desk = Desk::with_world().await;
    let document = open_api();
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ];
    let mut documented = 0;
    for (path, said) in document["paths"].as_object().unwrap() {
        // Where the world would go, nothing is looked for.
        let asked = path.replace("{world}", "none").replace(['{', '}'], "");
        for method in &methods {
            let is_said = said.get(method.as_str().to_lowercase()).is_some();
            let answer = Said::of(desk.request(method.clone(), &asked)).await;
            assert_eq!(answer.status != 405, is_said, "{method} {path}: {answer:?}");
            if is_said {
                documented += 1;
                assert!(
                    !answer.text.contains("there is nothing at"),
                    "{method} {path}"
                );
            }
        }
    }
    assert!(documented > 30, "only {documented} operations");
}

#[test]
fn operations_are_told_apart_and_say_what_they_do() {
    let document = open_api();
    let mut ids = std::collections::HashSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(
                operation["summary"].as_str().unwrap().len() > 8,
                "{method} {path}"
            );
        }
    }
    // Every schema that is referred to is there.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn what_the_help_shows_can_be_asked() {
    let desk = Desk::with_world().await;
    let help = desk.get("/").await.text;
    let mut asked = 0;
    for line in help.lines().filter(|line| line.contains("/worlds")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let path = words[1].replace("{world}", "w");
        let method: Method = words[0].parse().unwrap();
        let mut request = desk.request(method, &path);
        if let Some(body) = line.find("{\"") {
            let text: serde_json::Value = serde_json::from_str(&line[body..]).unwrap();
            request = request.json(&text);
        }
        let said = Said::of(request).await;
        assert!(said.status < 300, "{line}: {said:?}");
        asked += 1;
    }
    assert_eq!(asked, 7);
}
