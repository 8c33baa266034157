//! Where users may be sent back to (learn.microsoft.com/entra/identity-platform/reply-url).

use crate::directory::{Application, Platform};

/// Longer ones cannot be registered, and are not compared.
const LONGEST: usize = 256;
/// Hosts at which a port means nothing: a program that listens on its own machine takes any that is free. `[::1]` is not one.
const LOOPBACK: [&str; 2] = ["localhost", "127.0.0.1"];

/// An address that users are sent back to, and of what kind it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RedirectUri {
    /// As the user is sent there.
    pub(super) uri: String,
    pub(super) platform: Platform,
}

/// The registered address that the one asked for is, letter for letter but for the port of a loopback host.
pub(super) fn matching(application: &Application, asked: &str) -> Option<RedirectUri> {
    if asked.len() > LONGEST {
        return None;
    }
    let (platform, _) = registered(application).find(|(_, known)| is_same(known, asked))?;
    Some(RedirectUri {
        uri: asked.to_owned(),
        platform,
    })
}

/// The address that is meant where none is named: the first.
pub(super) fn first(application: &Application) -> Option<RedirectUri> {
    let (platform, uri) = registered(application).next()?;
    Some(RedirectUri {
        uri: uri.to_owned(),
        platform,
    })
}

/// Whether any application of these has this address.
pub(super) fn is_anybodys(applications: &[Application], asked: &str) -> bool {
    let mut applications = applications.iter();
    applications.any(|application| matching(application, asked).is_some())
}

fn registered(application: &Application) -> impl Iterator<Item = (Platform, &str)> {
    let lists = [
        (application.platform, &application.redirect_uris),
        (Platform::Spa, &application.spa_redirect_uris),
        (Platform::Public, &application.public_redirect_uris),
    ];
    lists
        .into_iter()
        .flat_map(|(platform, uris)| uris.iter().map(move |uri| (platform, uri.as_str())))
}

fn is_same(known: &str, asked: &str) -> bool {
    known == asked || without_port(known).is_some_and(|known| Some(known) == without_port(asked))
}

/// An address on a loopback host in three pieces around its port: scheme, host and the rest, where nothing and `/` are one.
fn without_port(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    let path = if path == "/" { "" } else { path };
    (LOOPBACK.contains(&host) && is_port).then_some((scheme, host, path))
}

/// The address as it is used in a redirect: one without a path gets a slash.
pub(super) fn with_path(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    if rest.contains('/') || !matches!(scheme, "http" | "https") {
        return uri.to_owned();
    }
    match rest.split_once('?') {
        Some((host, query)) => format!("{scheme}://{host}/?{query}"),
        None => format!("{uri}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(known: &str, asked: &str) -> bool {
        is_same(known, asked)
    }

    #[test]
    fn every_letter_counts_but_the_port_of_a_loopback_host() {
        for (known, asked, same) in [
            ("https://app.example/cb", "https://app.example/cb", true),
            ("https://app.example/cb", "https://app.example/CB", false),
            ("https://app.example/cb", "https://app.example/cb/", false),
            (
                "https://app.example/cb",
                "https://app.example:444/cb",
                false,
            ),
            (
                "https://app.example/cb",
                "https://app.example/cb?x=1",
                false,
            ),
            ("http://localhost", "http://localhost:5000", true),
            ("http://localhost", "http://localhost:5000/", true),
            ("http://localhost:80/a", "http://localhost:5000/a", true),
            ("http://localhost/a", "http://localhost:5000/b", false),
            ("http://localhost/a", "https://localhost:5000/a", false),
            ("http://localhost/a", "http://127.0.0.1/a", false),
            ("http://127.0.0.1/a", "http://127.0.0.1:9/a", true),
            ("http://[::1]/a", "http://[::1]:9/a", false),
            ("http://localhost/a", "http://localhost:x/a", false),
            (
                "http://localhost/a",
                "http://localhost:1@evil.example/a",
                false,
            ),
            ("http://localhost", "http://localhost.evil.example", false),
            ("myapp://auth", "myapp://auth", true),
        ] {
            assert_eq!(of(known, asked), same, "{known} {asked}");
        }
    }

    #[test]
    fn what_is_registered_where_decides_its_kind() {
        let mut application = Application::new("app", []);
        application.redirect_uris = vec!["https://app.example/web".into()];
        application.spa_redirect_uris = vec!["https://app.example/spa".into()];
        application.public_redirect_uris = vec!["http://localhost".into()];
        let kind = |asked| matching(&application, asked).map(|found| found.platform);
        assert_eq!(kind("https://app.example/web"), Some(Platform::Web));
        assert_eq!(kind("https://app.example/spa"), Some(Platform::Spa));
        assert_eq!(kind("http://localhost:3"), Some(Platform::Public));
        assert_eq!(kind(&format!("http://localhost/{}", "a".repeat(250))), None);
        assert_eq!(
            first(&application).map(|found| found.platform),
            Some(Platform::Web)
        );
    }

    #[test]
    fn an_address_without_a_path_gets_one() {
        assert_eq!(with_path("https://app.example"), "https://app.example/");
        assert_eq!(
            with_path("https://app.example?a=b"),
            "https://app.example/?a=b"
        );
        assert_eq!(
            with_path("https://app.example/cb"),
            "https://app.example/cb"
        );
        assert_eq!(with_path("myapp://auth"), "myapp://auth");
    }
}
