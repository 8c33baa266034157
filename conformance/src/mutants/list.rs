//! Who they are and what each does wrong.

use super::{
    Mutant, answers, api_tokens, flows, owners, policies, policy, proofs, requests, responses,
    stores, swarm, transports,
};

/// One line for each: its name, what it does, how it is opened.
macro_rules! mutants {
    ($($name:ident: $does:literal, $open:expr;)*) => {
        /// Every mutant, by name.
        pub static MUTANTS: &[Mutant] = &[$(Mutant {
            name: stringify!($name),
            does: $does,
            open: $open,
        },)*];
    };
}

mutants! {
    AsksForMore: "asks for one scope more when it refreshes", requests::asks_for_more;
    AssumesOneHour: "reckons with tokens of one hour, whatever it is told", responses::assumes_one_hour;
    BlursErrors: "reports every error as one and the same", answers::blurs_errors;
    BranchesOnAadsts: "knows an error by its AADSTS number and is lost without it", answers::branches_on_aadsts;
    CancelsForOthers: "lets all who wait go with the caller who asked first", owners::cancels_for_others;
    CaseSensitiveTokenType: "knows the token type in one spelling only", responses::case_sensitive_token_type;
    ChangesKey: "refreshes with another key than the one its tokens are bound to", proofs::changes_key;
    ChokesOnMissingLifetime: "cannot read an answer without a lifetime", responses::chokes_on_missing_lifetime;
    ChokesOnTextLifetime: "cannot read a lifetime that is sent as text", responses::chokes_on_text_lifetime;
    ChokesOnUnknownMembers: "cannot read an answer with a member it does not know", responses::chokes_on_unknown_members;
    CountsApiTokenDays: "gives an API token up 30 days after it first used it",
        |s| policy(s, api_tokens::CountsApiTokenDays::default());
    DropsBodyOnRepeat: "repeats a refused call without its body", requests::drops_body_on_repeat;
    DropsValidTokenOnFailure: "hands out an error although its token is still valid",
        |s| policy(s, policies::DropsValidTokenOnFailure);
    FollowsRedirects: "goes wherever a redirect leads, with all it has", transports::follows_redirects;
    ForgetsRefreshToken: "drops its refresh token when an answer brings none", transports::forgets_refresh_token;
    ForgetsStore: "keeps its tokens to itself and loses them in a restart", stores::forgets_store;
    GivesUpForGood: "sends nothing any more once a connection has failed", transports::gives_up_for_good;
    GivesUpOnUpdates: "takes a metadata service that is being updated for one that is not there",
        |s| policy(s, flows::GivesUpOnUpdates);
    HandsBack401: "hands a 401 to its caller and keeps the token", |s| policy(s, policies::HandsBack401);
    HidesCorrelationId: "keeps the server's ids from its caller", answers::hides_correlation_id;
    HidesWait: "keeps from its caller how long to wait", answers::hides_wait;
    IgnoresExpiry: "renews only when a resource has refused the token", |s| policy(s, policies::IgnoresExpiry);
    IgnoresNonce: "does not look for the nonce that a server wants in its proofs", proofs::ignores_nonce;
    IgnoresRetryAfter: "does not look for a hint how long to wait", |s| policy(s, policies::IgnoresRetryAfter);
    IgnoresSlowDown: "polls as often as it was told at first, however often it is told to slow down",
        |s| policy(s, flows::IgnoresSlowDown);
    IgnoresTokenType: "takes any type of token for a bearer token", responses::ignores_token_type;
    KeepsOldNonce: "learns of a new nonce only when the old one is refused", proofs::keeps_old_nonce;
    KeepsOldRefreshToken: "goes on with the refresh token it was given first", |s| policy(s, policies::KeepsOldRefreshToken);
    KeepsOldSecret: "goes on with the secret, certificate or API token it was opened with", owners::keeps_old_secret;
    LocalClockForReset: "reckons the wait until a reset from its own clock", |s| policy(s, policies::LocalClockForReset);
    NeedsDescription: "cannot read an error without a description", responses::needs_description;
    NeedsRefreshToken: "renews with refresh tokens only, also where there are none", responses::needs_refresh_token;
    NeverRecovers: "stays throttled for ever once it has been throttled", transports::never_recovers;
    NoEarlyRefresh: "renews only when the token has run out", |s| policy(s, policies::NoEarlyRefresh);
    NoJitter: "pauses without a random part", |s| policy(s, policies::NoJitter);
    NoSingleFlight: "lets every caller send a request of its own", swarm::no_single_flight;
    OmitsClaims: "answers a claims challenge by asking for any other token", flows::omits_claims;
    OmitsMetadataHeader: "asks a metadata service without the header that it wants", flows::omits_metadata_header;
    OmitsTokenHash: "proves that it has the key, and not for which token", proofs::omits_token_hash;
    OneKeyForAll: "keeps the tokens of all users, applications and tenants under one key", stores::one_key_for_all;
    PollsEverySecond: "asks for a device's token every second, whatever it was told", |s| policy(s, flows::PollsEverySecond);
    PollsForever: "goes on asking for a device's token when its user has refused", |s| policy(s, flows::PollsForever);
    QuotesRequestInError: "writes the request that failed into the error it returns", answers::quotes_request_in_error;
    RawBasic: "joins id and secret for a Basic header without encoding them", requests::raw_basic;
    ReadsCodeBeforeStatus: "takes a 429 for whatever error its body names", responses::reads_code_before_status;
    ReadsExpiryInToken: "compares the time inside the token with its own clock", responses::reads_expiry_in_token;
    ReadsMembersInOrder: "expects the members of an answer in the usual order", responses::reads_members_in_order;
    RedeemsApiToken: "takes a refused API token to the token endpoint", api_tokens::redeems_api_token;
    RefreshesEveryCall: "never reuses a token", |s| policy(s, policies::RefreshesEveryCall);
    RefreshesOn403: "renews and repeats after a 403", |s| policy(s, policies::RefreshesOn403);
    RepeatsAssertion: "repeats a request with the assertion of the first try", flows::repeats_assertion;
    RepeatsLostPosts: "sends a call again whose answer was lost, whatever it does", transports::repeats_lost_posts;
    RepeatsParameter: "sends a parameter twice", requests::repeats_parameter;
    RepeatsProof: "shows one and the same proof with every call", proofs::repeats_proof;
    ResendsPassword: "sends the user's password for every renewal", responses::resends_password;
    RetriesAtOnce: "repeats what failed without a pause", |s| policy(s, policies::RetriesAtOnce);
    RetriesForever: "repeats whatever failed, without end", |s| policy(s, policies::RetriesForever);
    RetriesInvalidGrant: "sends a refused refresh token again", |s| policy(s, policies::RetriesInvalidGrant);
    RetriesMisconfigured: "repeats a request that the server can only refuse", |s| policy(s, policies::RetriesMisconfigured);
    RetriesWithOldToken: "repeats a refused call with the refused token", transports::retries_with_old_token;
    SecondsOnlyRetryAfter: "reads Retry-After as whole seconds only", |s| policy(s, policies::SecondsOnlyRetryAfter);
    SecretInUrl: "puts the client secret into the URL", requests::secret_in_url;
    SendsJson: "sends the parameters of a token request as JSON", requests::sends_json;
    ShowsApiTokenAsBearer: "shows an API token as if it were an access token", api_tokens::shows_api_token_as_bearer;
    ShowsBoundAsBearer: "shows a bound token as if whoever has it could use it", proofs::shows_bound_as_bearer;
    SignsInAgain: "drops the refresh token of a sign-in and has to begin anew", flows::signs_in_again;
    SignsOnce: "shows the assertion of its first request ever after", flows::signs_once;
    SplitsChallengeAtCommas: "splits a challenge at its commas, quoted or not", responses::splits_challenge_at_commas;
    Stampedes: "lets every waiter try for itself when the shared request has failed", swarm::stampedes;
    StoresLate: "writes a token to its store only when the next one comes", stores::stores_late;
    SwitchesAuthMethod: "authenticates one way at first and another way later", requests::switches_auth_method;
    TakesNothingLeftForRefusal: "takes a call after which nothing is left for a refused one",
        responses::takes_nothing_left_for_refusal;
    TakesRefusalForGood: "sends nothing any more once it was refused with 401 or 403", transports::takes_refusal_for_good;
    TokenByGet: "asks for tokens by GET", requests::token_by_get;
    TokenInUrl: "shows its access token in the URL too", requests::token_in_url;
    TrustsAnySuccess: "takes every success for a token", responses::trusts_any_success;
    TwoAuthMethods: "authenticates by Basic and in the body at once", requests::two_auth_methods;
    WaitsAMinute: "waits a minute whenever it is told to wait", |s| policy(s, policies::WaitsAMinute);
    WaitsForEver: "has no time-out", |s| policy(s, policies::WaitsForEver);
    WipesTokensOnLostRace: "clears the store when its refresh token is refused, whoever wrote last",
        stores::wipes_tokens_on_lost_race;
}
