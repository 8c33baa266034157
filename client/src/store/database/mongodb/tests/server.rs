//! The wire protocol (MongoDB manual, `OP_MSG`), as far as the driver speaks it here.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard};

use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::meaning;
use crate::Clock as _;

const OP_MSG: i32 = 2013;
const HEADER: usize = 16;

/// A server with one collection.
#[derive(Clone)]
pub(super) struct Server {
    address: String,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    documents: BTreeMap<String, Document>,
    refusal: Option<(i32, String)>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            shelf: Arc::default(),
        };
        let shelf = Arc::clone(&server.shelf);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&shelf)));
            }
        });
        server
    }

    pub(super) async fn collection(&self) -> Collection<Document> {
        let url = format!("mongodb://{}/?directConnection=true", self.address);
        let options = ClientOptions::parse(url).await.unwrap();
        let client = Client::with_options(options).unwrap();
        client.database("app").collection("tokens")
    }

    /// Answers every command with this error from now on.
    pub(super) fn refuse(&self, code: i32, words: &str) {
        self.shelf().refusal = Some((code, words.to_owned()));
    }

    pub(super) fn put(&self, name: &str, document: Document) {
        self.shelf().documents.insert(name.to_owned(), document);
    }

    /// All documents, a line each.
    pub(super) fn shown(&self) -> String {
        let shelf = self.shelf();
        let lines: Vec<_> = shelf.documents.values().map(Document::to_string).collect();
        lines.join("\n")
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap()
    }
}

/// One connection: messages, and an answer to each.
async fn talk(mut stream: TcpStream, shelf: Arc<Mutex<Shelf>>) {
    let mut header = [0; HEADER];
    while stream.read_exact(&mut header).await.is_ok() {
        let int = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let (length, request, operation) = (int(0), int(4), int(12));
        assert_eq!(
            operation, OP_MSG,
            "another operation than the driver was read to send"
        );
        let mut body = vec![0; usize::try_from(length).unwrap() - HEADER];
        stream.read_exact(&mut body).await.unwrap();
        let command = command(&body);
        let answer = answer(&mut shelf.lock().unwrap(), &command);
        // No flags, and one section: the document.
        let sections = [&[0; 5][..], &answer.to_vec().unwrap()].concat();
        let length = i32::try_from(HEADER + sections.len()).unwrap();
        let header: Vec<u8> = [length, 0, request, OP_MSG]
            .iter()
            .flat_map(|int| int.to_le_bytes())
            .collect();
        if stream
            .write_all(&[header, sections].concat())
            .await
            .is_err()
        {
            return;
        }
    }
}

/// The command's document, with the sequences that stand beside it put where they belong.
fn command(body: &[u8]) -> Document {
    let flags = u32::from_le_bytes(body[..4].try_into().unwrap());
    assert_eq!(flags & 1, 0, "a checksum, which nobody asked for");
    let mut command = Document::new();
    let mut rest = &body[4..];
    while let Some((kind, after)) = rest.split_first() {
        let length = i32::from_le_bytes(after[..4].try_into().unwrap());
        let (section, next) = after.split_at(usize::try_from(length).unwrap());
        if *kind == 0 {
            command.extend(Document::from_reader(section).unwrap());
        } else {
            let end = 4 + section[4..].iter().position(|byte| *byte == 0).unwrap();
            let name = String::from_utf8(section[4..end].to_vec()).unwrap();
            let mut documents = Cursor::new(&section[end + 1..]);
            let mut sequence = Vec::new();
            while (documents.position() as usize) < documents.get_ref().len() {
                sequence.push(Bson::from(Document::from_reader(&mut documents).unwrap()));
            }
            command.insert(name, sequence);
        }
        rest = next;
    }
    command
}

fn answer(shelf: &mut Shelf, command: &Document) -> Document {
    let name = command.keys().next().unwrap().as_str();
    let now = DateTime::from_millis(crate::SystemClock.now().as_millisecond());
    match name {
        "hello" | "isMaster" => doc! {
            "isWritablePrimary": true, "ismaster": true, "helloOk": true, "readOnly": false,
            "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
            "minWireVersion": 0, "maxWireVersion": 21, "localTime": now, "ok": 1.0,
        },
        "find" | "update" if shelf.refusal.is_some() => {
            let (code, words) = shelf.refusal.clone().unwrap();
            doc! { "ok": 0.0, "code": code, "codeName": "Unauthorized", "errmsg": words }
        }
        "find" => {
            let filter = command.get_document("filter").unwrap();
            let mut found = shelf.documents.values();
            let found = found.find(|document| meaning::fits(document, filter, now));
            let batch: Vec<_> = found.cloned().into_iter().collect();
            doc! { "cursor": { "id": 0_i64, "ns": "app.tokens", "firstBatch": batch }, "ok": 1.0 }
        }
        "update" => {
            let updates = command.get_array("updates").unwrap();
            assert_eq!(updates.len(), 1);
            update(shelf, updates[0].as_document().unwrap(), now)
        }
        _ => doc! { "ok": 1.0 },
    }
}

fn update(shelf: &mut Shelf, update: &Document, now: DateTime) -> Document {
    let filter = update.get_document("q").unwrap();
    let makes = update.get_bool("upsert").unwrap_or(false);
    let refused = |code: i32, words: &str| {
        let error = doc! { "index": 0, "code": code, "errmsg": words };
        doc! { "ok": 1.0, "n": 0, "nModified": 0, "writeErrors": [error] }
    };
    if makes && filter.to_string().contains("$expr") {
        return refused(
            224,
            "$expr is not allowed in the query predicate for an upsert",
        );
    }
    let mut documents = shelf.documents.values_mut();
    if let Some(found) = documents.find(|document| meaning::fits(document, filter, now)) {
        let after = meaning::changed(found, update.get("u").unwrap(), false, now);
        let changed = i32::from(after != *found);
        *found = after;
        return doc! { "ok": 1.0, "n": 1, "nModified": changed };
    }
    if !makes {
        return doc! { "ok": 1.0, "n": 0, "nModified": 0 };
    }
    let name = filter.get_str("_id").unwrap().to_owned();
    if shelf.documents.contains_key(&name) {
        return refused(11000, "E11000 duplicate key error");
    }
    let new = doc! { "_id": &name };
    let new = meaning::changed(&new, update.get("u").unwrap(), true, now);
    shelf.documents.insert(name.clone(), new);
    let made = doc! { "index": 0, "_id": name };
    doc! { "ok": 1.0, "n": 1, "nModified": 0, "upserted": [made] }
}
