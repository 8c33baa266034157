//! What a fault makes of the tokens in an answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::fault::{ForgedToken, Forgery, HeaderText, Signing};
use crate::keys::stranger;
use crate::ledger::TokenKind;
use crate::reply::{Payload, Reply};
use crate::world::World;

impl Reply {
    /// Changes the JWTs of a JSON answer. The ledger knows a changed access token by the label of the one it was made from, so
    /// that it stays out of the journal's sight as that one does.
    pub(crate) fn forge(&mut self, forgery: &Forgery, world: &World, now: Timestamp) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            return;
        };
        for kind in ForgedToken::ALL {
            if forgery.token.is_some_and(|token| token != kind) {
                continue;
            }
            let Some(Value::String(token)) = members.get_mut(kind.member()) else {
                continue;
            };
            let Some(forged) = forged(token, forgery, world, now) else {
                continue;
            };
            let label = self
                .issued
                .iter()
                .find(|label| kind == ForgedToken::AccessToken && label.kind == TokenKind::Access);
            if let Some(label) = label {
                world.ledger.record_access(*label, &forged);
            }
            *token = forged;
        }
    }
}

/// None for what is no JWT.
fn forged(token: &str, forgery: &Forgery, world: &World, now: Timestamp) -> Option<String> {
    let mut parts = token.split('.');
    let mut header = object(parts.next()?)?;
    let mut claims = object(parts.next()?)?;
    let issuer = claims.get("iss").and_then(Value::as_str);
    let signer = issuer.and_then(|issuer| world.signer(issuer));
    let signer = signer.unwrap_or_default().to_owned();
    for (name, value) in &forgery.claims {
        claims.insert(name.clone(), filled(value, now));
    }
    for name in &forgery.without {
        claims.shift_remove(name);
    }
    let key = match forgery.sign {
        Signing::Rightly => world.keys.active_of(&signer),
        Signing::WrongKey => stranger().clone(),
        Signing::WithdrawnKey => {
            let key = world.keys.unpublished_of(&signer);
            header.insert("kid".to_owned(), json!(key.kid()));
            if let Some(x5t) = header.get_mut("x5t") {
                *x5t = json!(key.x5t());
            }
            key
        }
        Signing::NoKid => {
            header.shift_remove("kid");
            header.shift_remove("x5t");
            world.keys.active_of(&signer)
        }
        Signing::None => {
            header.insert("alg".to_owned(), json!("none"));
            let [header, claims] = [header, claims]
                .map(|part| URL_SAFE_NO_PAD.encode(Value::Object(part).to_string()));
            return Some(format!("{header}.{claims}."));
        }
    };
    let [header, claims] = [header, claims].map(|part| Value::Object(part).to_string());
    Some(key.sign(&header, &claims))
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A claim with its time filled in: seconds as a number, a date as text.
fn filled(value: &Value, now: Timestamp) -> Value {
    let moment = value.as_str().and_then(|text| text.parse().ok());
    match moment.map(HeaderText::of) {
        None => value.clone(),
        Some(text @ HeaderText::Epoch(_)) => {
            text.at(now).parse::<i64>().map_or(Value::Null, Value::from)
        }
        Some(text) => Value::String(text.at(now)),
    }
}
