//! What is signed, and how.

use aws_lc_rs::signature::KeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};

use super::*;
use crate::testkit::Occasions;

const CERTIFICATE: &str = include_str!("tests/rsa.cert.pem");
const RSA: &str = include_str!("tests/rsa.key.pem");
const RSA_PKCS1: &str = include_str!("tests/rsa.pkcs1.pem");
const P256: &str = include_str!("tests/p256.key.pem");
const P256_SEC1: &str = include_str!("tests/p256.sec1.pem");
const P384: &str = include_str!("tests/p384.key.pem");

fn key(pem: &str) -> ClientAssertion {
    ClientAssertion::private_key(&Secret::new(pem)).unwrap()
}

fn certificate() -> ClientAssertion {
    ClientAssertion::certificate(CERTIFICATE, &Secret::new(RSA)).unwrap()
}

fn made(assertion: &ClientAssertion, occasion: &Occasion<'_>) -> String {
    let made = assertion.for_request("app", occasion).unwrap();
    made.expose().to_owned()
}

/// Header and claims.
fn read(token: &str) -> String {
    let parts: Vec<_> = token.split('.').take(2).collect();
    let text = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    format!("{}\n{}", text(parts[0]), text(parts[1]))
}

fn shown(assertion: &ClientAssertion) -> String {
    read(&made(assertion, &Occasions::new().at_token()))
}

fn verify(pem: &str, algorithm: &'static dyn VerificationAlgorithm, token: &str) {
    let public = match SigningKey::from_pem(&Secret::new(pem)).unwrap() {
        SigningKey::Es256(pair) | SigningKey::Es384(pair) => pair.public_key().as_ref().to_vec(),
        SigningKey::Rsa(pair) => pair.public_key().as_ref().to_vec(),
    };
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(algorithm, public)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn a_certificate_is_named_as_entra_wants_it() {
    insta::assert_snapshot!(shown(&certificate()), @r#"
    {"alg":"PS256","typ":"JWT","x5t#S256":"LkBqCL8AV-lYcRzw_BSOFgGC-n6sKsbGegbxyBXImiQ"}
    {"aud":"https://id.example/token","iss":"app","sub":"app","jti":"AQEBAQEBAQEBAQEBAQEBAQ","exp":1893456300,"nbf":1893456000,"iat":1893456000}
    "#);
    let older = certificate().algorithm(SigningAlgorithm::Rs256).unwrap();
    insta::assert_snapshot!(shown(&older), @r#"
    {"alg":"RS256","typ":"JWT","x5t":"yup1Lw6cvCCob6VaXg1IVeYd6lM"}
    {"aud":"https://id.example/token","iss":"app","sub":"app","jti":"AQEBAQEBAQEBAQEBAQEBAQ","exp":1893456300,"nbf":1893456000,"iat":1893456000}
    "#);
}

#[test]
fn the_chain_goes_along_when_told() {
    let two = format!("{CERTIFICATE}{CERTIFICATE}");
    let chain = ClientAssertion::certificate(&two, &Secret::new(RSA)).unwrap();
    assert!(!shown(&chain).contains("x5c"));
    let sent = shown(&chain.with_chain().unwrap());
    let header: Value = serde_json::from_str(sent.lines().next().unwrap()).unwrap();
    let der: String = CERTIFICATE
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    assert_eq!(header["x5c"], json!([der, der]));
}

#[test]
fn a_key_is_named_as_okta_wants_it() {
    insta::assert_snapshot!(shown(&key(RSA)), @r#"
    {"alg":"RS256","typ":"JWT"}
    {"aud":"https://id.example/token","iss":"app","sub":"app","jti":"AQEBAQEBAQEBAQEBAQEBAQ","exp":1893456300}
    "#);
    insta::assert_snapshot!(shown(&key(P256).key_id("one").unwrap()), @r#"
    {"alg":"ES256","typ":"JWT","kid":"one"}
    {"aud":"https://id.example/token","iss":"app","sub":"app","jti":"AQEBAQEBAQEBAQEBAQEBAQ","exp":1893456300}
    "#);
    let issuer = key(P384).audience("https://id.example").unwrap();
    insta::assert_snapshot!(shown(&issuer), @r#"
    {"alg":"ES384","typ":"JWT"}
    {"aud":"https://id.example","iss":"app","sub":"app","jti":"AQEBAQEBAQEBAQEBAQEBAQ","exp":1893456300}
    "#);
}

#[test]
fn the_audience_is_the_endpoint_called_or_the_token_endpoint() {
    let occasions = Occasions::new();
    let audience = |assertion: &ClientAssertion| {
        let token = made(assertion, &occasions.at_device());
        let claims = read(&token).lines().nth(1).unwrap().to_owned();
        let claims: Value = serde_json::from_str(&claims).unwrap();
        claims["aud"].as_str().unwrap().to_owned()
    };
    assert_eq!(audience(&key(RSA)), "https://id.example/device");
    assert_eq!(audience(&certificate()), "https://id.example/token");
}

#[test]
fn every_algorithm_signs_what_verifies() {
    let made = |assertion: ClientAssertion| made(&assertion, &Occasions::new().at_token());
    let pss = key(RSA).algorithm(SigningAlgorithm::Ps256).unwrap();
    verify(RSA, &RSA_PKCS1_2048_8192_SHA256, &made(key(RSA)));
    verify(RSA, &RSA_PKCS1_2048_8192_SHA256, &made(key(RSA_PKCS1)));
    verify(RSA, &RSA_PSS_2048_8192_SHA256, &made(pss));
    verify(RSA, &RSA_PSS_2048_8192_SHA256, &made(certificate()));
    verify(P256, &ECDSA_P256_SHA256_FIXED, &made(key(P256)));
    verify(P256_SEC1, &ECDSA_P256_SHA256_FIXED, &made(key(P256_SEC1)));
    verify(P384, &ECDSA_P384_SHA384_FIXED, &made(key(P384)));
}

#[test]
fn no_two_assertions_have_one_id() {
    let occasions = Occasions::new();
    let assertion = key(RSA);
    let one = made(&assertion, &occasions.at_token());
    let other = made(&assertion, &occasions.at_token());
    assert_ne!(read(&one), read(&other));
}

#[test]
fn what_cannot_sign_is_refused_with_the_reason() {
    let secret = |text: &str| Secret::new(text);
    let garbage = RSA.replace("MII", "MIX");
    let encrypted = RSA.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let lines = [
        ClientAssertion::private_key(&secret("")),
        ClientAssertion::private_key(&secret(CERTIFICATE)),
        ClientAssertion::private_key(&secret(&garbage)),
        ClientAssertion::private_key(&secret(&encrypted)),
        ClientAssertion::private_key(&secret(&RSA.replace("-----END", ""))),
        ClientAssertion::certificate(CERTIFICATE, &secret(P256)),
        ClientAssertion::certificate(RSA, &secret(RSA)),
        ClientAssertion::certificate("", &secret(RSA)),
        ClientAssertion::certificate(include_str!("tests/other.cert.pem"), &secret(RSA)),
        key(P256).algorithm(SigningAlgorithm::Ps256),
        key(P256).algorithm(SigningAlgorithm::Es384),
        key(RSA).algorithm(SigningAlgorithm::Es256),
        key(RSA).with_chain(),
        certificate().key_id("one"),
        ClientAssertion::file("a").key_id("one"),
        ClientAssertion::file("a").audience("x"),
        ClientAssertion::file("a").algorithm(SigningAlgorithm::Rs256),
    ]
    .map(|made| made.unwrap_err().to_string());
    insta::assert_snapshot!(lines.join("\n"), @"
    private key is not usable: give a PEM text with a `PRIVATE KEY` block
    private key is not usable: give a PEM text with a `PRIVATE KEY` block
    private key is not usable: RSA of 2048 to 8192 bits, P-256 and P-384 are possible
    private key is not usable: it is encrypted; decrypt it with `openssl pkey` first
    private key is not usable: give a PEM text with a `PRIVATE KEY` block
    private key is not usable: with a certificate it must be RSA
    certificate is not usable: give PEM text with a `CERTIFICATE` block
    certificate is not usable: give PEM text with a `CERTIFICATE` block
    certificate is not usable: the private key is that of another
    private key is not usable: it is of another kind than the algorithm needs
    private key is not usable: it is of another kind than the algorithm needs
    private key is not usable: it is of another kind than the algorithm needs
    certificate is not usable: there is none to send
    private key is not usable: its certificate names it; leave the key id out
    private key is not usable: an assertion from a file is signed already
    private key is not usable: an assertion from a file is signed already
    private key is not usable: an assertion from a file is signed already
    ");
}

#[test]
fn debug_shows_no_key() {
    let lines = [
        certificate(),
        key(P256).key_id("one").unwrap(),
        ClientAssertion::file("a"),
    ]
    .map(|assertion| format!("{assertion:?}"));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ClientAssertion { algorithm: Ps256, name: Certificate { sha256: "LkBqCL8AV-lYcRzw_BSOFgGC-n6sKsbGegbxyBXImiQ", send_chain: false }, audience: None, .. }
    ClientAssertion { algorithm: Es256, name: Id(Some("one")), audience: None, .. }
    ClientAssertion(AssertionFile("a"))
    "#);
    insta::assert_snapshot!(format!("{:?}", SigningKey::from_pem(&Secret::new(RSA)).unwrap()), @"SigningKey(RS256, ***)");
}

mod files {
    use std::fs;

    use super::*;

    fn read(assertion: &ClientAssertion) -> String {
        match assertion.for_request("app", &Occasions::new().at_token()) {
            Ok(token) => token.expose().to_owned(),
            Err(misuse) => misuse.to_string(),
        }
    }

    #[test]
    fn a_file_is_read_again_for_each_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let assertion = ClientAssertion::file(&path);
        fs::write(&path, "a.b.c\n").unwrap();
        assert_eq!(read(&assertion), "a.b.c");
        fs::write(&path, "d.e-_.f").unwrap();
        assert_eq!(read(&assertion), "d.e-_.f");
    }

    #[test]
    fn what_holds_no_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let told = |content: &[u8]| {
            let path = folder.path().join("token");
            fs::write(&path, content).unwrap();
            let text = read(&ClientAssertion::file(&path));
            text.replace(&path.display().to_string(), "<file>")
        };
        let lines = [
            told(b""),
            told(b"one.two"),
            told(b"a.b.c d"),
            told(b"a.b.\xff"),
            told(&vec![b'a'; LONG]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        no client assertion in <file>: it does not hold a JSON Web Token
        no client assertion in <file>: it does not hold a JSON Web Token
        no client assertion in <file>: it does not hold a JSON Web Token
        no client assertion in <file>: it does not hold a JSON Web Token
        no client assertion in <file>: it is longer than 65536 bytes
        ");
        let gone = read(&ClientAssertion::file(folder.path().join("none")));
        assert!(gone.contains("No such file"), "{gone}");
        let directory = read(&ClientAssertion::file(folder.path()));
        assert!(
            directory.ends_with("it is not an ordinary file"),
            "{directory}"
        );
    }

    /// One byte more than is read.
    const LONG: usize = 64 * 1024 + 1;
}
