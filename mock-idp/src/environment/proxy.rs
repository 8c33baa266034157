//! Proxies, which must not stand before the mock.

use std::env;

use super::Variable;

/// Variables that would lead a client past the mock or its certificate, to be taken away. Proxies are handed on by other names,
/// see [`no_proxy`].
pub const UNSET: [&str; 3] = ["SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY"];

/// The names of proxies in upper and in lower case. Clients that know `NO_PROXY` read the lower-case ones too; the Okta SDK
/// for Python goes by the upper-case ones alone and would send the mock's requests to the proxy.
const PROXIES: [(&str, &str); 2] = [("HTTP_PROXY", "http_proxy"), ("HTTPS_PROXY", "https_proxy")];

/// Hosts that no proxy may stand before.
const LOCAL: &str = "127.0.0.1,localhost,::1";

/// Keeps proxies from the mock and from `host`, if it is called by another name, and hands those of this process on by the names
/// that clients with knowledge of `NO_PROXY` read.
#[must_use]
pub fn no_proxy(host: Option<&str>) -> Vec<Variable> {
    without_proxy(host, |name| env::var(name).ok())
}

fn without_proxy(host: Option<&str>, value_of: impl Fn(&str) -> Option<String>) -> Vec<Variable> {
    let before = value_of("no_proxy").or_else(|| value_of("NO_PROXY"));
    let mut hosts = LOCAL.to_owned();
    for more in [host, before.as_deref()].into_iter().flatten() {
        if !more.is_empty() {
            hosts.push(',');
            hosts.push_str(more);
        }
    }
    ["NO_PROXY", "no_proxy"]
        .into_iter()
        .map(|name| (name.to_owned(), hosts.clone()))
        .chain(proxies(value_of))
        .collect()
}

/// What only an upper-case name says, by its lower-case name.
fn proxies(value_of: impl Fn(&str) -> Option<String>) -> Vec<Variable> {
    PROXIES
        .into_iter()
        .filter(|(_, lower)| value_of(lower).is_none())
        .filter_map(|(upper, lower)| Some((lower.to_owned(), value_of(upper)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_keep_their_lower_case_names() {
        let only_upper =
            proxies(|name| (name == "HTTPS_PROXY").then(|| "http://proxy.example:3128".to_owned()));
        assert_eq!(
            only_upper,
            [(
                "https_proxy".to_owned(),
                "http://proxy.example:3128".to_owned()
            )]
        );
        let both = proxies(|name| Some(format!("http://{name}.example")));
        assert_eq!(both, []);
        assert_eq!(proxies(|_| None), []);
        for (upper, _) in PROXIES {
            assert!(UNSET.contains(&upper), "{upper} would still be seen");
        }
    }

    #[test]
    fn the_mock_is_reached_past_any_proxy_by_whatever_name_and_what_was_excepted_stays_so() {
        let no_proxy = |host, before: &'static str| {
            let told = without_proxy(host, |name| (name == "NO_PROXY").then(|| before.to_owned()));
            assert_eq!(told[0].1, told[1].1);
            assert_eq!([&*told[0].0, &*told[1].0], ["NO_PROXY", "no_proxy"]);
            told[0].1.clone()
        };
        assert_eq!(no_proxy(None, ""), "127.0.0.1,localhost,::1");
        assert_eq!(
            no_proxy(Some("mock-idp"), "10.0.0.0/8"),
            "127.0.0.1,localhost,::1,mock-idp,10.0.0.0/8"
        );
    }
}
