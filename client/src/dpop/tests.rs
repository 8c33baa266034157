use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::*;
use crate::Clock as _;
use crate::testkit::{Counting, HandClock};

/// Header, claims, what is signed, and the signature.
fn parts(proof: &HeaderValue) -> (Value, Value, String, Vec<u8>) {
    let text = proof.to_str().unwrap();
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let json = |part: &str| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    (json(header), json(claims), signed.to_owned(), signature)
}

#[test]
fn a_proof_is_of_one_request_and_signed_with_the_key_in_it() {
    let key = DpopKey::generate().unwrap();
    let uri = "https://api.example:8443/a/b?c=d".parse().unwrap();
    let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
    let now = HandClock::new().now();
    let entropy = Counting::new();
    let proof = key
        .proof(&Method::GET, &uri, Some("n-1"), Some(&token), now, &entropy)
        .unwrap();
    assert_eq!(format!("{proof:?}"), "Sensitive");
    let (header, claims, signed, signature) = parts(&proof);
    // The hash is that of RFC 9449 section 7.1.
    insta::assert_snapshot!(claims, @r#"{"jti":"AQEBAQEBAQEBAQEBAQEBAQ","htm":"GET","htu":"https://api.example:8443/a/b","iat":1893456000,"nonce":"n-1","ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}"#);
    let point = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(header["jwk"][name].as_str().unwrap())
            .unwrap()
    };
    let public = [vec![4], point("x"), point("y")].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    assert_eq!(header["typ"], "dpop+jwt");
    assert_eq!(header["alg"], "ES256");
    assert_eq!(
        header["jwk"].as_object().unwrap().len(),
        4,
        "nothing private"
    );

    let plain = key
        .proof(&Method::POST, &uri, None, None, now, &entropy)
        .unwrap();
    insta::assert_snapshot!(parts(&plain).1, @r#"{"jti":"AgICAgICAgICAgICAgICAg","htm":"POST","htu":"https://api.example:8443/a/b","iat":1893456000}"#);
}

#[test]
fn the_thumbprint_is_that_of_the_standard() {
    // RFC 9449 section 6.1, for the key of section 4.
    let jwk = json!({
        "crv": "P-256",
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    });
    assert_eq!(
        hash(&jwk.to_string()),
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    );
}

#[test]
fn keys_are_kept_and_found_again() {
    let key = DpopKey::generate().unwrap();
    let pem = key.to_pem().unwrap();
    assert_eq!(
        DpopKey::from_pem(&pem).unwrap().thumbprint(),
        key.thumbprint()
    );
    assert!(pem.expose().lines().all(|line| line.len() <= 64));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let first = DpopKey::in_file(&path).unwrap();
    assert_eq!(
        DpopKey::in_file(&path).unwrap().thumbprint(),
        first.thumbprint()
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let told = |error: Misuse| {
        error
            .to_string()
            .replace(&folder.path().display().to_string(), "")
    };
    fs::write(&path, "canary").unwrap();
    insta::assert_snapshot!(told(DpopKey::in_file(&path).unwrap_err()), @"no key in /key.pem: private key is not usable: give a PEM text with a `PRIVATE KEY` block");
    let nowhere = folder.path().join("no/key.pem");
    insta::assert_snapshot!(told(DpopKey::in_file(nowhere).unwrap_err()), @"no key in /no/key.pem: No such file or directory (os error 2)");
    let rsa = Secret::new(include_str!("../assertion/tests/rsa.key.pem"));
    insta::assert_snapshot!(DpopKey::from_pem(&rsa).unwrap_err(), @"private key is not usable: for DPoP it must be P-256 or P-384");
    assert_eq!(format!("{key:?}"), format!("DpopKey({})", key.thumbprint()));
}

#[test]
fn nonces_are_texts_of_a_sensible_length() {
    let told = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(NONCE, HeaderValue::from_str(value).unwrap());
        nonce(&headers)
    };
    assert_eq!(told("n"), Some("n".to_owned()));
    assert_eq!(told(""), None);
    assert_eq!(told(&"n".repeat(1025)), None);
    assert_eq!(nonce(&HeaderMap::new()), None);
}
