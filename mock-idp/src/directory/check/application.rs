//! Applications and their credentials.

use jiff::Timestamp;

use super::super::path::Path;
use super::super::{Application, FederatedCredential, Lifetimes};
use super::{Finding, Findings};

/// learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
const MOST_FEDERATED: usize = 20;

/// The applications of a tenant or org.
pub(super) fn check(part: &Path, applications: &[Application], findings: &mut Findings<'_>) {
    let list = part.key("applications");
    let ids = applications
        .iter()
        .enumerate()
        .map(|(place, application)| (list.item(place).key("id"), application.id.as_str()));
    findings.unique("the client id", ids);
    for (place, application) in applications.iter().enumerate() {
        one(&list.item(place), application, findings);
    }
}

/// One application.
pub(super) fn one(path: &Path, application: &Application, findings: &mut Findings<'_>) {
    credentials(path, application, findings);
    secrets(&path.key("secrets"), application, findings);
    certificates(&path.key("certificates"), application, findings);
    federated(&path.key("federated"), &application.federated, findings);
    let kids = application.jwks.keys.iter().enumerate();
    findings.unique(
        "the key id",
        kids.filter_map(|(place, key)| {
            Some((path.key("jwks").key("keys").item(place), key.kid()?))
        }),
    );
    if application.grants.is_empty() {
        findings.add(
            Finding::missing(path.key("grants"), "the application may use no grant")
                .help("name at least one, such as `client_credentials`"),
        );
    }
    redirect_uris(path, application, findings);
    lifetimes(&path.key("lifetimes"), &application.lifetimes, findings);
}

fn redirect_uris(path: &Path, application: &Application, findings: &mut Findings<'_>) {
    for (key, uris) in [
        ("redirect_uris", &application.redirect_uris),
        ("spa_redirect_uris", &application.spa_redirect_uris),
        ("public_redirect_uris", &application.public_redirect_uris),
    ] {
        for (place, uri) in uris.iter().enumerate() {
            let absolute = uri.split_once(':').is_some_and(|(scheme, rest)| {
                scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.is_empty()
            });
            if !absolute || uri.contains(['#', ' ']) {
                findings.add(
                    Finding::at(
                        path.key(key).item(place),
                        "a redirect URI is absolute and has no fragment (RFC 6749 section 3.1.2)",
                    )
                    .help("write it out, as `https://app.example/callback`"),
                );
            }
        }
    }
}

/// Whether it is public is a property of its own: what has lost its last secret has not become a public client.
fn credentials(path: &Path, application: &Application, findings: &mut Findings<'_>) {
    if application.is_public() {
        if application.has_credential() {
            findings.add(
                Finding::at(path.key("platform"), "a public client has no credential")
                    .help("leave its credentials out, or write `platform: web`"),
            );
        }
    } else if !application.has_credential()
        && findings.root.is_some()
        && !findings.is_written(path, "platform")
    {
        findings.add(
            Finding::missing(path.key("id"), "the application has no credential").help(
                "add `secrets`, `certificates`, `jwks` or `federated`; write `platform: public` or `platform: spa` for a public client, or `platform: web` if it will be given one later",
            ),
        );
    }
}

fn secrets(path: &Path, application: &Application, findings: &mut Findings<'_>) {
    let secrets = application.secrets.iter().enumerate();
    let named = secrets.clone().filter(|(_, secret)| !secret.id.is_empty());
    findings.unique(
        "the secret's id",
        named.map(|(place, secret)| (path.item(place).key("id"), secret.id.as_str())),
    );
    for (place, secret) in secrets {
        window(
            &path.item(place),
            secret.not_before,
            secret.expires,
            findings,
        );
        let earlier = &application.secrets[..place];
        if let Some(first) = earlier.iter().position(|other| other.value == secret.value) {
            findings.add(
                Finding::at(path.item(place), "this secret occurs twice")
                    .and(path.item(first), "first here"),
            );
        }
    }
}

fn certificates(path: &Path, application: &Application, findings: &mut Findings<'_>) {
    let certificates = application.certificates.iter().enumerate();
    findings.unique(
        "the certificate",
        certificates
            .clone()
            .map(|(place, certificate)| (path.item(place), certificate.id.as_str())),
    );
    for (place, certificate) in certificates {
        window(
            &path.item(place),
            Some(certificate.not_before),
            Some(certificate.expires),
            findings,
        );
    }
}

fn federated(path: &Path, credentials: &[FederatedCredential], findings: &mut Findings<'_>) {
    let each = credentials.iter().enumerate();
    findings.unique(
        "the credential",
        each.clone()
            .map(|(place, credential)| (path.item(place).key("name"), credential.name.as_str())),
    );
    for (place, credential) in each {
        let earlier = &credentials[..place];
        let same = |other: &FederatedCredential| {
            other.issuer == credential.issuer && other.subject == credential.subject
        };
        if let Some(first) = earlier.iter().position(same) {
            findings.add(
                Finding::at(
                    path.item(place).key("subject"),
                    "this issuer and subject are trusted already",
                )
                .and(path.item(first).key("subject"), "here"),
            );
        }
        if credential.audiences.is_empty() {
            findings.add(Finding::at(
                path.item(place).key("audiences"),
                "no token has no audience: nothing would be trusted",
            ));
        }
        if !credential.issuer.starts_with("https://") && !credential.issuer.starts_with("http://") {
            findings.add(
                Finding::at(path.item(place).key("issuer"), "an issuer is a URL")
                    .help("write it as the tokens have it under `iss`"),
            );
        }
    }
    if credentials.len() > MOST_FEDERATED {
        findings.add(Finding::at(
            path.item(MOST_FEDERATED),
            format!("an application has at most {MOST_FEDERATED} federated credentials"),
        ));
    }
}

/// A window of time that opens.
fn window(
    path: &Path,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    findings: &mut Findings<'_>,
) {
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        findings.add(
            Finding::at(path.key("expires"), "it expires before it begins to count")
                .help(format!("take an instant after {from}")),
        );
    }
}

/// Lifetimes that a token can have.
pub(super) fn lifetimes(path: &Path, lifetimes: &Lifetimes, findings: &mut Findings<'_>) {
    let Lifetimes {
        access_token,
        refresh_token,
        refresh_idle,
    } = lifetimes;
    for (key, length) in [
        ("access_token", access_token),
        ("refresh_token", refresh_token),
        ("refresh_idle", refresh_idle),
    ] {
        if length.is_some_and(|length| length.as_secs() == 0) {
            findings.add(
                Finding::at(path.key(key), "a token lives for a second at least")
                    .help("for one that has expired, let time pass"),
            );
        }
    }
    if let (Some(idle), Some(absolute)) = (refresh_idle, refresh_token)
        && idle > absolute
    {
        findings.add(
            Finding::at(
                path.key("refresh_idle"),
                "a refresh token cannot be idle for longer than it lives",
            )
            .and(path.key("refresh_token"), "this long"),
        );
    }
}
