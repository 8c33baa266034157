//! `/principal-rate-limits`: what API tokens and applications may use of each limit
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/PrincipalRateLimit).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::CREATED;
use super::call::{Call, ok};
use super::fields::Fields;
use super::paging::{Kind, list};
use super::refusal::Refused;
use crate::directory::{OktaDirectory, PrincipalKind, PrincipalShare};

use crate::reply::Reply;

const SHARES: Kind = Kind {
    usual: 20,
    most: 200,
    q: &[],
};

/// What lies below `/principal-rate-limits`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    let shares = &call.okta().principal_shares;
    match (below, call.method()) {
        ([], &Method::GET) => {
            if call.inbound.query_parameter("filter").is_none() {
                return Err(call.refuse("E0000028", &[]));
            }
            list(
                call,
                &SHARES,
                shares.iter().map(|share| shown(call, share)).collect(),
            )
        }
        ([], &Method::POST) => write(call, None),
        ([id], &Method::GET) => ok(shown(call, find(call, id)?)),
        ([id], &Method::PUT) => write(call, Some(find(call, id)?)),
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

fn find<'w>(call: &Call<'w>, id: &str) -> Result<&'w PrincipalShare, Refused> {
    let mut shares = call.okta().principal_shares.iter();
    let found = shares.find(|share| own_id(share) == id);
    found.ok_or_else(|| call.not_found(id, "PrincipalRateLimitEntity"))
}

/// Takes over what a body says of a principal: another than it is for is refused.
fn write(call: &Call<'_>, before: Option<&PrincipalShare>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call)?;
    let principal = fields.required("principalId")?;
    let kind = match fields.required("principalType")?.as_str() {
        "SSWS_TOKEN" => PrincipalKind::SswsToken,
        "OAUTH_CLIENT" => PrincipalKind::OauthClient,
        _ => {
            let cause = "Must be one of SSWS_TOKEN, OAUTH_CLIENT";
            return Err(call.invalid("principalType", cause));
        }
    };
    let is_other = |before: &PrincipalShare| before.principal != principal || before.kind != kind;
    if !is_known(call.okta(), &principal, kind) || before.is_some_and(is_other) {
        return Err(call.invalid("principalId", "Invalid principal"));
    }
    let usual = |of: fn(&PrincipalShare) -> u32| before.map_or(50, of);
    let share = PrincipalShare {
        percentage: fields
            .number("defaultPercentage", 0, 100)?
            .unwrap_or_else(|| usual(|share| share.percentage)),
        concurrency_percentage: fields
            .number("defaultConcurrencyPercentage", 0, 100)?
            .unwrap_or_else(|| usual(|share| share.concurrency_percentage)),
        principal,
        kind,
    };
    let body = shown(call, &share);
    let words = format!("{} may use {} percent", share.principal, share.percentage);
    call.change(|okta| {
        let shares = &mut okta.principal_shares;
        match shares
            .iter_mut()
            .find(|known| known.principal == share.principal)
        {
            Some(known) => *known = share,
            None => shares.push(share),
        }
        Ok(())
    })?;
    // Who asks for one that there is already is given that, changed (assumed).
    let status = match before {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    Ok(Reply::json(status, body).with_change(words))
}

fn is_known(okta: &OktaDirectory, principal: &str, kind: PrincipalKind) -> bool {
    match kind {
        PrincipalKind::SswsToken => okta.api_tokens.iter().any(|token| token.id == principal),
        PrincipalKind::OauthClient => okta.applications.iter().any(|known| known.id == principal),
    }
}

fn own_id(share: &PrincipalShare) -> String {
    format!("prl{}", share.principal.get(3..).unwrap_or_default())
}

fn shown(call: &Call<'_>, share: &PrincipalShare) -> Value {
    let kind = match share.kind {
        PrincipalKind::SswsToken => "SSWS_TOKEN",
        PrincipalKind::OauthClient => "OAUTH_CLIENT",
    };
    let by = call.caller.id();
    json!({
        "id": own_id(share), "orgId": call.okta().org_id, "principalId": share.principal, "principalType": kind,
        "defaultPercentage": share.percentage, "defaultConcurrencyPercentage": share.concurrency_percentage,
        "createdBy": by, "createdDate": CREATED, "lastUpdate": CREATED, "lastUpdatedBy": by,
    })
}
