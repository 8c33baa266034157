//! Selectors: exchanges that cannot be, and names that nothing has.

use mock_idp::ledger::TokenKind;

use super::filter::existing;
use super::waits::{unknown_hold, unknown_step};
use super::{Findings, View, below, call, clients};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{After, AuthUse, Presents, Selector, Step, Target};
use crate::trace::Party;
use crate::yaml::Node;

/// Grants of RFC 6749. Others are named by a URI.
const GRANTS: [&str; 4] = [
    "authorization_code",
    "client_credentials",
    "password",
    "refresh_token",
];

pub(super) fn examine(view: &View<'_>, node: &Node, selector: &Selector, found: &mut Findings<'_>) {
    let at = |key| below(node, &[key]);
    answer(view, node, selector, found);
    for (key, present) in [
        ("grant", selector.grant.is_some()),
        ("scope", selector.scope.is_some()),
        ("auth", selector.auth.is_some()),
    ] {
        if present {
            token_only(view, node, key, selector.to, found);
        }
    }
    if let Some(grant) = &selector.grant {
        grant_name(view, at("grant"), grant, found);
    }
    if let Some(auth) = selector.auth {
        spelling(view, at("auth"), auth, found);
    }
    if let Some(method) = &selector.method {
        call::method(view, at("method"), method, found);
    }
    if selector.tenant.is_some() {
        tenant(view, node, selector.to, found);
    }
    sender(view, node, selector.by, selector.client.as_deref(), found);
    if let Some(presents) = &selector.presents {
        self::presents(view, at("presents"), presents, selector.to, found);
    }
    if selector.left_at_least.is_some() {
        time_left(view, node, selector.presents.as_ref(), selector.to, found);
    }
    if selector.expired_for.is_some() {
        run_out(view, node, selector, found);
    }
    if selector.leaks_secret == Some(false) && selector.secret_in.is_some() {
        found.push(
            view.problem(at("secret_in"), "a secret that is and is not there")
                .and(at("leaks_secret").place(), "no secret stands anywhere"),
        );
    }
    bounds(
        view,
        node,
        selector.after.as_ref(),
        selector.before.as_ref(),
        found,
    );
    if let Some(following) = selector.following {
        if selector.after.is_none() {
            found.push(
                view.problem(at("for"), "`for` without `after`")
                    .help("say after what: a step, or an exchange"),
            );
        }
        if following.0.is_zero() {
            found.push(view.problem(at("for"), "a window of no length"));
        }
    }
    if let Some(hold) = &selector.during
        && !view.holds().contains(&hold.as_str())
    {
        found.push(unknown_hold(view, at("while"), hold));
    }
}

/// `status` and `error`.
fn answer(view: &View<'_>, node: &Node, selector: &Selector, found: &mut Findings<'_>) {
    if selector.error.is_none() {
        return;
    }
    let at = below(node, &["error"]);
    if let Some(status) = &selector.status
        && !(400..600).any(|code| status.include(code))
    {
        found.push(
            view.problem(
                at,
                format!("an answer with status {status} carries no error"),
            )
            .and(below(node, &["status"]).place(), "the status"),
        );
    }
    if let Some(to @ (Target::Discovery | Target::Jwks | Target::Foreign)) = selector.to {
        found.push(view.problem(at, format!("`{}` answers without OAuth errors", to.name())));
    }
}

/// Complains of what only a token request has.
pub(super) fn token_only(
    view: &View<'_>,
    node: &Node,
    key: &str,
    to: Option<Target>,
    found: &mut Findings<'_>,
) {
    let Some(to) = to.filter(|to| !matches!(to, Target::Token | Target::Anything)) else {
        return;
    };
    let title = match key {
        "grant" => "only a token request has a grant".to_owned(),
        "scope" => "only a token request asks for a scope".to_owned(),
        "auth" | "auth_methods" => "clients authenticate to `token` only".to_owned(),
        key => format!("only a token request has `{key}`"),
    };
    found.push(view.problem(below(node, &[key]), title).and(
        below(node, &["to"]).place(),
        format!("goes to `{}`", to.name()),
    ));
}

/// Complains of a grant that does not exist.
pub(super) fn grant_name(view: &View<'_>, node: &Node, grant: &str, found: &mut Findings<'_>) {
    if !is_grant(grant) {
        found.push(
            view.problem(node, format!("there is no grant `{grant}`"))
                .label_if(did_you_mean(grant, GRANTS))
                .note(format!(
                    "the grants are {}; others are named by a URI (RFC 6749 section 4.5)",
                    listed(GRANTS)
                )),
        );
    }
}

/// Whether a grant of this name can exist.
pub(super) fn is_grant(name: &str) -> bool {
    GRANTS.contains(&name) || name.contains(':')
}

/// Complains of a spelling that cannot be told, because the secret reads the same either way.
pub(super) fn spelling(view: &View<'_>, node: &Node, auth: AuthUse, found: &mut Findings<'_>) {
    if !matches!(auth, AuthUse::BasicEncoded | AuthUse::BasicRaw) {
        return;
    }
    let changes = |b: u8| !(b.is_ascii_alphanumeric() || matches!(b, b'*' | b'-' | b'.' | b'_'));
    let told = view.cast.groups.iter().any(|group| {
        group
            .spec
            .secret
            .as_ref()
            .is_some_and(|secret| secret.bytes().any(changes))
    });
    if !told {
        found.push(
            view.problem(node, "encoded and raw cannot be told apart")
                .note("form-encoding changes nothing in the secrets of this case")
                .help("give the client one that it changes: `secret: a+b/c%3d`"),
        );
    }
}

fn tenant(view: &View<'_>, node: &Node, to: Option<Target>, found: &mut Findings<'_>) {
    let at = below(node, &["tenant"]);
    if let Some(to @ (Target::Resource | Target::Foreign)) = to {
        found.push(
            view.problem(at, format!("`{}` belongs to no tenant", to.name()))
                .help("for tokens of another tenant, write `presents: own`"),
        );
    } else if view.cast.size() == 1 {
        found.push(
            view.problem(at, "there is only one client, which asks one tenant")
                .help("remove `tenant`"),
        );
    }
}

/// `by` and `client`.
pub(super) fn sender(
    view: &View<'_>,
    node: &Node,
    by: Option<Party>,
    client: Option<&str>,
    found: &mut Findings<'_>,
) {
    if let Some(client) = client {
        clients::filter_name(view, below(node, &["client"]), client, found);
    }
    if by != Some(Party::Intruder) {
        return;
    }
    let at = below(node, &["by"]);
    let replays = view
        .body()
        .steps
        .iter()
        .any(|step| matches!(step, Step::Idp(idp) if idp.replay.is_some()));
    if client.is_some() {
        found.push(
            view.problem(at, "an intruder is none of the clients")
                .and(below(node, &["client"]).place(), "the client"),
        );
    } else if !replays {
        found.push(
            view.problem(at, "there is no intruder")
                .help("one comes with the step `idp: { replay: newest, by: intruder }`"),
        );
    }
}

/// A refresh token is shown to the token endpoint, an access token to a resource.
pub(super) fn presents(
    view: &View<'_>,
    node: &Node,
    presents: &Presents,
    to: Option<Target>,
    found: &mut Findings<'_>,
) {
    let refresh = match presents {
        Presents::Rotated => Some(true),
        Presents::Label(label) => Some(label.kind == TokenKind::Refresh),
        _ => None,
    };
    let wrong = match (to, refresh) {
        (Some(Target::Resource), Some(true)) => "a refresh token is never meant for a resource",
        (Some(Target::Token), Some(false)) => {
            "an access token is never meant for the token endpoint"
        }
        (Some(Target::Jwks | Target::Discovery), _) => "public documents are read without a token",
        (Some(Target::Foreign), _) => "what is shown to a foreign host is not looked into",
        _ => {
            if let Presents::Label(label) = presents {
                existing(view, node, *label, found);
            }
            return;
        }
    };
    let problem = view.problem(node, wrong);
    found.push(match to {
        Some(Target::Foreign) => problem.help("use `leaks_secret` or `secret_in`"),
        _ => problem,
    });
}

/// Complains of a token that ran out and did not.
fn run_out(view: &View<'_>, node: &Node, selector: &Selector, found: &mut Findings<'_>) {
    let at = below(node, &["expired_for"]);
    if let Some(to @ (Target::Discovery | Target::Jwks | Target::Foreign)) = selector.to {
        found.push(view.problem(at, format!("no token is shown to `{}`", to.name())));
    }
    let (key, why) = match selector.presents {
        Some(Presents::Nothing) => ("presents", "no token is shown"),
        Some(Presents::Live) => ("presents", "a live token has not run out"),
        Some(Presents::Foreign) => ("presents", "nobody knows how long a foreign token lives"),
        _ if selector.left_at_least.is_some() => {
            ("left_at_least", "a token that ran out has nothing left")
        }
        _ => return,
    };
    found.push(
        view.problem(at, why)
            .and(below(node, &[key]).place(), "the token"),
    );
}

/// Complains of time left to a token that has none.
pub(super) fn time_left(
    view: &View<'_>,
    node: &Node,
    presents: Option<&Presents>,
    to: Option<Target>,
    found: &mut Findings<'_>,
) {
    let at = below(node, &["left_at_least"]);
    if let Some(to @ (Target::Discovery | Target::Jwks | Target::Foreign)) = to {
        found.push(view.problem(at, format!("no token is shown to `{}`", to.name())));
    }
    let why = match presents {
        Some(Presents::Nothing) => "no token is shown",
        Some(Presents::Expired) => "an expired token has nothing left",
        Some(Presents::Foreign) => "nobody knows how long a foreign token lives",
        _ => return,
    };
    found.push(
        view.problem(at, why)
            .and(below(node, &["presents"]).place(), "the token"),
    );
}

/// `after` and `before`.
pub(super) fn bounds(
    view: &View<'_>,
    node: &Node,
    after: Option<&After>,
    before: Option<&After>,
    found: &mut Findings<'_>,
) {
    moment(view, node, "after", after, found);
    moment(view, node, "before", before, found);
    let (Some(After::Step(first)), Some(After::Step(last))) = (after, before) else {
        return;
    };
    let number = |label: &str| {
        let steps = &view.body().steps;
        steps.iter().position(|step| step.label() == Some(label))
    };
    if let (Some(from), Some(to)) = (number(first), number(last))
        && from >= to
    {
        found.push(
            view.problem(
                below(node, &["before"]),
                format!("nothing lies after `{first}` and before `{last}`"),
            )
            .and(below(node, &["after"]).place(), "the beginning"),
        );
    }
}

/// A step or an exchange that bounds a stretch of time.
pub(super) fn moment(
    view: &View<'_>,
    node: &Node,
    key: &str,
    moment: Option<&After>,
    found: &mut Findings<'_>,
) {
    let at = below(node, &[key]);
    match moment {
        Some(After::Step(label)) if !view.calls().any(|(known, _, _)| known == label) => {
            found.push(unknown_step(view, at, label));
        }
        Some(After::Exchange(inner)) => {
            if **inner == Selector::default() {
                found.push(
                    view.problem(at, format!("`{key}` names no exchange"))
                        .help(format!(
                            "write for instance `{key}: {{ to: resource, status: 401 }}`"
                        )),
                );
            }
            examine(view, at, inner, found);
        }
        _ => {}
    }
}
