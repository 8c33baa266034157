//! The ledger of Okta's errors: every answer is as it says, and every error that the code names stands there.

use std::fs;
use std::path::{Path, PathBuf};

use mock_idp::fault::Rule;
use mock_idp::fidelity::{OktaBody, OktaLine, okta};
use serde_json::json;

use crate::answer::Answer;
use crate::fidelity::fits;
use crate::stage::Stage;

/// The line of a name.
pub(crate) fn okta_line(name: &str) -> OktaLine {
    let mut lines = okta().into_iter();
    let found = lines.find(|line| line.name == name);
    found.unwrap_or_else(|| panic!("the ledger has no {name}"))
}

/// Whether an answer is what the ledger says of a name.
pub(crate) fn is_as_the_ledger_says(name: &str, answer: &Answer) {
    let line = okta_line(name);
    assert_eq!(answer.status, line.status, "{name}: {}", answer.body);
    match line.body {
        OktaBody::OAuth => {
            let members = answer.members();
            assert_eq!(members, "error error_description", "{name}");
            assert_eq!(answer.text("error"), line.error, "{name}");
            fits(line.text, &answer.text("error_description"));
        }
        OktaBody::Envelope => {
            let members = "errorCode errorSummary errorLink errorId errorCauses";
            assert_eq!(answer.members(), members, "{name}");
            assert_eq!(answer.text("errorCode"), line.error, "{name}");
            assert_eq!(answer.text("errorLink"), line.error, "{name}");
            assert!(answer.text("errorId").starts_with("oae"), "{name}");
            fits(line.text, &answer.text("errorSummary"));
        }
        OktaBody::Challenge => {
            assert_eq!(answer.body, "", "{name}");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            let said = challenge.split("error=\"").nth(1).unwrap();
            assert!(said.starts_with(&format!("{}\"", line.error)), "{name}");
            let said = challenge.split("error_description=\"").nth(1).unwrap();
            fits(line.text, said.split('"').next().unwrap());
        }
    }
}

/// A fault that names an error and nothing else is answered as the ledger says.
#[tokio::test]
async fn every_error_can_be_scripted() {
    let stage = Stage::okta().await;
    for line in okta() {
        let rule: Rule = serde_json::from_value(
            json!({ "to": "token", "times": 1, "error": { "error": line.name } }),
        )
        .unwrap();
        stage.idp.add_rule(&rule).unwrap();
        is_as_the_ledger_says(line.name, &stage.app_only().send().await);
    }
    assert_eq!(stage.app_only().send().await.status, 200);
}

/// Whatever name the code answers with stands in the ledger.
#[test]
fn no_error_is_missing() {
    let known: Vec<&str> = okta().iter().map(|line| line.name).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/okta")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for call in [
                "named(",
                "told(",
                "codes::answer(",
                "codes::refusal(",
                "refuse(",
                "refuse_about(",
            ] {
                for rest in text.split(call).skip(1) {
                    let rest = rest.trim_start_matches("self.");
                    let rest = rest.trim_start_matches("world,").trim_start();
                    let Some(rest) = rest.strip_prefix('"') else {
                        continue;
                    };
                    let name = rest.split('"').next().unwrap();
                    assert!(known.contains(&name), "{}: {name}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} of them were found");
}
