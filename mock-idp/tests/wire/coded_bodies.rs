//! Bodies coded on their way, and bodies of any bytes.

use mock_idp::fault::{Coding, Fault};
use mock_idp::journal::Endpoint;

use crate::exact_answers::{halves, heard, short};
use crate::stage::Stage;

#[tokio::test]
async fn a_body_in_chunks() {
    let (answer, _) = heard(short().coding(Coding::Chunked)).await;
    let (head, body) = halves(&answer);
    assert!(head.ends_with("transfer-encoding: chunked"), "{head}");
    assert!(!head.contains("content-length"));
    assert_eq!(
        body.replace("\r\n", " "),
        "1 0 1 1 1 2 2 34 1 5 1 6 1 7 2 89 0  "
    );
    // A client puts it together again.
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).coding(Coding::Chunked));
    assert!(stage.access_token().await.starts_with("eyJ"));
}

#[tokio::test]
async fn a_body_in_gzip_said_and_unsaid() {
    let stage = Stage::okta().await;
    let bytes_of = async |coding| {
        stage.idp.faults().clear();
        stage.idp.faults().add(short().coding(coding));
        let response = stage.http.get(stage.idp.jwks_url()).send().await.unwrap();
        let encoding = response.headers().get("content-encoding").cloned();
        let encoding = encoding.map(|value| value.to_str().unwrap().to_owned());
        (encoding, response.bytes().await.unwrap())
    };
    let gzip = Some("gzip".to_owned());
    let (announced, coded) = bytes_of(Coding::Gzip).await;
    assert_eq!(announced, gzip);
    assert_eq!(&coded[..4], b"\x1f\x8b\x08\x00");
    assert_eq!(&coded[15..25], b"0123456789");
    assert_eq!(bytes_of(Coding::GzipUnannounced).await, (None, coded));
    assert_eq!(
        bytes_of(Coding::GzipClaimed).await,
        (gzip, "0123456789".into())
    );
}

#[tokio::test]
async fn a_body_of_any_bytes() {
    let stage = Stage::okta().await;
    let body: Vec<u8> = (0..=255).collect();
    stage.idp.faults().add(
        Fault::at(Endpoint::Jwks)
            .content_type("image/png")
            .body(body.clone()),
    );
    let response = stage.http.get(stage.idp.jwks_url()).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), body);
}
