//! Certificates: `addKey` and `removeKey`, which take a proof that the caller has one already, and `keyCredentials` as a whole.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::applications::find_mut;
use super::call::{Call, Name};
use super::fields::Fields;
use super::passwords::{MOST_CREDENTIALS, room};
use super::refusal::Refused;
use super::shape;
use crate::directory::{Application, Certificate, Platform, Tenant};
use crate::engine::{Assertion, Audience};
use crate::reply::Reply;

/// `aud` of a proof (learn.microsoft.com/graph/application-rollkey-prooftoken).
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";
/// The longest that a proof may be valid, and how far ahead its beginning may lie.
const PROOF_LIFETIME: Duration = Duration::from_secs(600);
const LEEWAY: Duration = Duration::from_secs(300);

/// 200 with a certificate that assertions may be signed with from now on.
pub(super) fn add(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "Application")?;
    let given = fields.object("keyCredential")?.unwrap_or_default();
    let proof = fields.take("proof");
    let password = fields.take("passwordCredential");
    fields.nothing_else()?;
    if password.is_some_and(|password| !password.is_null()) {
        // For private keys, which no client can be made to show.
        return Err(call.bad(
            "Invalid value specified for property 'passwordCredential' of resource 'Application'.",
        ));
    }
    let (certificate, display_name) = read(call, given)?;
    let (client, body) = call.change(|tenant| {
        let id = tenant.id.clone();
        let application = find_mut(call, tenant, name)?;
        prove(call, &id, application, proof.as_ref())?;
        room(call, application)?;
        let key_id = certificate.id.clone();
        if let Some(display_name) = display_name {
            let names = &mut application.registration.credential_names;
            names.insert(key_id, display_name);
        }
        let body = shape::key(&id, application, &certificate);
        application.certificates.push(certificate.clone());
        Ok((application.id.clone(), body))
    })?;
    let context = "microsoft.graph.keyCredential";
    let reply = Reply::json(StatusCode::OK, call.with_context(context, body));
    Ok(reply.with_change(format!(
        "application {client} was given certificate {}",
        certificate.id
    )))
}

/// 204.
pub(super) fn remove(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "Application")?;
    let key_id = fields.required("keyId")?;
    let proof = fields.take("proof");
    fields.nothing_else()?;
    let (client, gone) = call.change(|tenant| {
        let id = tenant.id.clone();
        let application = find_mut(call, tenant, name)?;
        prove(call, &id, application, proof.as_ref())?;
        let place = application.certificates.iter().position(|certificate| {
            shape::key_id(&id, application, &certificate.id).eq_ignore_ascii_case(&key_id)
        });
        let Some(place) = place else {
            return Err(call.bad("No key credential found with keyId."));
        };
        let gone = application.certificates.remove(place);
        let names = &mut application.registration.credential_names;
        names.remove(&gone.id);
        Ok((application.id.clone(), gone.id))
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT)
        .with_change(format!("application {client} has lost certificate {gone}")))
}

/// The certificates that a registration has from now on: new ones with their text, known ones by their `keyId`.
pub(super) fn replace(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &mut Application,
    items: Vec<Value>,
) -> Result<(), Refused> {
    let invalid = || {
        call.bad("Invalid value specified for property 'keyCredentials' of resource 'Application'.")
    };
    if items.len() + application.secrets.len() > MOST_CREDENTIALS {
        return Err(invalid());
    }
    let mut certificates: Vec<Certificate> = Vec::new();
    for item in items {
        let Value::Object(members) = item else {
            return Err(invalid());
        };
        let known = members.get("keyId").and_then(Value::as_str);
        let known = known.and_then(|id| {
            application.certificates.iter().find(|certificate| {
                shape::key_id(&tenant.id, application, &certificate.id).eq_ignore_ascii_case(id)
            })
        });
        let is_shown = members.get("key").is_some_and(|key| !key.is_null());
        let certificate = match known {
            Some(known) if !is_shown => known.clone(),
            _ => {
                let (certificate, display_name) = read(call, members)?;
                if let Some(display_name) = display_name {
                    let names = &mut application.registration.credential_names;
                    names.insert(certificate.id.clone(), display_name);
                }
                certificate
            }
        };
        if certificates.iter().any(|other| other.id == certificate.id) {
            return Err(invalid());
        }
        certificates.push(certificate);
    }
    let certificates_gone = |id: &str| {
        application.certificates.iter().any(|known| known.id == id)
            && !certificates.iter().any(|known| known.id == id)
    };
    let gone: Vec<String> = application
        .registration
        .credential_names
        .keys()
        .filter(|id| certificates_gone(id))
        .cloned()
        .collect();
    for id in gone {
        application.registration.credential_names.remove(&id);
    }
    if !certificates.is_empty() {
        application.platform = Platform::Web;
    }
    application.certificates = certificates;
    Ok(())
}

/// A certificate and its display name, as a body has them.
fn read(
    call: &Call<'_>,
    given: Map<String, Value>,
) -> Result<(Certificate, Option<String>), Refused> {
    let mut fields = Fields::within(call, "KeyCredential", given);
    let key = fields.take("key");
    let display_name = fields.text("displayName")?;
    let start = fields.instant("startDateTime")?;
    let end = fields.instant("endDateTime")?;
    let kind = fields.text("type")?;
    let usage = fields.text("usage")?;
    let key_id = fields.text("keyId")?;
    fields.take("customKeyIdentifier");
    if kind.is_some_and(|kind| kind != "AsymmetricX509Cert") {
        return Err(fields.invalid("type"));
    }
    if usage.is_some_and(|usage| usage != "Verify") {
        return Err(fields.invalid("usage"));
    }
    let der = key
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|text| STANDARD.decode(text).ok());
    let certificate = der.and_then(|der| match Certificate::from_der(&der) {
        Ok(certificate) => Some(certificate),
        // The portal encodes the file as it is, which may be PEM.
        Err(_) => Certificate::from_pem(std::str::from_utf8(&der).ok()?).ok(),
    });
    let mut certificate = certificate.ok_or_else(|| fields.invalid("key"))?;
    certificate.not_before = certificate
        .not_before
        .max(start.unwrap_or(certificate.not_before));
    certificate.expires = certificate.expires.min(end.unwrap_or(certificate.expires));
    if certificate.expires <= certificate.not_before {
        return Err(fields.invalid("endDateTime"));
    }
    certificate.id = match key_id {
        Some(id) if crate::entra::correlation::is_guid(&id) => id.to_ascii_lowercase(),
        Some(_) => return Err(fields.invalid("keyId")),
        None => call.world.entropy.guid(),
    };
    fields.nothing_else()?;
    Ok((certificate, display_name))
}

/// Refuses whoever does not prove that it has the private key of a certificate that the application has and that is valid. How the
/// refusal reads is assumed.
fn prove(
    call: &Call<'_>,
    tenant: &str,
    application: &Application,
    proof: Option<&Value>,
) -> Result<(), Refused> {
    let proven = || {
        let proof = Assertion::parse(proof?.as_str()?)?;
        let now = call.world.clock.now();
        let issuer = shape::object_id(tenant, application);
        if !proof.issuer()?.eq_ignore_ascii_case(&issuer)
            || proof.audience()? != Audience::One(PROOF_AUDIENCE)
        {
            return None;
        }
        let expires = proof.timely(now, LEEWAY).ok()?;
        let latest = now.checked_add(PROOF_LIFETIME + LEEWAY).ok()?;
        let algorithm = proof.taken_algorithm(&[Algorithm::RS256, Algorithm::PS256]);
        let algorithm = algorithm.ok().filter(|_| expires <= latest)?;
        let mut valid = application
            .certificates
            .iter()
            .filter(|certificate| certificate.is_valid_at(now));
        valid
            .any(|certificate| proof.is_signed_by(certificate.verifying(), algorithm))
            .then_some(())
    };
    proven().ok_or_else(|| {
        call.refuse(
            401,
            "Authentication_MissingOrMalformed",
            "Access Token missing or malformed.",
        )
    })
}
