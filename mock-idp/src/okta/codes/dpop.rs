//! Proof of possession (RFC 9449), and tokens at resources.

use super::{Code, code};
use crate::fidelity::OktaBody;

pub(super) const CODES: &[Code] = &[
    code(
        "dpop_missing",
        400,
        "invalid_dpop_proof",
        "The DPoP proof JWT header is missing.",
        "an application that is bound to its key asks without a proof",
    )
    .observed()
    .met("okta_dpop::a_bound_application_proves_its_key_with_a_nonce"),
    code(
        "dpop_several",
        400,
        "invalid_dpop_proof",
        "Multiple DPoP proof JWT headers are not allowed.",
        "more than one `DPoP` header",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_typ",
        400,
        "invalid_dpop_proof",
        "'typ' must be 'dpop+jwt' in the DPoP proof JWT.",
        "`typ` is another",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_signature",
        400,
        "invalid_dpop_proof",
        "The DPoP proof JWT signature is invalid.",
        "the key in `jwk` has not made the signature, or cannot be used",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_htm",
        400,
        "invalid_dpop_proof",
        "'htm' claim in the DPoP proof JWT is invalid.",
        "`htm` is not the method",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_htu",
        400,
        "invalid_dpop_proof",
        "'htu' claim in the DPoP proof JWT is invalid.",
        "`htu` is not the URL without query",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_iat",
        400,
        "invalid_dpop_proof",
        "'iat' claim in the DPoP proof JWT is invalid.",
        "no `iat`, or none that is a number of seconds",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_jti",
        400,
        "invalid_dpop_proof",
        "'jti' claim in the DPoP proof JWT is invalid.",
        "no `jti`",
    )
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_from_future",
        400,
        "invalid_dpop_proof",
        "The DPoP proof JWT is issued in the future.",
        "`iat` lies ahead",
    )
    .assuming("how the text begins")
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_too_old",
        400,
        "invalid_dpop_proof",
        "The DPoP proof JWT is issued more than five minutes in the past.",
        "`iat` lies more than 300 seconds back",
    )
    .assuming("how the text begins")
    .met("okta_dpop::what_is_wrong_with_a_proof"),
    code(
        "dpop_used",
        400,
        "invalid_dpop_proof",
        "The DPoP proof JWT has already been used.",
        "a proof with this `jti` was taken before",
    )
    .observed()
    .met("okta_dpop::a_bound_application_proves_its_key_with_a_nonce"),
    code(
        "dpop_ath",
        400,
        "invalid_dpop_proof",
        "'ath' claim in the DPoP proof does not match the presented access_token.",
        "`ath` is not the hash of the access token",
    )
    .met("okta_dpop::oktas_own_api_and_userinfo_take_bound_tokens"),
    code(
        "dpop_key_binding",
        400,
        "invalid_dpop_proof",
        "Invalid DPoP Public Key binding in refresh token",
        "a refresh with another key than the one the token is bound to",
    )
    .met("okta_dpop::a_refresh_takes_the_same_key"),
    code(
        "use_dpop_nonce",
        400,
        "use_dpop_nonce",
        "Authorization server requires nonce in DPoP proof.",
        "no `nonce`, or none that is good; the `dpop-nonce` header has one",
    )
    .observed()
    .met("okta_dpop::a_bound_application_proves_its_key_with_a_nonce"),
    code(
        "dpop_scheme",
        400,
        "invalid_request",
        "The DPoP bound access token must use the DPoP authentication scheme when making a resource request.",
        "a bound token behind `Bearer`",
    )
    .told_by(OktaBody::Challenge)
    .assuming("how the text begins and ends")
    .met("okta_dpop::oktas_own_api_and_userinfo_take_bound_tokens"),
    code(
        "dpop_proof_required",
        400,
        "invalid_request",
        "The resource request requires a DPoP proof.",
        "a bound token without a proof",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_dpop::oktas_own_api_and_userinfo_take_bound_tokens"),
    code(
        "access_token_not_dpop_bound",
        401,
        "invalid_token",
        "The access token is not bound to a DPoP key.",
        "an unbound token behind `DPoP`",
    )
    .told_by(OktaBody::Challenge)
    .assuming("error and text")
    .met("okta_dpop::an_unbound_token_proves_nothing"),
    code(
        "token_invalid",
        401,
        "invalid_token",
        "The access token is invalid.",
        "a token that is none, or whose signature is wrong",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_dpop::an_unbound_token_proves_nothing"),
    code(
        "token_expired",
        401,
        "invalid_token",
        "The token has expired.",
        "an access token past its end",
    )
    .told_by(OktaBody::Challenge)
    .observed()
    .met("okta_tokens::who_the_user_is"),
    code(
        "token_revoked",
        401,
        "invalid_token",
        "The access token has been revoked.",
        "an access token that was revoked",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_tokens::who_the_user_is"),
    code(
        "token_not_for_okta",
        401,
        "invalid_token",
        "The access token provided is not intended for Okta.",
        "a token of a custom server at Okta's own API",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_tokens::who_the_user_is"),
    code(
        "insufficient_scope",
        403,
        "insufficient_scope",
        "The access token provided does not contain the required scopes.",
        "an access token without the scope of the call",
    )
    .told_by(OktaBody::Challenge)
    .observed()
    .met("okta_tokens::who_the_user_is"),
];
