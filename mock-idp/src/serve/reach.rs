//! From where the mock can be reached, and under what name.

use std::net::{IpAddr, Ipv4Addr};

use rustls::pki_types::ServerName;

use super::failure::Failure;

/// Which address to listen on.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Reach {
    /// Address to listen on; any but loopback needs `--allow-remote`
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Let other machines reach the mock and its secrets; control then needs a token
    #[arg(long)]
    allow_remote: bool,
    /// Host name or address in all URLs and in the certificate, where clients reach the mock by another than `--bind`
    #[arg(long, value_name = "HOST", value_parser = host)]
    advertise: Option<String>,
}

impl Reach {
    /// The address to listen on.
    ///
    /// # Errors
    ///
    /// [`Failure::RemoteNotAllowed`] if others could reach it without having been allowed to.
    pub(super) fn address(&self) -> Result<IpAddr, Failure> {
        if self.is_remote() && !self.allow_remote {
            return Err(Failure::RemoteNotAllowed(self.bind));
        }
        Ok(self.bind)
    }

    /// Whether other machines can reach it.
    pub(super) fn is_remote(&self) -> bool {
        !self.bind.to_canonical().is_loopback()
    }

    /// The host in URLs, if it is not the address that is listened on. Nobody can dial the address that stands for all.
    pub(super) fn host(&self) -> Option<String> {
        let any = self.bind.is_unspecified().then(|| "localhost".to_owned());
        self.advertise.clone().or(any)
    }

    /// What the certificate has to be good for beside the names of this machine.
    pub(super) fn names(&self) -> Vec<String> {
        let bound = (!self.bind.is_unspecified()).then(|| self.bind.to_string());
        bound.into_iter().chain(self.host()).collect()
    }
}

/// A host as it stands in URLs and certificates.
pub(super) fn host(text: &str) -> Result<String, String> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let is_one = ServerName::try_from(text).is_ok() && !text.ends_with('.');
    if is_one {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("it is no host name or address; write it without scheme and port".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(bind: &str, advertise: Option<&str>) -> Reach {
        Reach {
            bind: bind.parse().unwrap(),
            allow_remote: false,
            advertise: advertise.map(|name| host(name).unwrap()),
        }
    }

    #[test]
    fn only_loopback_is_open_without_permission() {
        for bind in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
            assert!(reach(bind, None).address().is_ok(), "{bind}");
        }
        for bind in [
            "0.0.0.0",
            "::",
            "10.0.0.7",
            "8.8.8.8",
            "::ffff:10.0.0.7",
            "fe80::1",
        ] {
            let refused = reach(bind, None).address().unwrap_err();
            assert!(
                refused
                    .to_string()
                    .starts_with(&format!("{bind} can be reached")),
                "{refused}"
            );
            let mut allowed = reach(bind, None);
            allowed.allow_remote = true;
            assert!(allowed.address().is_ok());
        }
    }

    #[test]
    fn urls_name_what_can_be_dialled_and_certificates_all_of_it() {
        let names = |bind, advertise| {
            let reach = reach(bind, advertise);
            (reach.host(), reach.names())
        };
        let owned = str::to_owned;
        assert_eq!(names("127.0.0.1", None), (None, vec![owned("127.0.0.1")]));
        assert_eq!(
            names("0.0.0.0", None),
            (Some(owned("localhost")), vec![owned("localhost")])
        );
        assert_eq!(
            names("10.0.0.7", Some("Mock-IdP")),
            (
                Some(owned("mock-idp")),
                vec![owned("10.0.0.7"), owned("mock-idp")]
            )
        );
        assert_eq!(host("[::1]").unwrap(), "::1");
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in ["", "http://x", "x:80", "a b", "x/", "x.", "-", "a'b"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
