//! `mock-idp keygen`.

use mock_idp::keys::SigningKey;

use crate::cli_process::run;

#[test]
fn keygen_prints_a_key_that_signs() {
    let (code, pem, error) = run(&["keygen"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(SigningKey::from_pem(&pem, None).unwrap().kid().len(), 43);
    let (_, other, _) = run(&["keygen", "--bits", "2048"]);
    assert_ne!(pem, other);
}

#[test]
fn keygen_makes_no_key_too_short_for_rs256() {
    let (code, out, error) = run(&["keygen", "--bits", "1024"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(error, @"
    error: invalid value '1024' for '--bits <N>': 1024 is not in 2048..=8192

    For more information, try '--help'.
    ");
}
