//! What a device shows its user (RFC 8628 sections 3.2 and 3.3).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use jiff::Timestamp;

use crate::answer::{members, readable, seconds, secret, text};
use crate::clock::later;
use crate::error::{Error, ProtocolError};
use crate::{GrantKind, Secret};

/// What to show the user of a device: where to go in a browser, and the code to enter there.
///
/// `Display` is the provider's own sentence if it sent one (Entra), else a plain English one.
/// Texts of the provider are shortened and free of control characters, so a terminal can show
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DevicePrompt {
    /// The code to enter.
    pub user_code: String,
    /// The address to open.
    pub verification_uri: String,
    /// An address that has the code in it already, for a QR code (RFC 8628 section 3.3.1).
    pub verification_uri_complete: Option<String>,
    /// The provider's own sentence.
    pub message: Option<String>,
    /// Until when the user has time, on the client's clock.
    pub expires_at: Timestamp,
}

impl fmt::Display for DevicePrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message),
            None => write!(
                f,
                "To sign in, open {} in a browser and enter the code {}",
                self.verification_uri, self.user_code
            ),
        }
    }
}

/// A sign-in that a device has begun.
#[derive(Debug)]
pub(crate) struct DeviceSignIn {
    pub(crate) prompt: DevicePrompt,
    pub(crate) code: Secret,
    /// How long to wait between two polls.
    pub(crate) interval: Duration,
}

impl DeviceSignIn {
    /// Reads the answer to a request made at `asked_at`.
    pub(crate) fn read(
        parts: &Parts,
        body: &Bytes,
        told_wait: Option<Duration>,
        sent: &[Secret],
        asked_at: Timestamp,
    ) -> Result<Self, Error> {
        let status = parts.status;
        let unusable = || Error::Protocol(ProtocolError::NoDeviceCode { status });
        let members = match members(parts, body, GrantKind::DeviceCode, told_wait, sent) {
            // Says "token endpoint", which this is not.
            Err(Error::Protocol(_)) => return Err(unusable()),
            members => members?,
        };
        let code = secret(&members, "device_code").ok_or_else(unusable)?;
        let shown = |name: &str| text(&members, name).map(|text| readable(text, sent));
        // The spelling of Entra's v1 endpoint, and of others from before the RFC.
        let verification_uri = shown("verification_uri")
            .or_else(|| shown("verification_url"))
            .filter(|uri| is_web_address(uri));
        let lifetime = members.get("expires_in").and_then(seconds);
        Ok(Self {
            prompt: DevicePrompt {
                user_code: shown("user_code").ok_or_else(unusable)?,
                verification_uri: verification_uri.ok_or_else(unusable)?,
                verification_uri_complete: shown("verification_uri_complete")
                    .filter(|uri| is_web_address(uri)),
                message: shown("message"),
                expires_at: later(
                    asked_at,
                    lifetime.unwrap_or(ASSUMED_LIFETIME).min(LONGEST_LIFETIME),
                ),
            },
            code,
            interval: members
                .get("interval")
                .and_then(seconds)
                .unwrap_or(ASSUMED_INTERVAL),
        })
    }
}

/// RFC 8628 section 3.2: "If no value is provided, clients MUST use 5 as the default".
const ASSUMED_INTERVAL: Duration = Duration::from_secs(5);
/// The lifetime is required; Entra's is assumed where it is missing.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(900);
/// Longer than any provider's.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

fn is_web_address(text: &str) -> bool {
    let uri = text.parse::<http::Uri>();
    uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(status: u16, body: &str) -> Result<DeviceSignIn, Error> {
        let response = http::Response::builder().status(status).body(()).unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        let now = "2030-01-01T00:00:00Z".parse().unwrap();
        DeviceSignIn::read(&response.into_parts().0, &body, None, &[], now)
    }

    fn shown(status: u16, body: &str) -> String {
        match read(status, body) {
            Ok(device) => format!(
                "{} | {} | {:?} | every {} s until {}",
                device.prompt,
                device.prompt.verification_uri,
                device.prompt.verification_uri_complete,
                device.interval.as_secs(),
                device.prompt.expires_at
            ),
            Err(error) => format!("{}: {error}", error.class()),
        }
    }

    #[test]
    fn answers_of_both_vendors_and_old_ones() {
        let lines = [
            shown(
                200,
                r#"{"user_code":"ABCD12345","device_code":"d","verification_uri":"https://login.microsoft.com/device","expires_in":900,"interval":5,"message":"To sign in, use a web browser."}"#,
            ),
            shown(
                200,
                r#"{"user_code":"ABCDWXYZ","device_code":"d","verification_uri":"https://o.okta.com/activate","verification_uri_complete":"https://o.okta.com/activate?user_code=ABCDWXYZ","expires_in":600,"interval":7}"#,
            ),
            shown(
                200,
                r#"{"user_code":"A","device_code":"d","verification_url":"https://aka.ms/devicelogin","expires_in":"900","interval":"5"}"#,
            ),
            shown(
                200,
                r#"{"user_code":"A","device_code":"d","verification_uri":"https://h/"}"#,
            ),
            shown(
                200,
                "{\"user_code\":\"A\\u001b[2J\",\"device_code\":\"d\",\"verification_uri\":\"https://h/\",\"interval\":0,\"expires_in\":1e300}",
            ),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        To sign in, use a web browser. | https://login.microsoft.com/device | None | every 5 s until 2030-01-01T00:15:00Z
        To sign in, open https://o.okta.com/activate in a browser and enter the code ABCDWXYZ | https://o.okta.com/activate | Some("https://o.okta.com/activate?user_code=ABCDWXYZ") | every 7 s until 2030-01-01T00:10:00Z
        To sign in, open https://aka.ms/devicelogin in a browser and enter the code A | https://aka.ms/devicelogin | None | every 5 s until 2030-01-01T00:15:00Z
        To sign in, open https://h/ in a browser and enter the code A | https://h/ | None | every 5 s until 2030-01-01T00:15:00Z
        To sign in, open https://h/ in a browser and enter the code A [2J | https://h/ | None | every 5 s until 2030-01-02T00:00:00Z
        "#);
    }

    #[test]
    fn what_is_no_beginning() {
        let lines = [
            shown(200, "{}"),
            shown(200, "<html>"),
            shown(404, "<html>"),
            shown(
                200,
                r#"{"user_code":"A","device_code":"","verification_uri":"https://h/"}"#,
            ),
            shown(
                200,
                r#"{"user_code":"A","device_code":"d","verification_uri":"javascript:x"}"#,
            ),
            shown(400, r#"{"error":"invalid_client"}"#),
            shown(429, ""),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        protocol: device authorization endpoint answered 200 OK without codes for a device; is the address right?
        protocol: device authorization endpoint answered 200 OK without codes for a device; is the address right?
        protocol: device authorization endpoint answered 404 Not Found without codes for a device; is the address right?
        protocol: device authorization endpoint answered 200 OK without codes for a device; is the address right?
        protocol: device authorization endpoint answered 200 OK without codes for a device; is the address right?
        misconfigured: authorization server refused the device_code grant with status 400, invalid_client
        throttled: token endpoint throttles (status 429); it did not say how long to wait
        ");
    }

    #[test]
    fn debug_masks_the_device_code() {
        let device = read(
            200,
            r#"{"user_code":"A","device_code":"canary","verification_uri":"https://h/"}"#,
        );
        assert!(!format!("{device:?}").contains("canary"));
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it(status in 100u16..600, body in "\\PC{0,80}") {
            let _ = read(status, &body);
        }
    }
}
