//! What is read as a document, and what is not.

use proptest::prelude::*;

use super::*;

#[test]
fn texts_that_are_no_document() {
    let told = |text: &str| match Document::parse(text) {
        Ok(document) => format!("{} it is", document.version()),
        Err(error) => error.to_string(),
    };
    let lines = [
        told("openapi: 3.0.3"),
        told("openapi: 3.1"),
        told("\u{feff}{\n\t\"openapi\": \"3.2.0\",\n\t\"paths\": {}\n}"),
        told("swagger: '2.0'"),
        told("info: {}\nopenapi: 4.0.0"),
        told("openapi: [3]"),
        told("info: {}"),
        told(""),
        told("[]"),
        told("a: [1, 2"),
        told("a: b: c"),
        told("a: &a [*a]"),
        told("openapi: 3.0.0\nopenapi: 3.1.0"),
        told(&"x".repeat((16 << 20) + 1)),
        told(&"[".repeat(1000)),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    3.0.3 it is
    3.1 it is
    3.2.0 it is
    line 1, column 10: version "2.0" is not known: 3.0, 3.1 and 3.2 are (Swagger 2.0 has to be converted first)
    line 2, column 10: version "4.0.0" is not known: 3.0, 3.1 and 3.2 are (Swagger 2.0 has to be converted first)
    line 1, column 10: version "" is not known: 3.0, 3.1 and 3.2 are (Swagger 2.0 has to be converted first)
    document has no `openapi` member, such as `openapi: 3.1.0`
    document has no `openapi` member, such as `openapi: 3.1.0`
    document has no `openapi` member, such as `openapi: 3.1.0`
    line 1, column 4: document cannot be read: unclosed bracket '['
    line 1, column 5: document cannot be read: mapping values are not allowed in this context
    line 1, column 8: document cannot be read: recursive references require weak recursion types
    line 2, column 1: document cannot be read: duplicate mapping key: openapi
    document is longer than 16 MiB
    line 1, column 129: document cannot be read: recursion limit exceeded
    "#);
}

proptest! {
    /// Whatever a document holds, it is read or refused.
    #[test]
    fn text_is_read_or_refused(text in "[a-z0-9:{}\\[\\],&*#$/\" \n-]{0,200}") {
        let _ = Document::parse(&text);
        let _ = Document::parse(&format!("openapi: 3.1.0\nsecurity: {text}"));
        let within = format!("{{\"openapi\":\"3.0.0\",\"components\":{{\"securitySchemes\":{{\"a\":{text}}}}}}}");
        if let Ok(document) = Document::parse(&within) {
            let _ = document.plan(&app());
        }
    }
}
