//! The codes of Okta's APIs (developer.okta.com/docs/reference/error-codes).

use http::StatusCode;

use super::envelope::envelope;
use crate::reply::Reply;
use crate::world::World;

/// A code with its status and summary, in which `{0}` stands for what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ApiCode {
    pub(super) number: &'static str,
    pub(super) status: StatusCode,
    summary: &'static str,
}

impl ApiCode {
    pub(super) const VALIDATION: Self = Self::new("E0000001", 400, "Api validation failed: {0}");
    pub(super) const NOT_WELL_FORMED: Self =
        Self::new("E0000003", 400, "The request body was not well-formed.");
    pub(super) const NO_SESSION: Self = Self::new("E0000005", 403, "Invalid session");
    pub(super) const FORBIDDEN: Self = Self::new(
        "E0000006",
        403,
        "You do not have permission to perform the requested action",
    );
    pub(super) const NOT_FOUND: Self =
        Self::new("E0000007", 404, "Not found: Resource not found: {0}");
    pub(super) const NO_PATH: Self = Self::new("E0000008", 404, "The requested path was not found");
    pub(super) const BAD_TOKEN: Self = Self::new("E0000011", 401, "Invalid token provided");
    pub(super) const CREDENTIALS: Self = Self::new("E0000014", 403, "Update of credentials failed");
    pub(super) const ALREADY_ACTIVE: Self = Self::new(
        "E0000016",
        403,
        "Activation failed because the user is already active",
    );
    pub(super) const RESET: Self = Self::new("E0000017", 403, "Password reset failed");
    pub(super) const MEDIA_TYPE: Self = Self::new(
        "E0000021",
        400,
        "Bad request.  Accept and/or Content-Type headers likely do not match supported values.",
    );
    pub(super) const METHOD: Self = Self::new(
        "E0000022",
        405,
        "The endpoint does not support the provided HTTP method",
    );
    pub(super) const MISSING_PARAMETER: Self = Self::new(
        "E0000028",
        400,
        "The request is missing a required parameter.",
    );
    pub(super) const PAGING: Self = Self::new("E0000029", 400, "Invalid paging request.");
    pub(super) const SEARCH: Self = Self::new("E0000031", 400, "Invalid search criteria.");
    pub(super) const UNLOCK: Self =
        Self::new("E0000032", 403, "Unlock is not allowed for this user.");
    pub(super) const STATUS: Self = Self::new(
        "E0000038",
        403,
        "This operation is not allowed in the user's current status.",
    );
    pub(super) const TOO_MANY_REQUESTS: Self = Self::new(
        "E0000047",
        429,
        "API call exceeded rate limit due to too many requests.",
    );
    pub(super) const DELETE_APP: Self = Self::new("E0000056", 403, "Delete application forbidden.");
    pub(super) const TARGETS: Self = Self::new("E0000093", 400, "Target count limit exceeded");

    const fn new(number: &'static str, status: u16, summary: &'static str) -> Self {
        let status = match status {
            400 => StatusCode::BAD_REQUEST,
            401 => StatusCode::UNAUTHORIZED,
            403 => StatusCode::FORBIDDEN,
            404 => StatusCode::NOT_FOUND,
            405 => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::TOO_MANY_REQUESTS,
        };
        Self {
            number,
            status,
            summary,
        }
    }

    /// The answer.
    pub(super) fn reply(self, world: &World, about: &str, causes: &[&str]) -> Reply {
        let summary = self.summary.replace("{0}", about);
        envelope(world, self.status, self.number, &summary, causes)
    }
}
