//! Who they are and what each does wrong.

use super::{
    Mutant, answers, flows, owners, policies, policy, proofs, requests, responses, stores, swarm,
    transports,
};

/// Every mutant, by name.
pub static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "AsksForMore",
        does: "asks for one scope more when it refreshes",
        open: requests::asks_for_more,
    },
    Mutant {
        name: "AssumesOneHour",
        does: "reckons with tokens of one hour, whatever it is told",
        open: responses::assumes_one_hour,
    },
    Mutant {
        name: "BlursErrors",
        does: "reports every error as one and the same",
        open: answers::blurs_errors,
    },
    Mutant {
        name: "BranchesOnAadsts",
        does: "knows an error by its AADSTS number and is lost without it",
        open: answers::branches_on_aadsts,
    },
    Mutant {
        name: "CancelsForOthers",
        does: "lets all who wait go with the caller who asked first",
        open: owners::cancels_for_others,
    },
    Mutant {
        name: "CaseSensitiveTokenType",
        does: "knows the token type in one spelling only",
        open: responses::case_sensitive_token_type,
    },
    Mutant {
        name: "ChangesKey",
        does: "refreshes with another key than the one its tokens are bound to",
        open: proofs::changes_key,
    },
    Mutant {
        name: "ChokesOnMissingLifetime",
        does: "cannot read an answer without a lifetime",
        open: responses::chokes_on_missing_lifetime,
    },
    Mutant {
        name: "ChokesOnTextLifetime",
        does: "cannot read a lifetime that is sent as text",
        open: responses::chokes_on_text_lifetime,
    },
    Mutant {
        name: "ChokesOnUnknownMembers",
        does: "cannot read an answer with a member it does not know",
        open: responses::chokes_on_unknown_members,
    },
    Mutant {
        name: "DropsBodyOnRepeat",
        does: "repeats a refused call without its body",
        open: requests::drops_body_on_repeat,
    },
    Mutant {
        name: "DropsValidTokenOnFailure",
        does: "hands out an error although its token is still valid",
        open: |s| policy(s, policies::DropsValidTokenOnFailure),
    },
    Mutant {
        name: "FollowsRedirects",
        does: "goes wherever a redirect leads, with all it has",
        open: transports::follows_redirects,
    },
    Mutant {
        name: "ForgetsRefreshToken",
        does: "drops its refresh token when an answer brings none",
        open: transports::forgets_refresh_token,
    },
    Mutant {
        name: "ForgetsStore",
        does: "keeps its tokens to itself and loses them in a restart",
        open: stores::forgets_store,
    },
    Mutant {
        name: "GivesUpForGood",
        does: "sends nothing any more once a connection has failed",
        open: transports::gives_up_for_good,
    },
    Mutant {
        name: "GivesUpOnUpdates",
        does: "takes a metadata service that is being updated for one that is not there",
        open: |s| policy(s, flows::GivesUpOnUpdates),
    },
    Mutant {
        name: "HandsBack401",
        does: "hands a 401 to its caller and keeps the token",
        open: |s| policy(s, policies::HandsBack401),
    },
    Mutant {
        name: "HidesCorrelationId",
        does: "keeps the server's ids from its caller",
        open: answers::hides_correlation_id,
    },
    Mutant {
        name: "IgnoresExpiry",
        does: "renews only when a resource has refused the token",
        open: |s| policy(s, policies::IgnoresExpiry),
    },
    Mutant {
        name: "IgnoresNonce",
        does: "does not look for the nonce that a server wants in its proofs",
        open: proofs::ignores_nonce,
    },
    Mutant {
        name: "IgnoresRetryAfter",
        does: "does not look for a hint how long to wait",
        open: |s| policy(s, policies::IgnoresRetryAfter),
    },
    Mutant {
        name: "IgnoresSlowDown",
        does: "polls as often as it was told at first, however often it is told to slow down",
        open: |s| policy(s, flows::IgnoresSlowDown),
    },
    Mutant {
        name: "IgnoresTokenType",
        does: "takes any type of token for a bearer token",
        open: responses::ignores_token_type,
    },
    Mutant {
        name: "KeepsOldNonce",
        does: "learns of a new nonce only when the old one is refused",
        open: proofs::keeps_old_nonce,
    },
    Mutant {
        name: "KeepsOldRefreshToken",
        does: "goes on with the refresh token it was given first",
        open: |s| policy(s, policies::KeepsOldRefreshToken),
    },
    Mutant {
        name: "KeepsOldSecret",
        does: "goes on with the secret or certificate it was opened with",
        open: owners::keeps_old_secret,
    },
    Mutant {
        name: "LocalClockForReset",
        does: "reckons the wait until a reset from its own clock",
        open: |s| policy(s, policies::LocalClockForReset),
    },
    Mutant {
        name: "NeedsDescription",
        does: "cannot read an error without a description",
        open: responses::needs_description,
    },
    Mutant {
        name: "NeedsRefreshToken",
        does: "renews with refresh tokens only, also where there are none",
        open: responses::needs_refresh_token,
    },
    Mutant {
        name: "NeverRecovers",
        does: "stays throttled for ever once it has been throttled",
        open: transports::never_recovers,
    },
    Mutant {
        name: "NoEarlyRefresh",
        does: "renews only when the token has run out",
        open: |s| policy(s, policies::NoEarlyRefresh),
    },
    Mutant {
        name: "NoJitter",
        does: "pauses without a random part",
        open: |s| policy(s, policies::NoJitter),
    },
    Mutant {
        name: "NoSingleFlight",
        does: "lets every caller send a request of its own",
        open: swarm::no_single_flight,
    },
    Mutant {
        name: "OmitsClaims",
        does: "answers a claims challenge by asking for any other token",
        open: flows::omits_claims,
    },
    Mutant {
        name: "OmitsMetadataHeader",
        does: "asks a metadata service without the header that it wants",
        open: flows::omits_metadata_header,
    },
    Mutant {
        name: "OmitsTokenHash",
        does: "proves that it has the key, and not for which token",
        open: proofs::omits_token_hash,
    },
    Mutant {
        name: "OneKeyForAll",
        does: "keeps the tokens of all users, applications and tenants under one key",
        open: stores::one_key_for_all,
    },
    Mutant {
        name: "PollsEverySecond",
        does: "asks for a device's token every second, whatever it was told",
        open: |s| policy(s, flows::PollsEverySecond),
    },
    Mutant {
        name: "PollsForever",
        does: "goes on asking for a device's token when its user has refused",
        open: |s| policy(s, flows::PollsForever),
    },
    Mutant {
        name: "QuotesRequestInError",
        does: "writes the request that failed into the error it returns",
        open: answers::quotes_request_in_error,
    },
    Mutant {
        name: "RawBasic",
        does: "joins id and secret for a Basic header without encoding them",
        open: requests::raw_basic,
    },
    Mutant {
        name: "ReadsExpiryInToken",
        does: "compares the time inside the token with its own clock",
        open: responses::reads_expiry_in_token,
    },
    Mutant {
        name: "ReadsMembersInOrder",
        does: "expects the members of an answer in the usual order",
        open: responses::reads_members_in_order,
    },
    Mutant {
        name: "RefreshesEveryCall",
        does: "never reuses a token",
        open: |s| policy(s, policies::RefreshesEveryCall),
    },
    Mutant {
        name: "RefreshesOn403",
        does: "renews and repeats after a 403",
        open: |s| policy(s, policies::RefreshesOn403),
    },
    Mutant {
        name: "RepeatsAssertion",
        does: "repeats a request with the assertion of the first try",
        open: flows::repeats_assertion,
    },
    Mutant {
        name: "RepeatsLostPosts",
        does: "sends a call again whose answer was lost, whatever it does",
        open: transports::repeats_lost_posts,
    },
    Mutant {
        name: "RepeatsParameter",
        does: "sends a parameter twice",
        open: requests::repeats_parameter,
    },
    Mutant {
        name: "RepeatsProof",
        does: "shows one and the same proof with every call",
        open: proofs::repeats_proof,
    },
    Mutant {
        name: "ResendsPassword",
        does: "sends the user's password for every renewal",
        open: responses::resends_password,
    },
    Mutant {
        name: "RetriesAtOnce",
        does: "repeats what failed without a pause",
        open: |s| policy(s, policies::RetriesAtOnce),
    },
    Mutant {
        name: "RetriesForever",
        does: "repeats whatever failed, without end",
        open: |s| policy(s, policies::RetriesForever),
    },
    Mutant {
        name: "RetriesInvalidGrant",
        does: "sends a refused refresh token again",
        open: |s| policy(s, policies::RetriesInvalidGrant),
    },
    Mutant {
        name: "RetriesMisconfigured",
        does: "repeats a request that the server can only refuse",
        open: |s| policy(s, policies::RetriesMisconfigured),
    },
    Mutant {
        name: "RetriesWithOldToken",
        does: "repeats a refused call with the refused token",
        open: transports::retries_with_old_token,
    },
    Mutant {
        name: "SecondsOnlyRetryAfter",
        does: "reads Retry-After as whole seconds only",
        open: |s| policy(s, policies::SecondsOnlyRetryAfter),
    },
    Mutant {
        name: "SecretInUrl",
        does: "puts the client secret into the URL",
        open: requests::secret_in_url,
    },
    Mutant {
        name: "SendsJson",
        does: "sends the parameters of a token request as JSON",
        open: requests::sends_json,
    },
    Mutant {
        name: "ShowsBoundAsBearer",
        does: "shows a bound token as if whoever has it could use it",
        open: proofs::shows_bound_as_bearer,
    },
    Mutant {
        name: "SignsInAgain",
        does: "drops the refresh token of a sign-in and has to begin anew",
        open: flows::signs_in_again,
    },
    Mutant {
        name: "SignsOnce",
        does: "shows the assertion of its first request ever after",
        open: flows::signs_once,
    },
    Mutant {
        name: "SplitsChallengeAtCommas",
        does: "splits a challenge at its commas, quoted or not",
        open: responses::splits_challenge_at_commas,
    },
    Mutant {
        name: "Stampedes",
        does: "lets every waiter try for itself when the shared request has failed",
        open: swarm::stampedes,
    },
    Mutant {
        name: "StoresLate",
        does: "writes a token to its store only when the next one comes",
        open: stores::stores_late,
    },
    Mutant {
        name: "SwitchesAuthMethod",
        does: "authenticates one way at first and another way later",
        open: requests::switches_auth_method,
    },
    Mutant {
        name: "TokenByGet",
        does: "asks for tokens by GET",
        open: requests::token_by_get,
    },
    Mutant {
        name: "TokenInUrl",
        does: "shows its access token in the URL too",
        open: requests::token_in_url,
    },
    Mutant {
        name: "TrustsAnySuccess",
        does: "takes every success for a token",
        open: responses::trusts_any_success,
    },
    Mutant {
        name: "TwoAuthMethods",
        does: "authenticates by Basic and in the body at once",
        open: requests::two_auth_methods,
    },
    Mutant {
        name: "WaitsForEver",
        does: "has no time-out",
        open: |s| policy(s, policies::WaitsForEver),
    },
    Mutant {
        name: "WipesTokensOnLostRace",
        does: "clears the store when its refresh token is refused, whoever wrote last",
        open: stores::wipes_tokens_on_lost_race,
    },
];
