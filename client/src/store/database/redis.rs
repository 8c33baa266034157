//! Redis, or what speaks its protocol.

use std::fmt;
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{RedisError, cmd};

use super::{DatabaseStore, Found, Held, Shelf};
use crate::BoxFuture;

impl DatabaseStore {
    /// In a Redis database. The keys are `{prefix}:record:…` and `{prefix}:lease:…`.
    ///
    /// The connection is made by the caller, who knows about addresses, passwords and TLS. Redis has to be the one that writes: a
    /// replica may not know yet what was written.
    #[must_use]
    pub fn redis(connection: ConnectionManager, prefix: impl Into<String>) -> Self {
        Self::on(RedisShelf {
            connection,
            prefix: prefix.into(),
        })
    }
}

#[derive(Clone)]
struct RedisShelf {
    connection: ConnectionManager,
    prefix: String,
}

/// Writes if the lease is the holder's or the record is what the holder saw; no record is told by the empty text, which no record is.
const PUT_IF: &str = "
local is = redis.call('GET', KEYS[1]) or ''
if redis.call('GET', KEYS[2]) == ARGV[1] or is == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[3])
  return 1
end
return 0";

/// Deletes what has not changed.
const DELETE_IF: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0";

impl RedisShelf {
    fn record(&self, name: &str) -> String {
        format!("{}:record:{name}", self.prefix)
    }

    fn lease(&self, name: &str) -> String {
        format!("{}:lease:{name}", self.prefix)
    }

    /// Sends one command.
    fn send<T: redis::FromRedisValue + Send + 'static>(
        &self,
        command: redis::Cmd,
    ) -> BoxFuture<'static, Result<T, String>> {
        let mut connection = self.connection.clone();
        Box::pin(async move { command.query_async(&mut connection).await.map_err(words) })
    }

    fn script(&self, text: &str, keys: &[String]) -> redis::Cmd {
        let mut command = cmd("EVAL");
        command.arg(text).arg(keys.len()).arg(keys);
        command
    }
}

impl Shelf for RedisShelf {
    fn get(&self, name: &str) -> BoxFuture<'static, Result<Option<Found>, String>> {
        let mut command = cmd("GET");
        command.arg(self.record(name));
        let sent = self.send::<Option<String>>(command);
        Box::pin(async move {
            // Nothing tells a record better than all of it.
            Ok(sent.await?.map(|value| Found {
                revision: value.clone(),
                value,
            }))
        })
    }

    fn put(
        &self,
        name: &str,
        value: String,
        only_if: Option<Held>,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let command = match only_if {
            None => {
                let mut command = cmd("SET");
                command.arg(self.record(name)).arg(value);
                let sent = self.send::<()>(command);
                return Box::pin(async move { sent.await.map(|()| true) });
            }
            Some(held) => {
                let mut command = self.script(PUT_IF, &[self.record(name), self.lease(name)]);
                command.arg(held.holder).arg(held.seen.unwrap_or_default());
                command.arg(value);
                command
            }
        };
        self.send(command)
    }

    fn delete(&self, name: &str, revision: String) -> BoxFuture<'static, Result<(), String>> {
        let mut command = self.script(DELETE_IF, &[self.record(name)]);
        command.arg(revision);
        let sent = self.send::<i64>(command);
        Box::pin(async move { sent.await.map(|_| ()) })
    }

    fn take(
        &self,
        name: &str,
        holder: &str,
        limit: Duration,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let mut command = cmd("SET");
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX).max(1);
        command
            .arg(self.lease(name))
            .arg(holder)
            .arg("NX")
            .arg("PX")
            .arg(limit);
        let sent = self.send::<Option<String>>(command);
        Box::pin(async move { Ok(sent.await?.is_some()) })
    }

    fn give_back(&self, name: &str, holder: &str) -> BoxFuture<'static, Result<(), String>> {
        let mut command = self.script(DELETE_IF, &[self.lease(name)]);
        command.arg(holder);
        let sent = self.send::<i64>(command);
        Box::pin(async move { sent.await.map(|_| ()) })
    }
}

impl fmt::Debug for RedisShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisShelf")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// What went wrong, without what was sent: a server's words may quote it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` wants"
)]
fn words(error: RedisError) -> String {
    match error.code() {
        Some(code) => format!("Redis answered {code}"),
        None => format!("Redis: {}", error.category()),
    }
}
