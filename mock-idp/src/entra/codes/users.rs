//! People who sign in.

use super::{Code, code};

const BY: &str = "codes_users::accounts";

pub(super) const CODES: &[Code] = &[
    code(
        50_034,
        "invalid_grant",
        "The user account {EmailHidden} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
        "the tenant has no such user",
    )
    .met(BY),
    code(
        50_126,
        "invalid_grant",
        "Error validating credentials due to invalid username or password.",
        "the password is wrong",
    )
    .met(BY),
    code(
        50_053,
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        "the account is locked",
    )
    .assuming("`unauthorized_client` was seen in 2019")
    .met(BY),
    code(
        50_055,
        "invalid_grant",
        "Password is expired.",
        "the password has expired",
    )
    .suberror("user_password_expired")
    .met(BY),
    code(
        50_056,
        "invalid_grant",
        "Invalid or missing password: password does not exist in the directory for this user.",
        "the user has no password",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        50_057,
        "invalid_grant",
        "The user account is disabled.",
        "the account is disabled",
    )
    .met(BY),
    code(
        50_020,
        "invalid_grant",
        "User account '{EmailHidden}' from identity provider 'https://sts.windows.net/{home}/' does not exist in tenant '{tenant}' and cannot access the application '{client}'({name}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
        "a user of another tenant who is no guest",
    )
    .assuming("error and status")
    .met("home_tenants::users_of_another_tenant_are_guests_or_strangers"),
    code(
        50_058,
        "invalid_grant",
        "Session information isn't sufficient for single-sign-on.",
        "`prompt=none`, and nobody is signed in",
    )
    .suberror("login_required")
    .assuming("status")
    .met("authorize::the_session_of_a_browser_signs_in_again"),
    code(
        50_089,
        "invalid_grant",
        "Authentication failed due to flow token expired.",
        "the sign-in took too long",
    )
    .documented()
    .assuming("error and status")
    .met("sign_in_pages::a_page_works_for_an_hour"),
    code(
        16_000,
        "interaction_required",
        "Either multiple user identities are available for the current request or selected account is not supported for the scenario.",
        "several accounts, and none is meant",
    )
    .documented()
    .assuming("status")
    .met("authorize::the_session_of_a_browser_signs_in_again"),
    code(
        130_501,
        "invalid_grant",
        "Sign in was blocked due to User Credential Policy.",
        "the credential is not allowed",
    )
    .assuming("error and status"),
    code(
        130_504,
        "invalid_grant",
        "Your Temporary Access Pass has expired.",
        "a temporary access pass has expired",
    )
    .assuming("error and status"),
    code(
        130_507,
        "invalid_grant",
        "An access pass could not be found or verified for the user.",
        "a temporary access pass is wrong",
    )
    .assuming("error and status"),
];
