//! The page of the admin console on which API tokens are made: Security > API > Tokens. It works without a script.
//!
//! There are no sessions of administrators: whoever makes a token shows login and password along with it.

use http::{Method, StatusCode};

use super::envelope::method_not_allowed;
use crate::directory::{AdminRole, TokenNetwork, User};

use crate::form;
use crate::inbound::Inbound;
use crate::mock::issued_api_token;
use crate::reply::Reply;
use crate::sign_in::page::{STYLE, escaped};
use crate::world::World;

/// How many secrets a world can keep out of its journal; how many tokens an org has here.
const MOST_SECRETS: usize = 1_000;
const MOST_TOKENS: usize = 200;
/// The longest name of a token.
const LONGEST: usize = 100;

/// Answers a request to the page.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    match inbound.method {
        Method::GET | Method::HEAD => page(world, StatusCode::OK, "", None),
        Method::POST => made(world, inbound)
            .unwrap_or_else(|(status, why)| page(world, status, &name_of(inbound), Some(why))),
        _ => method_not_allowed(world),
    }
}

/// A page that shows the new token, this once.
fn made(world: &World, inbound: &Inbound) -> Result<Reply, (StatusCode, &'static str)> {
    let bad = (StatusCode::BAD_REQUEST, "The form cannot be read.");
    if !inbound.is_form() {
        return Err(bad);
    }
    let fields = form::parse(&inbound.body).map_err(|form::Malformed| bad)?;
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let user = administrator(world, field("username"), field("password"))?;
    let name = field("name").trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err((
            StatusCode::BAD_REQUEST,
            "Give the token a name of 100 characters at most.",
        ));
    }
    let okta = &world.directory.okta;
    if world.secrets.count() >= MOST_SECRETS || okta.api_tokens.len() >= MOST_TOKENS {
        return Err((StatusCode::BAD_REQUEST, "There are too many tokens."));
    }
    let include = match field("zone") {
        "" => Vec::new(),
        zone => vec![zone.to_owned()],
    };
    let network = TokenNetwork {
        include,
        exclude: Vec::new(),
    };
    let token = issued_api_token(world, &user.id, name, network)
        .map_err(|_| (StatusCode::BAD_REQUEST, "There is no such zone."))?;
    let body = format!(
        r#"<h1>Token created</h1>
<p>Copy the token now: it is not shown again. It works until it has not been used for 30 days.</p>
<label for="token">Token value</label>
<input id="token" value="{value}" readonly autocomplete="off" spellcheck="false">
<p class="buttons"><a href="/admin/access/api/tokens">OK, got it</a></p>"#,
        value = escaped(token.value.reveal()),
    );
    let words = format!("API token {} of {} was made", token.id, user.id);
    Ok(html(StatusCode::OK, &body).with_change(words))
}

/// Whoever may make tokens: any administrator, since a token may do no more than its owner.
fn administrator<'w>(
    world: &'w World,
    login: &str,
    password: &str,
) -> Result<&'w User, (StatusCode, &'static str)> {
    let mut users = world.directory.okta.users.iter();
    let user = users.find(|user| user.login.eq_ignore_ascii_case(login) && user.enabled);
    let known = |user: &&User| {
        let known = user.password.as_ref();
        !user.locked && known.is_some_and(|known| known.reveal() == password)
    };
    let user = user.filter(known).ok_or((
        StatusCode::UNAUTHORIZED,
        "The username or password is incorrect.",
    ))?;
    match user.role {
        AdminRole::None => Err((
            StatusCode::FORBIDDEN,
            "Only administrators may create tokens.",
        )),
        _ => Ok(user),
    }
}

/// The tokens that there are, and the form for another.
fn page(world: &World, status: StatusCode, name: &str, alert: Option<&str>) -> Reply {
    let okta = &world.directory.okta;
    let mut tokens = String::new();
    for token in &okta.api_tokens {
        tokens.push_str(&format!(
            "\n<li><strong>{}</strong> <code>{}</code>, {}</li>",
            escaped(&token.name),
            escaped(&token.id),
            escaped(&token.user)
        ));
    }
    let mut zones = String::from("<option value=\"\">Any IP</option>");
    for zone in &okta.network_zones {
        zones.push_str(&format!(
            "<option value=\"{}\">In {}</option>",
            escaped(&zone.id),
            escaped(&zone.name)
        ));
    }
    let alert = alert.map_or_else(String::new, |alert| {
        format!(
            "<p id=\"alert\" class=\"alert\" role=\"alert\">{}</p>\n",
            escaped(alert)
        )
    });
    let body = format!(
        r#"<h1>API tokens</h1>
<ul>{tokens}
</ul>
{alert}<form method="post" action="/admin/access/api/tokens">
<label for="name">What do you want your token to be named?</label>
<input id="name" name="name" type="text" maxlength="{LONGEST}" autocomplete="off" value="{name}" required autofocus>
<label for="zone">API calls made with this token must originate from</label>
<select id="zone" name="zone">{zones}</select>
<label for="username">Your username</label>
<input id="username" name="username" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required>
<label for="password">Your password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p class="buttons"><button type="submit" class="primary">Create token</button></p>
</form>"#,
        name = escaped(name),
    );
    html(status, &body)
}

/// The name that was given, so that it need not be written again.
fn name_of(inbound: &Inbound) -> String {
    let fields = form::parse(&inbound.body).unwrap_or_default();
    let name = fields.into_iter().find(|(known, _)| known == "name");
    name.map_or_else(String::new, |(_, name)| {
        name.chars().take(LONGEST).collect()
    })
}

fn html(status: StatusCode, body: &str) -> Reply {
    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API tokens</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{body}
</main>
<footer>A mock identity provider. Nothing entered here goes to Okta.</footer>
</body>
</html>
"#
    );
    Reply::text(status, "text/html; charset=utf-8", &page)
}
