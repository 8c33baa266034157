//! Client assertions as Entra checks them: signed with a certificate of the application
//! (learn.microsoft.com/entra/identity-platform/certificate-credentials), or issued by somebody whom it trusts
//! (learn.microsoft.com/entra/workload-id/workload-identity-federation).

use std::time::Duration;

use jsonwebtoken::Algorithm;

use super::coded::Coded;
use super::denial::{EntraDenial, FederatedFault};
use super::tenant::segment;
use super::tokens::{v1_issuer, v2_issuer};
use crate::directory::{Application, Certificate, FederatedCredential, Tenant};
use crate::engine::{Assertion, AssertionFault, Audience, Claimed, TokenRequest};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::neighbours;
use crate::world::World;

/// How far ahead `nbf` may lie: clients round their clocks up.
const LEEWAY: Duration = Duration::from_secs(300);
/// What certificates sign with.
const BY_CERTIFICATE: [Algorithm; 2] = [Algorithm::RS256, Algorithm::PS256];
/// What other issuers sign with.
const BY_OTHERS: [Algorithm; 1] = [Algorithm::RS256];

/// Checks the assertion of a request. The order of the checks is assumed.
///
/// An assertion that names a certificate, or the application as its issuer, is the application's own; any other is somebody's
/// whom it may trust.
pub(super) fn verify(
    world: &World,
    inbound: &Inbound,
    request: &TokenRequest,
    tenant: &Tenant,
    claimed: &Claimed<'_>,
) -> Result<(), EntraDenial> {
    let assertion = Assertion::of(request)?;
    // A list is refused, be it of one.
    let Some(Audience::One(audience)) = assertion.audience() else {
        return Err(AssertionFault::Malformed.into());
    };
    let application = claimed.application;
    let is_own =
        |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(&application.id));
    let names_certificate = ["x5t", "x5t#S256"]
        .iter()
        .any(|name| assertion.thumbprint(name).is_some());
    // Entra's own tokens name a certificate as well.
    let mut trusted = application.federated.iter();
    let is_trusted = trusted.any(|known| assertion.issuer() == Some(&known.issuer));
    if !is_own(assertion.issuer()) && (is_trusted || !names_certificate) {
        return by_trust(world, &assertion, audience, application);
    }
    if !is_own(assertion.issuer()) {
        return Err(AssertionFault::Issuer.into());
    }
    if !is_own(assertion.subject()) {
        return Err(AssertionFault::Subject.into());
    }
    by_certificate(world, &assertion, application)?;
    assertion.timely(world.clock.now(), LEEWAY)?;
    if is_ours(world, inbound, tenant, audience) {
        Ok(())
    } else {
        Err(AssertionFault::Audience.into())
    }
}

fn by_certificate(
    world: &World,
    assertion: &Assertion,
    application: &Application,
) -> Result<(), EntraDenial> {
    let algorithm = assertion.taken_algorithm(&BY_CERTIFICATE)?;
    let mut named = application
        .certificates
        .iter()
        .filter(|certificate| is_named(assertion, certificate))
        .peekable();
    let client = || application.id.clone();
    let Some(first) = named.peek().copied() else {
        if let Some(shown) = assertion.certificate()
            && !application.subject_names.is_empty()
        {
            return by_subject(world, assertion, application, &shown, algorithm);
        }
        return Err(AssertionFault::KeyUnknown {
            client: client(),
            key: key_name(assertion),
        }
        .into());
    };
    let now = world.clock.now();
    let mut valid = named
        .filter(|certificate| certificate.is_valid_at(now))
        .peekable();
    if valid.peek().is_none() {
        if first.revoked {
            return Err(Coded::new(7_000_214).into());
        }
        return Err(EntraDenial::CertificateOutdated {
            client: client(),
            thumbprint: first.thumbprint.clone(),
            start: first.not_before,
            end: first.expires,
        });
    }
    if valid.any(|certificate| assertion.is_signed_by(certificate.verifying(), algorithm)) {
        Ok(())
    } else {
        Err(AssertionFault::Signature {
            client: client(),
            key: key_name(assertion),
        }
        .into())
    }
}

/// A certificate that the application has never been told of, taken for its name
/// (learn.microsoft.com/entra/identity-platform/certificate-credentials knows the header alone). How one is refused that cannot
/// be read, or is not the one that the thumbprint names, is assumed.
fn by_subject(
    world: &World,
    assertion: &Assertion,
    application: &Application,
    shown: &str,
    algorithm: Algorithm,
) -> Result<(), EntraDenial> {
    let pem = format!("-----BEGIN CERTIFICATE-----\n{shown}\n-----END CERTIFICATE-----\n");
    let certificate = Certificate::from_pem(&pem).map_err(|_| AssertionFault::Malformed)?;
    let (client, key) = (application.id.clone(), key_name(assertion));
    if !is_named(assertion, &certificate) {
        return Err(AssertionFault::KeyUnknown { client, key }.into());
    }
    let name = certificate.common_name().unwrap_or_default();
    let mut trusted = application.subject_names.iter();
    if !trusted.any(|known| known.eq_ignore_ascii_case(&name)) {
        return Err(Coded::new(700_030).with("subject", name).into());
    }
    if !certificate.is_valid_at(world.clock.now()) {
        return Err(EntraDenial::CertificateOutdated {
            client,
            thumbprint: certificate.thumbprint.clone(),
            start: certificate.not_before,
            end: certificate.expires,
        });
    }
    if assertion.is_signed_by(certificate.verifying(), algorithm) {
        Ok(())
    } else {
        Err(AssertionFault::Signature { client, key }.into())
    }
}

/// Whether the header names this certificate; every thumbprint that is there has to. Older libraries name it by `kid` alone.
fn is_named(assertion: &Assertion, certificate: &Certificate) -> bool {
    let sha1 = assertion.thumbprint("x5t");
    let sha256 = assertion.thumbprint("x5t#S256");
    match (sha1, sha256) {
        (None, None) => assertion.kid().is_some_and(|kid| {
            kid == certificate.x5t || kid.eq_ignore_ascii_case(&certificate.thumbprint)
        }),
        (sha1, sha256) => {
            sha1.is_none_or(|sent| sent == certificate.x5t)
                && sha256.is_none_or(|sent| sent == certificate.x5t_s256)
        }
    }
}

/// The key as messages name it: its thumbprint in hexadecimal, or whatever the assertion calls it.
fn key_name(assertion: &Assertion) -> String {
    let thumbprint = ["x5t#S256", "x5t"]
        .iter()
        .find_map(|name| assertion.thumbprint(name));
    match thumbprint {
        Some(thumbprint) => hexadecimal(&thumbprint),
        None => assertion.kid().unwrap_or_default().to_owned(),
    }
}

fn hexadecimal(thumbprint: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    match URL_SAFE_NO_PAD.decode(thumbprint) {
        Ok(bytes) => crate::entropy::hex(&bytes).to_ascii_uppercase(),
        Err(_) => thumbprint.to_owned(),
    }
}

/// Whether an audience is the token endpoint that was invoked, or the tenant's issuer.
fn is_ours(world: &World, inbound: &Inbound, tenant: &Tenant, audience: &str) -> bool {
    let login = world.origin(Origin::Login);
    let token = |name: &str| format!("{login}/{name}/oauth2/v2.0/token");
    let v1_token = |name: &str| format!("{login}/{name}/oauth2/token");
    let path_name = segment(inbound);
    let mut ours = inbound.urls(world);
    for name in [tenant.id.as_str(), path_name.as_str()] {
        ours.extend([v2_issuer(world, name), token(name), v1_token(name)]);
    }
    ours.iter().any(|url| url.eq_ignore_ascii_case(audience))
}

fn by_trust(
    world: &World,
    assertion: &Assertion,
    audience: &str,
    application: &Application,
) -> Result<(), EntraDenial> {
    let trusted = &application.federated;
    if trusted.is_empty() {
        return Err(FederatedFault::NoneTrusted {
            client: application.id.clone(),
            name: application.name.clone(),
        }
        .into());
    }
    let issuer = assertion.issuer().unwrap_or_default();
    let subject = assertion.subject().unwrap_or_default();
    // Compared to the letter, case included.
    let of_issuer: Vec<&FederatedCredential> = trusted
        .iter()
        .filter(|credential| credential.issuer == issuer)
        .collect();
    if of_issuer.is_empty() {
        let issuer = issuer.to_owned();
        return Err(FederatedFault::Issuer { issuer }.into());
    }
    let mut of_subject = of_issuer
        .into_iter()
        .filter(|credential| credential.subject == subject)
        .peekable();
    if of_subject.peek().is_none() {
        let subject = subject.to_owned();
        return Err(FederatedFault::Subject { subject }.into());
    }
    let Some(credential) =
        of_subject.find(|credential| credential.audiences.iter().any(|known| known == audience))
    else {
        let audience = audience.to_owned();
        return Err(FederatedFault::Audience { audience }.into());
    };
    let algorithm = assertion.taken_algorithm(&BY_OTHERS)?;
    if !is_issued(world, assertion, credential, algorithm) {
        let key = assertion.kid().unwrap_or_default().to_owned();
        return Err(FederatedFault::Signature { key }.into());
    }
    assertion.timely(world.clock.now(), LEEWAY)?;
    let mut tenants = world.directory.entra.tenants.iter();
    let is_own = |tenant: &Tenant| {
        [v1_issuer(world, &tenant.id), v2_issuer(world, &tenant.id)].contains(&credential.issuer)
    };
    // Entra's own tokens are taken of applications alone.
    if assertion.speaks_for_user() && tenants.any(is_own) {
        return Err(Coded::new(700_229).into());
    }
    Ok(())
}

/// Whether the issuer has signed it: with a key that the directory has for it, or as a world of this process, the issuing one or
/// else this one, which mints tokens of issuers that are nowhere.
fn is_issued(
    world: &World,
    assertion: &Assertion,
    credential: &FederatedCredential,
    algorithm: Algorithm,
) -> bool {
    if let Some(keys) = &credential.jwks {
        return keys.candidates(assertion.kid()).any(|key| {
            key.algorithms().contains(&algorithm)
                && assertion.is_signed_by(key.verifying(), algorithm)
        });
    }
    let issuing = neighbours::issuing_as(&credential.issuer);
    let issuing = issuing.as_ref().unwrap_or(world);
    let key = assertion.kid();
    let key = key.and_then(|kid| issuing.published_key(&credential.issuer, kid));
    key.is_some_and(|key| assertion.is_signed_by(key.verifying(), algorithm))
}
