//! How the vendors' APIs say what is wrong.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::Secret;
use crate::answer::{object, readable, text};

/// The part of an API's error that people ask their vendor about. Never for decisions.
#[derive(Debug, Default)]
pub(crate) struct VendorError {
    pub(crate) code: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) trace_id: Option<String>,
}

impl VendorError {
    /// Reads Okta's form (`errorCode`, `errorSummary`, `errorId`) or Microsoft's (`error` with `code` and `message`). A body in
    /// another form says nothing. `sent` is cut out.
    pub(crate) fn read(body: &Bytes, sent: &[Secret]) -> Self {
        let Some(members) = object(body) else {
            return Self::default();
        };
        let get = |members: &Map<String, Value>, name: &str| {
            text(members, name).map(|text| readable(text, sent))
        };
        let Some(Value::Object(error)) = members.get("error") else {
            return Self {
                code: get(&members, "errorCode"),
                description: get(&members, "errorSummary"),
                correlation_id: None,
                trace_id: get(&members, "errorId"),
            };
        };
        let inner = error.get("innerError").and_then(Value::as_object);
        Self {
            code: get(error, "code"),
            description: get(error, "message"),
            correlation_id: inner.and_then(|inner| get(inner, "client-request-id")),
            trace_id: inner.and_then(|inner| get(inner, "request-id")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vendors_forms_and_none() {
        let read = |body: &str| {
            let body = Bytes::copy_from_slice(body.as_bytes());
            format!("{:?}", VendorError::read(&body, &[Secret::new("canary")]))
        };
        let lines = [
            read(
                r#"{"errorCode":"E0000006","errorSummary":"No canary.","errorLink":"E0000006","errorId":"oae1","errorCauses":[]}"#,
            ),
            read(
                r#"{"error":{"code":"TooManyRequests","message":"Wait\n.","innerError":{"date":"2030","request-id":"r","client-request-id":"c"}}}"#,
            ),
            read(r#"{"error":{"code":7}}"#),
            read(r#"{"error":"invalid_token"}"#),
            read("<html>"),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        VendorError { code: Some("E0000006"), description: Some("No ***."), correlation_id: None, trace_id: Some("oae1") }
        VendorError { code: Some("TooManyRequests"), description: Some("Wait ."), correlation_id: Some("c"), trace_id: Some("r") }
        VendorError { code: None, description: None, correlation_id: None, trace_id: None }
        VendorError { code: None, description: None, correlation_id: None, trace_id: None }
        VendorError { code: None, description: None, correlation_id: None, trace_id: None }
        "#);
    }
}
