//! The pages a person sees: plain forms that work without a script, with a keyboard and with a screen reader.

use http::StatusCode;

pub(crate) use super::style::STYLE;
use crate::directory::User;
use crate::reply::Reply;

/// What the form of a page carries along, and what is told above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    /// Where it is sent.
    pub(crate) action: &'a str,
    pub(crate) flow: &'a str,
    /// The application that asks.
    pub(crate) application: &'a str,
    /// The tenant's name.
    pub(crate) tenant: &'a str,
    /// What went wrong with the last attempt.
    pub(crate) alert: Option<&'a str>,
}

/// Name and password.
pub(crate) fn sign_in(form: &Form<'_>, login: &str) -> Reply {
    let login = escaped(login);
    // Whoever knows who is expected goes on with the password.
    let (first, second) = match login.is_empty() {
        true => (" autofocus", ""),
        false => ("", " autofocus"),
    };
    let described = match form.alert {
        Some(_) => r#" aria-describedby="alert" aria-invalid="true""#,
        None => "",
    };
    let fields = format!(
        r#"<p>to continue to <strong>{application}</strong></p>
<label for="username">User name</label>
<input id="username" name="username" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" value="{login}" required{first}{described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{second}{described}>"#,
        application = escaped(form.application),
    );
    // The first button is the one that Enter presses.
    let buttons = button("sign_in", "Sign in", true) + &cancel();
    document(form, "Sign in", &fields, &buttons)
}

/// Which of the accounts that are signed in.
pub(crate) fn accounts(form: &Form<'_>, users: &[&User]) -> Reply {
    let mut fields = format!(
        "<p>to continue to <strong>{}</strong></p>\n<ul class=\"accounts\">",
        escaped(form.application)
    );
    for user in users {
        fields.push_str(&format!(
            r#"
<li><button type="submit" name="account" value="{id}"><strong>{name}</strong><span>{login}</span></button></li>"#,
            id = escaped(&user.id),
            name = escaped(&user.name),
            login = escaped(&user.login),
        ));
    }
    fields.push_str("\n</ul>");
    let buttons = button("other_account", "Use another account", false) + &cancel();
    document(form, "Pick an account", &fields, &buttons)
}

/// The second factor.
pub(crate) fn second_factor(form: &Form<'_>, user: &User) -> Reply {
    let fields = format!(
        "<p>{login}: a second factor is asked for. This stands for the prompt on the user's phone.</p>",
        login = escaped(&user.login)
    );
    let buttons = button("verify", "Approve", true) + &cancel();
    document(form, "Verify your identity", &fields, &buttons)
}

/// What the application may do.
pub(crate) fn consent(form: &Form<'_>, user: &User, scopes: &[String]) -> Reply {
    let scopes: Vec<String> = scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>", escaped(scope)))
        .collect();
    let fields = format!(
        "<p>{login}</p>\n<p><strong>{application}</strong> asks to be allowed:</p>\n<ul class=\"scopes\">\n{scopes}\n</ul>",
        login = escaped(&user.login),
        application = escaped(form.application),
        scopes = scopes.join("\n"),
    );
    let buttons = button("accept", "Accept", true) + &cancel();
    document(form, "Permissions requested", &fields, &buttons)
}

/// What the application may not have of a user.
pub(crate) fn administrator(form: &Form<'_>, scopes: &[String]) -> Reply {
    let scopes: Vec<String> = scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>", escaped(scope)))
        .collect();
    let fields = format!(
        "<p><strong>{application}</strong> asks for what only an administrator of {tenant} can allow:</p>\n<ul class=\"scopes\">\n{scopes}\n</ul>",
        application = escaped(form.application),
        tenant = escaped(form.tenant),
        scopes = scopes.join("\n"),
    );
    let buttons = button("no_admin", "Go back without it", true);
    document(form, "Approval required", &fields, &buttons)
}

/// The code that a device shows.
pub(crate) fn device(action: &str, alert: Option<&str>) -> Reply {
    let form = Form {
        action,
        flow: "",
        application: "",
        tenant: "",
        alert,
    };
    let fields = r#"<p>Your app or device shows it.</p>
<label for="user_code">Code</label>
<input id="user_code" name="user_code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus>"#;
    document(&form, "Enter code", fields, &button("device", "Next", true))
}

/// Words without a form. `alert` is what went wrong.
pub(crate) fn message(status: StatusCode, title: &str, text: &str, alert: Option<&str>) -> Reply {
    let text = format!("<p>{}</p>{}", escaped(text), told(alert));
    html(status, title, &text)
}

/// A form that is posted to the client, by itself where scripts run.
pub(crate) fn posting(url: &str, members: &[(&'static str, String)]) -> Reply {
    let mut fields = String::new();
    for (name, value) in members {
        fields.push_str(&format!(
            "\n<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escaped(value)
        ));
    }
    let body = format!(
        "<form method=\"post\" action=\"{}\">{fields}\n<p class=\"buttons\"><button type=\"submit\" class=\"primary\">Continue</button></p>\n</form>\n<script>document.forms[0].submit()</script>",
        escaped(url)
    );
    html(StatusCode::OK, "Working…", &body)
}

/// A message to the window that opened this one, if it is of this origin (Okta's `okta_post_message`).
pub(crate) fn message_to_opener(origin: &str, data: &serde_json::Value) -> Reply {
    // In a script nothing but its end tag and comments mean something to HTML.
    let text = |value: &serde_json::Value| value.to_string().replace('<', "\\u003c");
    let body = format!(
        "<p>You may close this window.</p>\n<script>(window.opener || window.parent).postMessage({}, {})</script>",
        text(data),
        text(&origin.into()),
    );
    html(StatusCode::OK, "Working…", &body)
}

fn document(form: &Form<'_>, title: &str, fields: &str, buttons: &str) -> Reply {
    let flow = match form.flow {
        "" => String::new(),
        flow => format!(
            "\n<input type=\"hidden\" name=\"flow\" value=\"{}\">",
            escaped(flow)
        ),
    };
    let body = format!(
        "{alert}<form method=\"post\" action=\"{action}\">{flow}\n{fields}\n<p class=\"buttons\">{buttons}</p>\n</form>",
        alert = told(form.alert),
        action = escaped(form.action),
    );
    let title = match form.tenant {
        "" => title.to_owned(),
        tenant => format!("{title} – {tenant}"),
    };
    html(StatusCode::OK, &title, &body)
}

fn html(status: StatusCode, title: &str, body: &str) -> Reply {
    let (heading, tenant) = title.split_once(" – ").unwrap_or((title, ""));
    let heading = escaped(heading);
    let above = match tenant {
        "" => String::new(),
        tenant => format!("<p class=\"tenant\">{}</p>\n", escaped(tenant)),
    };
    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{above}<h1>{heading}</h1>
{body}
</main>
<footer>A mock identity provider. Nothing entered here leaves it.</footer>
</body>
</html>
"#,
        title = escaped(title),
    );
    Reply::text(status, "text/html; charset=utf-8", &page)
}

fn told(alert: Option<&str>) -> String {
    alert.map_or_else(String::new, |alert| {
        format!(
            "<p id=\"alert\" class=\"alert\" role=\"alert\">{}</p>\n",
            escaped(alert)
        )
    })
}

fn button(action: &str, text: &str, is_primary: bool) -> String {
    let class = if is_primary { " class=\"primary\"" } else { "" };
    format!("<button type=\"submit\" name=\"action\" value=\"{action}\"{class}>{text}</button>")
}

/// Fields need not be filled in to leave.
fn cancel() -> String {
    "<button type=\"submit\" name=\"action\" value=\"cancel\" formnovalidate>Cancel</button>"
        .to_owned()
}

/// A text as it may stand in an element or in a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
