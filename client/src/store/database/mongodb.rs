//! MongoDB, through its official driver.

use std::fmt;
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, deserialize_from_bson, doc, serialize_to_bson};
use mongodb::error::{Error, ErrorKind, WriteFailure};
use serde_json::Value;

use super::{DatabaseStore, Found, Held, Shelf};
use crate::BoxFuture;

impl DatabaseStore {
    /// In a collection of MongoDB, version 4.2 or later: one document for each record, with the store key as `_id`, the token record
    /// as `token`, and `lease` while somebody renews it.
    ///
    /// The collection is made by the caller, who knows about addresses, passwords and TLS. It should read from the primary and
    /// write with the concern `majority`, which is MongoDB's own default.
    #[must_use]
    pub fn mongodb(collection: Collection<Document>) -> Self {
        Self::on(MongoShelf { collection })
    }
}

#[derive(Clone)]
struct MongoShelf {
    collection: Collection<Document>,
}

impl MongoShelf {
    /// Changes the one document that fits. False if none does.
    fn change(
        &self,
        fits: Document,
        change: Vec<Document>,
        make: bool,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let collection = self.collection.clone();
        Box::pin(async move {
            match collection.update_one(fits, change).upsert(make).await {
                Ok(done) => Ok(done.matched_count > 0 || done.upserted_id.is_some()),
                // The document is there and does not fit, so there is none to be made.
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(words(&error)),
            }
        })
    }
}

impl MongoShelf {
    /// Makes a document without a record. False if there is one of that name.
    fn make(&self, name: String) -> BoxFuture<'static, Result<bool, String>> {
        let collection = self.collection.clone();
        let empty = doc! { "$setOnInsert": { "revision": 0_i64 } };
        Box::pin(async move {
            let made = collection.update_one(doc! { "_id": name }, empty);
            match made.upsert(true).await {
                Ok(done) => Ok(done.upserted_id.is_some()),
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(words(&error)),
            }
        })
    }
}

impl Shelf for MongoShelf {
    fn get(&self, name: &str) -> BoxFuture<'static, Result<Option<Found>, String>> {
        let collection = self.collection.clone();
        let fits = doc! { "_id": name };
        Box::pin(async move {
            let found = collection
                .find_one(fits)
                .await
                .map_err(|error| words(&error))?;
            let Some(found) = found else {
                return Ok(None);
            };
            let Some(token) = found.get("token") else {
                return Ok(None);
            };
            let token = deserialize_from_bson::<Value>(token.clone());
            let token = token.map_err(|_| "the record is damaged: mend or delete it".to_owned())?;
            Ok(Some(Found {
                value: token.to_string(),
                revision: revision(&found),
            }))
        })
    }

    fn put(
        &self,
        name: &str,
        value: String,
        only_if: Option<Held>,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let token = serde_json::from_str::<Value>(&value).ok();
        let Some(token) = token.and_then(|token| serialize_to_bson(&token).ok()) else {
            return Box::pin(async { Err("the record cannot be written".to_owned()) });
        };
        let next = next_revision();
        // A literal, so that no text in it is taken for an expression.
        let change = vec![doc! { "$set": { "token": { "$literal": token }, "revision": next } }];
        match only_if {
            None => self.change(doc! { "_id": name }, change, true),
            Some(held) => {
                let seen = match held.seen.and_then(|seen| seen.parse().ok()) {
                    Some(seen) => unchanged_since(seen),
                    None => doc! { "token": { "$exists": false } },
                };
                let fits = doc! { "_id": name, "$or": [{ "lease.holder": held.holder }, seen] };
                self.change(fits, change, false)
            }
        }
    }

    fn delete(&self, name: &str, revision: String) -> BoxFuture<'static, Result<(), String>> {
        let mut fits = unchanged_since(revision.parse().unwrap_or_default());
        fits.insert("_id", name);
        // The lease, which stands in the same document, stays.
        let next = next_revision();
        let change = vec![
            doc! { "$unset": "token" },
            doc! { "$set": { "revision": next } },
        ];
        let changed = self.change(fits, change, false);
        Box::pin(async move { changed.await.map(|_| ()) })
    }

    fn take(
        &self,
        name: &str,
        holder: &str,
        limit: Duration,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
        // By the server's clock, which all share.
        let over = doc! { "$expr": { "$lte": ["$lease.until", "$$NOW"] } };
        let fits = doc! { "_id": name, "$or": [{ "lease": { "$exists": false } }, over] };
        let until = doc! { "$add": ["$$NOW", limit] };
        let lease = doc! { "holder": { "$literal": holder }, "until": until };
        let change = vec![doc! { "$set": { "lease": lease } }];
        let (shelf, name) = (self.clone(), name.to_owned());
        Box::pin(async move {
            if shelf.change(fits.clone(), change.clone(), false).await? {
                return Ok(true);
            }
            // Another has it, or there is no document. MongoDB takes no `$expr` in what is to make one.
            Ok(shelf.make(name).await? && shelf.change(fits, change, false).await?)
        })
    }

    fn give_back(&self, name: &str, holder: &str) -> BoxFuture<'static, Result<(), String>> {
        let fits = doc! { "_id": name, "lease.holder": holder };
        let changed = self.change(fits, vec![doc! { "$unset": "lease" }], false);
        Box::pin(async move { changed.await.map(|_| ()) })
    }
}

impl fmt::Debug for MongoShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoShelf")
            .field("collection", &self.collection.namespace().to_string())
            .finish()
    }
}

/// A document that a person has made has no revision yet.
fn revision(found: &Document) -> String {
    found.get_i64("revision").unwrap_or_default().to_string()
}

/// A document that has this revision.
fn unchanged_since(revision: i64) -> Document {
    match revision {
        0 => doc! { "$or": [{ "revision": 0_i64 }, { "revision": { "$exists": false } }] },
        _ => doc! { "revision": revision },
    }
}

fn next_revision() -> Document {
    doc! { "$add": [{ "$ifNull": ["$revision", 0_i64] }, 1_i64] }
}

fn is_duplicate(error: &Error) -> bool {
    const DUPLICATE_KEY: i32 = 11000;
    matches!(
        error.kind.as_ref(),
        ErrorKind::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE_KEY
    )
}

/// What went wrong, without what was sent: a server's words may quote it.
fn words(error: &Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(error)) => {
            format!("MongoDB refused the write (code {})", error.code)
        }
        ErrorKind::Command(error) => format!("MongoDB answered {}", error.code_name),
        ErrorKind::Authentication { .. } => "MongoDB refused the credentials".to_owned(),
        ErrorKind::ServerSelection { .. } => "no MongoDB server answers".to_owned(),
        ErrorKind::Io(error) => format!("MongoDB: {error}"),
        _ => "MongoDB: the request failed".to_owned(),
    }
}

#[cfg(test)]
mod tests;
