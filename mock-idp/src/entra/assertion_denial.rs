//! What is wrong with a client assertion, in Entra's words
//! (learn.microsoft.com/entra/identity-platform/reference-error-codes, and answers seen in public reports).

use jiff::Timestamp;

use super::aadsts::{Aadsts, text_of};
use super::denial::{FederatedFault, seven_digits};
use crate::engine::AssertionFault;

const REVIEW: &str = "Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .";
const CHECK: &str = "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation";

/// What both vendors look at.
pub(super) fn common(fault: &AssertionFault, now: Timestamp) -> Aadsts {
    match fault {
        AssertionFault::Algorithm { .. }
        | AssertionFault::ExpiryMissing
        | AssertionFault::Malformed => Aadsts::new(
            50_027,
            "invalid_request",
            "JWT token is invalid or malformed.",
        ),
        AssertionFault::Audience => Aadsts::new(
            700_023,
            "invalid_client",
            format!("Client assertion audience claim does not match Realm issuer. {REVIEW}"),
        ),
        AssertionFault::Expired {
            not_before,
            expires,
        } => untimely(now, *not_before, *expires),
        AssertionFault::Issuer | AssertionFault::Subject => Aadsts::new(
            700_021,
            "invalid_client",
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ),
        AssertionFault::KeyUnknown { client, key } => {
            key_trouble("The key was not found.", key, "", client)
        }
        // An application without any is told what one is told whose key is another.
        AssertionFault::NoKeys { client } => key_trouble("The key was not found.", "", "", client),
        AssertionFault::NotYetValid {
            not_before,
            expires,
        } => untimely(now, Some(*not_before), *expires),
        AssertionFault::Signature { client, key } => key_trouble(
            "The provided signature value did not match the expected signature value.",
            key,
            "",
            client,
        ),
        // No sample of this case is public; the number is the one for an invalid request.
        AssertionFault::Type => Aadsts::new(90_023, "invalid_request", text_of(90_023)),
    }
}

/// The certificate that was named is not in its time, or was revoked.
pub(super) fn outdated(client: &str, thumbprint: &str, start: Timestamp, end: Timestamp) -> Aadsts {
    let found = format!(
        "Found key 'Start={}, End={}', ",
        us_date(start),
        us_date(end)
    );
    key_trouble("The key used is expired.", thumbprint, &found, client)
}

/// The token of another issuer.
pub(super) fn federated(fault: &FederatedFault) -> Aadsts {
    match fault {
        FederatedFault::NoneTrusted { client, name } => Aadsts::new(
            70_025,
            "invalid_client",
            format!(
                "The client '{client}'({name}) has no configured federated identity credentials."
            ),
        ),
        FederatedFault::Issuer { issuer } => unmatched(700_211, "issuer", issuer),
        FederatedFault::Audience { audience } => unmatched(700_212, "audience", audience),
        FederatedFault::Subject { subject } => unmatched(700_213, "subject", subject),
        // The number and its text are those of a bad signature; that they go with `invalid_client` here is assumed.
        FederatedFault::Signature { key } => Aadsts::new(
            50_013,
            "invalid_client",
            format!(
                "Assertion failed signature validation. [Reason - The key was not found., Thumbprint of key used by client: '{key}']"
            ),
        ),
    }
}

fn unmatched(number: u32, what: &str, value: &str) -> Aadsts {
    Aadsts::new(
        number,
        "invalid_client",
        format!(
            "No matching federated identity record found for presented assertion {what} '{value}'. {CHECK}"
        ),
    )
}

fn key_trouble(reason: &str, thumbprint: &str, found: &str, client: &str) -> Aadsts {
    Aadsts::new(
        700_027,
        "invalid_client",
        format!(
            "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', {found}Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'.]"
        ),
    )
}

fn untimely(now: Timestamp, not_before: Option<Timestamp>, expires: Timestamp) -> Aadsts {
    // What stands for a beginning that is not given is assumed: the least instant that .NET knows.
    let from = not_before.map_or_else(|| "0001-01-01T00:00:00.0000000Z".to_owned(), seven_digits);
    Aadsts::new(
        700_024,
        "invalid_client",
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {from}, expiry time of assertion {}. {REVIEW}",
            seven_digits(now),
            seven_digits(expires),
        ),
    )
}

/// `01/31/2030 09:30:00`, as these texts have instants.
fn us_date(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%m/%d/%Y %H:%M:%S")
        .to_string()
}
