//! `distinct` and `constant`: fields that an endpoint's requests have.

use super::selector::{grant_name, token_only};
use super::{Findings, View, below};
use crate::scenario::{Constant, Distinct, ExchangeField, Predicates, Target};
use crate::yaml::Node;

pub(super) fn examine(
    view: &View<'_>,
    node: &Node,
    predicates: &Predicates,
    found: &mut Findings<'_>,
) {
    if let Some(Distinct { to, grant, field }) = &predicates.distinct {
        let node = below(node, &["distinct"]);
        self::field(view, node, *to, grant.as_deref(), *field, found);
    }
    if let Some(Constant { to, grant, field }) = &predicates.constant {
        let node = below(node, &["constant"]);
        self::field(view, node, *to, grant.as_deref(), *field, found);
    }
    if let (Some(distinct), Some(constant)) = (&predicates.distinct, &predicates.constant)
        && (distinct.to, distinct.field, &distinct.grant)
            == (constant.to, constant.field, &constant.grant)
    {
        found.push(
            view.problem(
                below(node, &["constant"]),
                "no field is the same and differs",
            )
            .and(below(node, &["distinct"]).place(), "differs"),
        );
    }
}

fn field(
    view: &View<'_>,
    node: &Node,
    to: Target,
    grant: Option<&str>,
    field: ExchangeField,
    found: &mut Findings<'_>,
) {
    if let Some(grant) = grant {
        token_only(view, node, "grant", Some(to), found);
        grant_name(view, below(node, &["grant"]), grant, found);
    }
    let problem = match (field, to) {
        (ExchangeField::Token, Target::Token | Target::Resource)
        | (ExchangeField::Body, Target::Resource)
        | (ExchangeField::Auth | ExchangeField::Scope, Target::Token) => return,
        (ExchangeField::RequestId, to) if to != Target::Foreign => return,
        (ExchangeField::Token, _) => view.problem(
            below(node, &["to"]),
            "tokens are shown to `token` and `resource` only",
        ),
        (ExchangeField::Body, Target::Token) => view
            .problem(
                below(node, &["field"]),
                "the body of a token request is not kept, for it holds secrets",
            )
            .help("compare `scope`, `auth` or `token`; or use `each: { to: token, sends: […] }`"),
        (ExchangeField::Body, _) => view.problem(
            below(node, &["to"]),
            "bodies of requests to `resource` are compared only",
        ),
        (ExchangeField::Auth, _) => {
            view.problem(below(node, &["to"]), "clients authenticate to `token` only")
        }
        (ExchangeField::Scope, _) => view.problem(
            below(node, &["to"]),
            "only a token request asks for a scope",
        ),
        (ExchangeField::RequestId, _) => view.problem(
            below(node, &["to"]),
            "only the provider's own endpoints know request ids",
        ),
    };
    found.push(problem);
}
