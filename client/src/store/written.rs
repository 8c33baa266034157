//! How a record is written down: open, or sealed.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::seal::Unsealable;
use crate::{SealingKey, StoreKey, TokenRecord};

/// Writes records, and reads them again. Errors name the record and nothing in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Writing {
    sealing: Option<SealingKey>,
}

/// The member that stands in the place of a record's own when it is sealed.
const SEALED: &str = "sealed";

impl Writing {
    /// Seals what is written.
    pub(super) fn sealed(key: SealingKey) -> Self {
        Self { sealing: Some(key) }
    }

    /// The record as JSON.
    pub(super) fn write(&self, key: &StoreKey, record: &TokenRecord) -> Result<Value, String> {
        let written = match &self.sealing {
            None => serde_json::to_value(record).map_err(|_| "it cannot be written"),
            Some(sealing) => match sealing.seal(key, record) {
                Ok(sealed) => Ok(json!({ SEALED: sealed })),
                Err(Unsealable) => Err("it cannot be sealed"),
            },
        };
        written.map_err(|why| of(key, why))
    }

    /// The record in this JSON.
    pub(super) fn read(&self, key: &StoreKey, written: &Value) -> Result<TokenRecord, String> {
        let Some(sealed) = written.get(SEALED).and_then(Value::as_str) else {
            // The reader's words may quote a token.
            return TokenRecord::deserialize(written)
                .map_err(|_| of(key, "it is damaged: mend or delete it"));
        };
        let Some(sealing) = &self.sealing else {
            return Err(of(key, "it is sealed, and no sealing key was given"));
        };
        sealing
            .open(key, sealed)
            .map_err(|Unsealable| of(key, "the sealing key that was given does not open it"))
    }

    /// As [`write`](Self::write), as text.
    #[cfg(any(test, feature = "mongodb", feature = "redis"))]
    pub(super) fn write_text(
        &self,
        key: &StoreKey,
        record: &TokenRecord,
    ) -> Result<String, String> {
        self.write(key, record).map(|written| written.to_string())
    }

    /// As [`read`](Self::read), from text.
    #[cfg(any(test, feature = "mongodb", feature = "redis"))]
    pub(super) fn read_text(&self, key: &StoreKey, text: &str) -> Result<TokenRecord, String> {
        let written = serde_json::from_str(text);
        let written = written.map_err(|_| of(key, "it is damaged: mend or delete it"))?;
        self.read(key, &written)
    }
}

fn of(key: &StoreKey, why: &str) -> String {
    format!("record `{key}`: {why}")
}
