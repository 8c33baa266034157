//! PyJWT and jose, which check tokens for an API.

use crate::shows;

#[test]
fn pyjwt_takes_what_is_right_and_nothing_else() {
    shows("validators.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        access token of v1.0: 1.0, ada@contoso.example
        access token of v2.0: 2.0, ada@contoso.example
        id token: 2.0, ada@contoso.example
        2 fetches of two key sets
        another API's: InvalidAudienceError
        alg_none: InvalidAlgorithmError
        bad_signature: InvalidSignatureError
        expired: ExpiredSignatureError
        not_yet_valid: ImmatureSignatureError
        withdrawn_key: PyJWKClientError
        wrong_audience: InvalidAudienceError
        wrong_issuer: InvalidIssuerError
        wrong_key: InvalidSignatureError
        fetched once the key was published: 2.0, ada@contoso.example, 0 more fetches
        unknown, and just fetched: PyJWKClientError, 0 more fetches
        unknown: 2.0, ada@contoso.example, 1 more fetch
        signed before: 2.0, ada@contoso.example
        withdrawn: PyJWKClientError
        ");
    });
}

#[test]
fn jose_takes_what_is_right_and_nothing_else() {
    shows("validators.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        access token of v1.0: 1.0, ada@contoso.example
        access token of v2.0: 2.0, ada@contoso.example
        id token: 2.0, ada@contoso.example
        2 fetches of two key sets
        another API's: ERR_JWT_CLAIM_VALIDATION_FAILED aud
        alg_none: ERR_JOSE_ALG_NOT_ALLOWED
        bad_signature: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
        expired: ERR_JWT_EXPIRED exp
        not_yet_valid: ERR_JWT_CLAIM_VALIDATION_FAILED nbf
        withdrawn_key: ERR_JWKS_NO_MATCHING_KEY
        wrong_audience: ERR_JWT_CLAIM_VALIDATION_FAILED aud
        wrong_issuer: ERR_JWT_CLAIM_VALIDATION_FAILED iss
        wrong_key: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
        fetched once the key was published: 2.0, ada@contoso.example, 0 more fetches
        unknown, and just fetched: ERR_JWKS_NO_MATCHING_KEY, 0 more fetches
        unknown: 2.0, ada@contoso.example, 1 more fetch
        signed before: 2.0, ada@contoso.example
        withdrawn: ERR_JWKS_NO_MATCHING_KEY
        ");
    });
}
