//! The certificate authority of this process and the one certificate it has issued.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// A CA made when the process first needs one, valid from 2000 to 2100 so that no moved clock outlives it.
pub(crate) struct Authority {
    /// The CA certificate, for clients to trust.
    pub(crate) ca_pem: String,
    /// Serves a certificate for 127.0.0.1, ::1 and localhost.
    pub(crate) server: Arc<ServerConfig>,
}

/// Why no certificate could be made: a fault of this program or its cryptography, never of its input.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no TLS certificate could be made: {0}")]
pub struct NoCertificate(String);

impl Authority {
    /// The authority of this process.
    pub(crate) fn of_process() -> Result<&'static Self, NoCertificate> {
        static AUTHORITY: LazyLock<Result<Authority, NoCertificate>> =
            LazyLock::new(|| Authority::make().map_err(|e| NoCertificate(e.to_string())));
        AUTHORITY.as_ref().map_err(Clone::clone)
    }

    fn make() -> Result<Self, Box<dyn std::error::Error>> {
        let ca_key = KeyPair::generate()?;
        let mut ca = params(Vec::new(), "Tokenproof test CA")?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_certificate = ca.self_signed(&ca_key)?;
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate()?;
        let names = ["127.0.0.1", "::1", "localhost"]
            .map(str::to_owned)
            .to_vec();
        let mut leaf = params(names, "Tokenproof mock identity provider")?;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.use_authority_key_identifier_extension = true;
        let certificate = leaf.signed_by(&key, &issuer)?;

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let private = PrivateKeyDer::try_from(key.serialize_der())?;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            ca_pem: ca_certificate.pem(),
            server: Arc::new(server),
        })
    }
}

fn params(names: Vec<String>, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    Ok(params)
}
