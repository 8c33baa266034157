//! Places that ask for an authentication context.

use super::super::StepUp;
use super::super::path::Path;
use super::{Finding, Findings};

/// The places of one API.
pub(super) fn check(path: &Path, places: &[StepUp], findings: &mut Findings<'_>) {
    for (place, asked) in places.iter().enumerate() {
        let at = path.item(place);
        let number = asked.context.strip_prefix('c');
        let number = number.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let is_context = number
            .and_then(|text| text.parse::<u8>().ok())
            .is_some_and(|number| (1..=99).contains(&number));
        if !is_context {
            findings.add(
                Finding::at(
                    at.key("context"),
                    format!("there is no authentication context `{}`", asked.context),
                )
                .help("write one of `c1` to `c99`"),
            );
        }
        if !asked.path.starts_with('/') {
            findings.add(
                Finding::at(at.key("path"), "a path begins with a slash")
                    .help("write it as `/v1.0/me/sendMail`"),
            );
        }
    }
}
