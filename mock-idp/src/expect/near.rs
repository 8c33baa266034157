//! What comes nearest to a request that was expected and not seen.

use super::matching::{Sent, all, is_like, select};
use super::record::Record;
use super::requests::Requests;
use super::told::Told;
use super::words;

/// Requests that might have been meant, and what to look at.
pub(super) fn to<'a>(wanted: &Requests, record: &'a Record) -> (Vec<Sent<'a>>, Option<String>) {
    if record.entries.is_empty() {
        let advice = "nothing has come in: look at the URL that the client uses, and whether it trusts the certificate";
        return (Vec::new(), Some(advice.to_owned()));
    }
    if select(record, wanted).is_ok_and(|matches| !matches.sent.is_empty()) {
        return (Vec::new(), None);
    }
    let conditions = conditions(wanted);
    let told = Told::of(record);
    let misses = |sent: Sent<'a>| -> Vec<&Requests> {
        let missed = conditions.iter().filter(|one| !is_like(&told, sent, one));
        missed.collect()
    };
    let to_same = |sent: &Sent<'_>| wanted.to.is_none_or(|to| to.covers(sent.entry.endpoint));
    let nearest = all(record)
        .filter(to_same)
        .map(|sent| (sent, misses(sent)))
        .min_by_key(|(_, misses)| misses.len());
    match nearest {
        // It was like it, but not at the time.
        Some((sent, misses)) if misses.is_empty() => (
            vec![sent],
            Some(format!("#{} came at another time", sent.entry.number)),
        ),
        Some((sent, misses)) => {
            let misses: Vec<String> = misses.into_iter().map(words::like).collect();
            let misses: Vec<&str> = misses.iter().map(|miss| miss.trim_start()).collect();
            let number = sent.entry.number;
            let advice = format!("#{number} comes nearest; it is not: {}", misses.join(", "));
            (vec![sent], Some(advice))
        }
        None => (
            all(record).collect(),
            wanted
                .to
                .map(|to| format!("no request at all went to {}", to.name())),
        ),
    }
}

/// Each condition by itself, but those on when a request comes and where it goes.
fn conditions(wanted: &Requests) -> Vec<Requests> {
    let alone = Requests::default;
    let all = [
        Requests {
            client: wanted.client.clone(),
            ..alone()
        },
        Requests {
            status: wanted.status.clone(),
            ..alone()
        },
        Requests {
            grant: wanted.grant.clone(),
            ..alone()
        },
        Requests {
            scope: wanted.scope.clone(),
            ..alone()
        },
        Requests {
            tenant: wanted.tenant.clone(),
            ..alone()
        },
        Requests {
            method: wanted.method.clone(),
            ..alone()
        },
        Requests {
            auth: wanted.auth,
            ..alone()
        },
        Requests {
            error: wanted.error.clone(),
            ..alone()
        },
        Requests {
            presents: wanted.presents,
            ..alone()
        },
        Requests {
            left_at_least: wanted.left_at_least,
            ..alone()
        },
        Requests {
            leaks_secret: wanted.leaks_secret,
            ..alone()
        },
        Requests {
            secret_in: wanted.secret_in,
            ..alone()
        },
    ];
    all.into_iter().filter(|one| *one != alone()).collect()
}
