//! The `claims` parameter of a token request: what the token must say, and what this client can
//! do (OpenID Connect Core section 5.5; Microsoft, claims challenges and client capabilities).

use serde_json::{Map, Value, json};

use crate::error::Misuse;

/// Longer claims than this are not sent on: they come from whatever resource was called.
const LONGEST: usize = 16 * 1024;

/// The claims of a request: those asked for, with the client's capabilities among them. `None` if
/// there is nothing to say.
///
/// Capabilities stand in `access_token.xms_cc`. They take the place of capabilities in the claims
/// asked for, because they are what this client can do.
///
/// # Errors
/// [`Misuse::BadClaims`] if the claims asked for are too long or not a JSON object.
pub(crate) fn merged(
    asked: Option<&str>,
    capabilities: &[String],
) -> Result<Option<String>, Misuse> {
    let mut claims = match asked {
        Some(text) => object(text)?,
        None => Map::new(),
    };
    if !capabilities.is_empty() {
        let token = claims
            .entry("access_token")
            .or_insert_with(|| Value::Object(Map::new()));
        // Entra reads null as "no claims".
        if token.is_null() {
            *token = Value::Object(Map::new());
        }
        let token = token.as_object_mut().ok_or(Misuse::BadClaims)?;
        token.insert("xms_cc".to_owned(), json!({ "values": capabilities }));
    }
    Ok((!claims.is_empty()).then(|| Value::Object(claims).to_string()))
}

fn object(text: &str) -> Result<Map<String, Value>, Misuse> {
    if text.len() > LONGEST {
        return Err(Misuse::BadClaims);
    }
    serde_json::from_str(text).map_err(|_| Misuse::BadClaims)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(asked: Option<&str>, capabilities: &[&str]) -> String {
        let capabilities: Vec<_> = capabilities.iter().map(ToString::to_string).collect();
        match merged(asked, &capabilities) {
            Ok(claims) => claims.unwrap_or_else(|| "none".to_owned()),
            Err(misuse) => misuse.to_string(),
        }
    }

    #[test]
    fn claims_and_capabilities_go_together() {
        let nbf = r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"}}}"#;
        let lines = [
            shown(None, &[]),
            shown(None, &["cp1"]),
            shown(Some(nbf), &[]),
            shown(Some(nbf), &["cp1"]),
            shown(
                Some(r#"{"id_token":{"a":null},"access_token":null}"#),
                &["cp1"],
            ),
            shown(
                Some(r#"{"access_token":{"xms_cc":{"values":["other"]}}}"#),
                &["cp1"],
            ),
            shown(Some("{}"), &[]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        none
        {"access_token":{"xms_cc":{"values":["cp1"]}}}
        {"access_token":{"nbf":{"essential":true,"value":"1635527790"}}}
        {"access_token":{"nbf":{"essential":true,"value":"1635527790"},"xms_cc":{"values":["cp1"]}}}
        {"id_token":{"a":null},"access_token":{"xms_cc":{"values":["cp1"]}}}
        {"access_token":{"xms_cc":{"values":["cp1"]}}}
        none
        "#);
    }

    #[test]
    fn what_is_no_object_is_not_sent_on() {
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(LONGEST));
        for text in ["", "[]", "7", "{", "claims", long.as_str()] {
            assert_eq!(merged(Some(text), &[]), Err(Misuse::BadClaims), "{text}");
        }
        let odd = Some(r#"{"access_token":[1]}"#);
        assert_eq!(merged(odd, &["cp1".to_owned()]), Err(Misuse::BadClaims));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in r#"[\[\]{}":,a-z0-9\\]{0,40}"#) {
            let _ = merged(Some(&text), &["cp1".to_owned()]);
        }
    }
}
