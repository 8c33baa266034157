//! What a mock needs to know of an X.509 certificate (RFC 5280 section 4.1): its validity and its public key.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rsa::RsaPublicKey;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::pkcs8::der::asn1::{AnyRef, ContextSpecific, GeneralizedTime, ObjectIdentifier, UtcTime};
use rsa::pkcs8::der::{Decode as _, Encode as _, Reader, Result, SliceReader, Tag};

/// The parts of a certificate that are read.
pub(super) struct Parsed {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// The common name of its subject, if it has one in ASCII or UTF-8.
    pub(super) common_name: Option<String>,
    /// The public key, if it is RSA.
    pub(super) key: Option<RsaPublicKey>,
}

/// Reads the DER of a certificate; none if it is not one.
pub(super) fn parse(der: &[u8]) -> Option<Parsed> {
    read(der).ok()
}

fn read(der: &[u8]) -> Result<Parsed> {
    let mut reader = SliceReader::new(der)?;
    let parsed = reader.sequence(|certificate| {
        let parsed = certificate.sequence(to_be_signed)?;
        // The algorithm and the signature: whoever wrote the file trusts it.
        AnyRef::decode(certificate)?;
        AnyRef::decode(certificate)?;
        Ok(parsed)
    })?;
    reader.finish(parsed)
}

fn to_be_signed<'r, R: Reader<'r>>(reader: &mut R) -> Result<Parsed> {
    const VERSION: rsa::pkcs8::der::TagNumber = rsa::pkcs8::der::TagNumber::N0;
    ContextSpecific::<u8>::decode_explicit(reader, VERSION)?;
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        AnyRef::decode(reader)?;
    }
    let (not_before, not_after) =
        reader.sequence(|validity| Ok((instant(validity)?, instant(validity)?)))?;
    let common_name = reader.sequence(common_name)?;
    let public_key = AnyRef::decode(reader)?.to_der()?;
    // What follows, extensions for the most part, is not looked at.
    while !reader.is_finished() {
        AnyRef::decode(reader)?;
    }
    Ok(Parsed {
        not_before,
        not_after,
        common_name,
        key: RsaPublicKey::from_public_key_der(&public_key).ok(),
    })
}

/// The last common name among the attributes of a name (RFC 5280 section 4.1.2.4).
fn common_name<'r, R: Reader<'r>>(name: &mut R) -> Result<Option<String>> {
    const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    let mut found = None;
    while !name.is_finished() {
        let set = AnyRef::decode(name)?;
        let mut attributes = SliceReader::new(set.value())?;
        while !attributes.is_finished() {
            let (kind, value) = attributes.sequence(|attribute| {
                let kind = ObjectIdentifier::decode(attribute)?;
                Ok((kind, AnyRef::decode(attribute)?))
            })?;
            if kind == COMMON_NAME {
                found = std::str::from_utf8(value.value()).ok().map(str::to_owned);
            }
        }
    }
    Ok(found)
}

/// One of the two ways to write a time (RFC 5280 section 4.1.2.5).
fn instant<'r, R: Reader<'r>>(reader: &mut R) -> Result<Timestamp> {
    let tag = reader.peek_header()?.tag;
    let since_1970: Duration = match tag {
        Tag::UtcTime => UtcTime::decode(reader)?.to_unix_duration(),
        _ => GeneralizedTime::decode(reader)?.to_unix_duration(),
    };
    Timestamp::try_from(SystemTime::UNIX_EPOCH + since_1970).map_err(|_| tag.value_error())
}
