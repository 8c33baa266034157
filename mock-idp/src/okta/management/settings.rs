//! Settings of the org: `/rate-limit-settings/…` and `/org/settings/clientPrivilegesSetting`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/RateLimitSettings).

use http::Method;
use serde_json::{Value, json};

use super::call::{Call, ok};
use super::fields::Fields;
use super::refusal::Refused;
use crate::directory::{ClientLimitMode, OktaDirectory};
use crate::reply::Reply;

/// How clients are treated where nothing else is said of a use case.
const USE_CASES: [&str; 3] = ["LOGIN_PAGE", "OAUTH2_AUTHORIZE", "OIE_APP_INTENT"];

/// One of the settings of rate limits.
pub(super) fn rate_limits(call: &Call<'_>, what: &str) -> Result<Reply, Refused> {
    match what {
        "admin-notifications" => setting(call, notifications, |okta, fields| {
            let enabled = fields.truth("notificationsEnabled")?;
            okta.rate_limits.notifications = enabled.ok_or_else(|| {
                call.invalid("notificationsEnabled", "The field cannot be left blank")
            })?;
            Ok(())
        }),
        "warning-threshold" => setting(call, threshold, |okta, fields| {
            let percent = fields.number("warningThreshold", 30, 90)?;
            let blank = || call.invalid("warningThreshold", "The field cannot be left blank");
            okta.rate_limits.warning_threshold = Some(percent.ok_or_else(blank)?);
            Ok(())
        }),
        "per-client" => setting(call, per_client, |okta, fields| {
            let usual = fields.required("defaultMode")?;
            let overrides = fields.inner("useCaseModeOverrides")?;
            let wanted = match overrides {
                Some(mut overrides) => overrides.text("OAUTH2_AUTHORIZE")?,
                None => None,
            };
            okta.rate_limits.clients = Some(mode(call, &wanted.unwrap_or(usual))?);
            Ok(())
        }),
        _ => Err(call.no_path()),
    }
}

/// Whether applications that are registered are administrators at once.
pub(super) fn privileges(call: &Call<'_>) -> Result<Reply, Refused> {
    let shown = |okta: &OktaDirectory| json!({ "clientPrivilegesSetting": okta.client_privileges });
    setting(call, shown, |okta, fields| {
        let enabled = fields.truth("clientPrivilegesSetting")?;
        okta.client_privileges = enabled.unwrap_or(false);
        Ok(())
    })
}

/// Shows a setting, or puts another in its place and shows that.
fn setting(
    call: &Call<'_>,
    shown: impl Fn(&OktaDirectory) -> Value,
    set: impl FnOnce(&mut OktaDirectory, &mut Fields<'_>) -> Result<(), Refused>,
) -> Result<Reply, Refused> {
    match *call.method() {
        Method::GET => ok(shown(call.okta())),
        Method::PUT => {
            let mut fields = Fields::of(call)?;
            let body = call.change(|okta| {
                set(okta, &mut fields)?;
                Ok(shown(okta))
            })?;
            Ok(ok(body)?.with_change("a setting of the org was changed"))
        }
        _ => Err(call.no_method()),
    }
}

fn notifications(okta: &OktaDirectory) -> Value {
    json!({ "notificationsEnabled": okta.rate_limits.notifications })
}

fn threshold(okta: &OktaDirectory) -> Value {
    json!({ "warningThreshold": okta.rate_limits.warns_at() })
}

fn per_client(okta: &OktaDirectory) -> Value {
    let name = match okta.rate_limits.client_mode() {
        ClientLimitMode::Enforce => "ENFORCE",
        ClientLimitMode::Preview => "PREVIEW",
        ClientLimitMode::Disable => "DISABLE",
    };
    let overrides = USE_CASES.map(|case| (case.to_owned(), json!(name)));
    json!({ "defaultMode": name, "useCaseModeOverrides": overrides.into_iter().collect::<serde_json::Map<_, _>>() })
}

fn mode(call: &Call<'_>, name: &str) -> Result<ClientLimitMode, Refused> {
    match name {
        "ENFORCE" => Ok(ClientLimitMode::Enforce),
        "PREVIEW" => Ok(ClientLimitMode::Preview),
        "DISABLE" => Ok(ClientLimitMode::Disable),
        _ => Err(call.invalid("defaultMode", "Must be one of ENFORCE, PREVIEW, DISABLE")),
    }
}
