//! A certificate authority and the certificates it issues.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
#[cfg(feature = "serve")]
use rcgen::{CidrSubnet, GeneralSubtree};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};

use super::authority::NoCertificate;

/// What every certificate is good for.
pub(super) const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// Names that a CA which is kept may sign for beside loopback: reserved for tests and for this machine (RFC 6761), and the name
/// by which containers reach their host.
#[cfg(feature = "serve")]
const KEPT_FOR: [&str; 3] = ["localhost", "test", "host.docker.internal"];

/// A moment within the validity of everything that is issued, 2030-01-01.
const A_VALID_MOMENT: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1_893_456_000));

/// A CA, valid from 2000 to 2100 so that no moved clock outlives it.
pub(crate) struct Ca {
    pem: String,
    key: KeyPair,
}

impl Ca {
    /// One whose key is never written down, and so may sign for any name.
    pub(crate) fn passing() -> Result<Self, NoCertificate> {
        Self::make(None)
    }

    /// One to be kept and trusted for longer. Who gets hold of its key can pass for hosts of this machine, for tests and for
    /// `more` names, but for no other (RFC 5280 section 4.2.1.10).
    #[cfg(feature = "serve")]
    pub(crate) fn lasting(more: &[String]) -> Result<Self, NoCertificate> {
        let loopback = [
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
                128,
            )),
        ];
        let names = KEPT_FOR.map(str::to_owned).into_iter();
        let permitted = names
            .chain(more.iter().cloned())
            .map(|name| match name.parse::<IpAddr>() {
                Ok(address) => {
                    let whole = if address.is_ipv4() { 32 } else { 128 };
                    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, whole))
                }
                Err(_) => GeneralSubtree::DnsName(name),
            })
            .chain(loopback)
            .collect();
        Self::make(Some(NameConstraints {
            permitted_subtrees: permitted,
            excluded_subtrees: Vec::new(),
        }))
    }

    /// One that was kept.
    #[cfg(feature = "serve")]
    pub(crate) fn kept(pem: String, key_pem: &str) -> Result<Self, NoCertificate> {
        let key = KeyPair::from_pem(key_pem).map_err(failed)?;
        Ok(Self { pem, key })
    }

    fn make(constraints: Option<NameConstraints>) -> Result<Self, NoCertificate> {
        let key = KeyPair::generate().map_err(failed)?;
        let mut ca = about_the_ca().map_err(failed)?;
        ca.name_constraints = constraints;
        let certificate = ca.self_signed(&key).map_err(failed)?;
        let pem = certificate.pem();
        Ok(Self { pem, key })
    }

    /// The certificate, for clients to trust.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// The certificate as DER.
    pub(crate) fn der(&self) -> Result<CertificateDer<'static>, NoCertificate> {
        CertificateDer::from_pem_slice(self.pem.as_bytes()).map_err(failed)
    }

    /// The key, to be kept.
    #[cfg(feature = "serve")]
    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// What a server needs to be these hosts, with a new key.
    ///
    /// # Errors
    ///
    /// [`NoCertificate`] also if nobody who trusts this CA would believe it: it may not sign for one of the names, or its key is
    /// another's.
    pub(crate) fn issue(&self, names: Vec<String>) -> Result<ServerConfig, NoCertificate> {
        let issuer = Issuer::new(about_the_ca().map_err(failed)?, &self.key);
        let key = KeyPair::generate().map_err(failed)?;
        let mut leaf = params("Tokenproof mock identity provider").map_err(failed)?;
        for name in &names {
            leaf.subject_alt_names.push(san(name)?);
        }
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.use_authority_key_identifier_extension = true;
        let certificate = leaf.signed_by(&key, &issuer).map_err(failed)?;
        let certificate = certificate.der();

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        self.verify(certificate, &names, provider.clone())?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed)?;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], private)
            .map_err(failed)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(server)
    }

    /// Looks at a certificate with the eyes of a client that trusts this CA.
    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        names: &[String],
        provider: Arc<CryptoProvider>,
    ) -> Result<(), NoCertificate> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der()?).map_err(failed)?;
        let client = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(failed)?;
        for name in names {
            let server = ServerName::try_from(name.as_str()).map_err(failed)?;
            client
                .verify_server_cert(certificate, &[], &server, &[], A_VALID_MOMENT)
                .map_err(|error| {
                    // One name that is not permitted spoils the certificate for all.
                    let alone = |name: &&String| self.issue(vec![(*name).clone()]).is_err();
                    let others = names.len() > 1;
                    let culprit = others.then(|| names.iter().find(alone)).flatten();
                    let culprit = culprit.unwrap_or(name);
                    NoCertificate(format!(
                        "the CA cannot vouch for `{culprit}`: {}",
                        why(error)
                    ))
                })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ca(***)")
    }
}

fn san(name: &str) -> Result<SanType, NoCertificate> {
    match name.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(Ia5String::try_from(name).map_err(failed)?)),
    }
}

/// Always the same, so that a CA can be told from its key alone.
fn about_the_ca() -> Result<CertificateParams, rcgen::Error> {
    let mut ca = params("Tokenproof test CA")?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(ca)
}

fn params(common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    Ok(params)
}

fn why(error: rustls::Error) -> String {
    match error {
        // What is wrong with names comes without a variant of its own.
        rustls::Error::InvalidCertificate(rustls::CertificateError::Other(_)) => {
            "it was made for other names".to_owned()
        }
        other => other.to_string(),
    }
}

fn failed(error: impl fmt::Display) -> NoCertificate {
    NoCertificate(error.to_string())
}

#[cfg(all(test, feature = "serve"))]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_ca_that_is_kept_signs_for_this_machine_and_for_tests_only() {
        let ca = Ca::lasting(&names(&["mock-idp", "10.0.0.7"])).unwrap();
        let local = [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "localhost",
            "a.localhost",
            "idp.test",
        ];
        let more = ["host.docker.internal", "mock-idp", "10.0.0.7"];
        for name in local.into_iter().chain(more) {
            assert!(ca.issue(names(&[name])).is_ok(), "{name}");
        }
        for name in [
            "login.microsoftonline.com",
            "10.0.0.8",
            "8.8.8.8",
            "::2",
            "idp",
        ] {
            let refused = ca
                .issue(names(&["127.0.0.1", name]))
                .unwrap_err()
                .to_string();
            assert!(
                refused.contains(&format!("the CA cannot vouch for `{name}`")),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_passing_ca_signs_for_any_name() {
        let ca = Ca::passing().unwrap();
        assert!(
            ca.issue(names(&["login.microsoftonline.com", "8.8.8.8"]))
                .is_ok()
        );
    }

    #[test]
    fn a_kept_ca_is_the_same_again_and_another_ones_key_is_found_out() {
        let ca = Ca::lasting(&[]).unwrap();
        let again = Ca::kept(ca.pem().to_owned(), &ca.key_pem()).unwrap();
        assert_eq!(again.pem(), ca.pem());
        assert!(again.issue(names(&["localhost"])).is_ok());

        let other = Ca::lasting(&[]).unwrap();
        let mixed = Ca::kept(ca.pem().to_owned(), &other.key_pem()).unwrap();
        assert!(mixed.issue(names(&["localhost"])).is_err());
        assert!(Ca::kept(ca.pem().to_owned(), "no key").is_err());
        assert!(!format!("{ca:?}").contains("PRIVATE"));
    }
}
