//! Mutants by request: what leaves is not what the client wrote.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::rewriting::{At, Opened, asking};
use crate::contender::Setup;

pub(super) fn secret_in_url(setup: Setup) -> Opened {
    let query = format!("client_secret={}", encoded(setup.client_secret.expose()));
    asking(setup, At::Token, move |request| add_query(request, &query))
}

pub(super) fn two_auth_methods(setup: Setup) -> Opened {
    let basic = basic(&setup.client_id, setup.client_secret.expose());
    asking(setup, At::Token, move |request| {
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, basic.clone());
    })
}

pub(super) fn token_by_get(setup: Setup) -> Opened {
    asking(setup, At::Token, |request| {
        let form = form(request);
        add_query(request, &form);
        *request.method_mut() = Method::GET;
        *request.body_mut() = Bytes::new();
    })
}

pub(super) fn token_in_url(setup: Setup) -> Opened {
    asking(setup, At::Resource, |request| {
        let shown = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        if let Some((_, token)) = shown.and_then(|value| value.split_once(' ')) {
            let query = format!("access_token={token}");
            add_query(request, &query);
        }
    })
}

/// Sends its first parameter twice.
pub(super) fn repeats_parameter(setup: Setup) -> Opened {
    asking(setup, At::Token, |request| {
        let form = form(request);
        let first = form.split('&').next().unwrap_or_default().to_owned();
        set_form(request, &format!("{form}&{first}"));
    })
}

/// Sends the parameters as a JSON object.
pub(super) fn sends_json(setup: Setup) -> Opened {
    asking(setup, At::Token, |request| {
        let members: serde_json::Map<String, serde_json::Value> = form(request)
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        request.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        *request.body_mut() = Bytes::from(serde_json::Value::Object(members).to_string());
    })
}

/// Joins id and secret for a Basic header without encoding them.
pub(super) fn raw_basic(setup: Setup) -> Opened {
    let raw = basic(&setup.client_id, setup.client_secret.expose());
    asking(setup, At::Token, move |request| {
        if request.headers().contains_key(header::AUTHORIZATION) {
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, raw.clone());
        }
    })
}

/// Authenticates as it should in its first request, and the other way from then on.
pub(super) fn switches_auth_method(setup: Setup) -> Opened {
    let (id, secret) = (setup.client_id.clone(), setup.client_secret.clone());
    let began = AtomicBool::new(false);
    asking(setup, At::Token, move |request| {
        if !began.swap(true, Ordering::Relaxed) {
            return;
        }
        if request
            .headers_mut()
            .remove(header::AUTHORIZATION)
            .is_some()
        {
            let form = form(request);
            let credentials = format!(
                "client_id={}&client_secret={}",
                encoded(&id),
                encoded(secret.expose())
            );
            set_form(request, &format!("{form}&{credentials}"));
        } else {
            let form = without(&form(request), &["client_id", "client_secret"]);
            set_form(request, &form);
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, basic(&id, secret.expose()));
        }
    })
}

/// Asks for one scope more than it was granted when it refreshes.
pub(super) fn asks_for_more(setup: Setup) -> Opened {
    asking(setup, At::Token, |request| {
        let form = form(request);
        if !form.contains("grant_type=refresh_token") {
            return;
        }
        let had = form
            .split('&')
            .find_map(|pair| pair.strip_prefix("scope="))
            .unwrap_or("orders.read");
        let more = format!("{}&scope={had}+orders.write", without(&form, &["scope"]));
        set_form(request, &more);
    })
}

/// Sends a body once: what is repeated arrives empty, as from a stream that was read.
pub(super) fn drops_body_on_repeat(setup: Setup) -> Opened {
    let sent = AtomicBool::new(false);
    asking(setup, At::Resource, move |request| {
        if !request.body().is_empty() && sent.swap(true, Ordering::Relaxed) {
            *request.body_mut() = Bytes::new();
        }
    })
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn basic(id: &str, secret: &str) -> HeaderValue {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    // Base64 is always a header value.
    HeaderValue::try_from(format!("Basic {pair}")).unwrap_or(HeaderValue::from_static("Basic"))
}

pub(super) fn form(request: &Request<Bytes>) -> String {
    String::from_utf8_lossy(request.body()).into_owned()
}

pub(super) fn set_form(request: &mut Request<Bytes>, form: &str) {
    *request.body_mut() = Bytes::from(form.to_owned());
}

pub(super) fn without(form: &str, names: &[&str]) -> String {
    form.split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !names.contains(&name)
        })
        .collect::<Vec<_>>()
        .join("&")
}

fn add_query(request: &mut Request<Bytes>, query: &str) {
    if let Ok(uri) = format!("{}?{query}", request.uri()).parse() {
        *request.uri_mut() = uri;
    }
}
