//! How applications authenticate.

use super::{Code, code};

const BY: &str = "codes_credentials::credentials_of_applications";
const ASSERTED: &str = "codes_credentials::assertions";
const TRUSTED: &str = "codes_credentials::federated_credentials";

pub(super) const CODES: &[Code] = &[
    code(
        7_000_215,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.",
        "the secret is none of the application's",
    )
    .met(BY),
    code(
        7_000_222,
        "invalid_client",
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
        "the secret is right and past its end",
    )
    .met(BY),
    code(
        7_000_216,
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        "client credentials without a credential",
    )
    .met(BY),
    code(
        7_000_218,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        "another grant of a confidential client without a credential",
    )
    .assuming("status")
    .met(BY),
    code(
        700_025,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        "a public client shows a credential",
    )
    .assuming("status")
    .met(BY),
    code(
        700_027,
        "invalid_client",
        "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'.]",
        "the certificate is not the application's or out of its time, or the signature is not the certificate's",
    )
    .met(ASSERTED),
    code(
        700_024,
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {issued}, expiry time of assertion {now}. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        "`exp` is past, or `nbf` more than five minutes ahead",
    )
    .assuming("the five minutes")
    .met(ASSERTED),
    code(
        700_023,
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        "`aud` is neither the token endpoint nor the tenant's issuer",
    )
    .assuming("status; the documentation gives the number another meaning")
    .met(ASSERTED),
    code(
        700_021,
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter.",
        "`iss` or `sub` is not the client id",
    )
    .assuming("status")
    .met(ASSERTED),
    code(
        700_030,
        "invalid_client",
        "Invalid certificate - subject name in certificate is not authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: {subject}.",
        "`x5c` shows a certificate whose subject is none that the application may use",
    )
    .documented()
    .assuming("status")
    .met("codes_credentials::certificates_by_their_subject"),
    code(
        7_000_214,
        "invalid_client",
        "Client assertion was signed with a certificate that has been revoked.",
        "the certificate was revoked",
    )
    .guessed()
    .assuming("text; the number stands in Microsoft.Identity.Web")
    .met("codes_credentials::a_certificate_that_was_revoked"),
    code(
        1_000_502,
        "invalid_client",
        "The provided certificate is not within its specified validity window.",
        "the certificate is out of its time, as others than the token service say it",
    )
    .guessed()
    .assuming("text; the number stands in Microsoft.Identity.Web"),
    code(
        50_027,
        "invalid_request",
        "JWT token is invalid or malformed.",
        "the assertion cannot be read, or lacks what every assertion has",
    )
    .documented()
    .assuming("status")
    .met(ASSERTED),
    code(
        70_021,
        "invalid_request",
        "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{audience}'.",
        "until 2023: no federated credential matches",
    ),
    code(
        700_211,
        "invalid_client",
        "No matching federated identity record found for presented assertion issuer '{issuer}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        "the application does not trust the issuer",
    )
    .met(TRUSTED),
    code(
        700_212,
        "invalid_client",
        "No matching federated identity record found for presented assertion audience '{audience}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        "it trusts issuer and subject, not for this audience",
    )
    .assuming("status")
    .met(TRUSTED),
    code(
        700_213,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{subject}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        "it trusts the issuer, not for this subject",
    )
    .met(TRUSTED),
    code(
        70_025,
        "invalid_client",
        "The client '{client}'({name}) has no configured federated identity credentials.",
        "a foreign token, and the application trusts nobody",
    )
    .assuming("status")
    .met(TRUSTED),
    code(
        700_229,
        "invalid_client",
        "Only app-only tokens can be used as Federated Identity Credentials for Microsoft Entra issuer.",
        "a user's token as the assertion",
    )
    .documented()
    .assuming("error and status")
    .met("codes_credentials::a_users_token_is_no_credential"),
];
