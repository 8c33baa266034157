//! The user-info endpoint, which Graph has (learn.microsoft.com/entra/identity-platform/userinfo).

use http::{Method, StatusCode};
use serde_json::json;

use super::call::Call;
use super::only;
use super::refusal::Refused;
use crate::reply::Reply;

/// Who the token speaks for. It takes GET and POST (OpenID Connect Core section 5.3.1).
pub(super) fn answer(call: &Call<'_>) -> Result<Reply, Refused> {
    if !matches!(*call.method(), Method::GET | Method::POST) {
        return Err(only(call, &[Method::GET, Method::POST]));
    }
    call.needs(&["openid", "profile", "email", "User.Read"])?;
    let users = &call.caller.tenant.users;
    let Some(user) = users.iter().find(|user| user.id == call.caller.object_id()) else {
        return Err(call.not_found(call.caller.object_id()));
    };
    let (given, family) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let body = json!({
        "sub": call.caller.claim("sub"), "name": user.name, "family_name": family, "given_name": given,
        "picture": format!("{}/v1.0/me/photo/$value", call.world.origin(crate::journal::Origin::Graph)),
        "email": user.login,
    });
    Ok(Reply::json(StatusCode::OK, body))
}
