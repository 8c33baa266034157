//! What a scenario uses, it needs.

use super::{Findings, View, below};
use crate::scenario::{CallStep, ClientAuthMethod, Need, Step};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let declared = &view.file.head.needs;
    let at = view.file.root.get("needs");
    for (node, need, why) in used(view) {
        if !declared.contains(&need) {
            let problem = view.problem(node, format!("{why} needs `{}`", need.name()));
            found.push(match at {
                Some(list) => problem.and(list.span, format!("add `{}` here", need.name())),
                None => problem.help(format!("add `needs: [{}]` to the head", need.name())),
            });
        }
    }
}

type Used<'a> = (&'a Node, Need, &'static str);

fn used<'a>(view: &View<'a>) -> Vec<Used<'a>> {
    let mut used = Vec::new();
    for (step, node) in view.filled.body.steps.iter().zip(&view.filled.steps) {
        by_step(step, node, &mut used);
    }
    if !view.filled.body.steps.is_empty() {
        by_clients(view, &mut used);
    }
    used
}

fn by_step<'a>(step: &Step, node: &'a Node, used: &mut Vec<Used<'a>>) {
    match step {
        Step::GetToken(_) | Step::ForceRefresh(_) | Step::Invalidate(_) => {}
        Step::CallApi(_) => used.push((node, Need::Resource, "`call_api`")),
        Step::Advance(_) => used.push((node, Need::Clock, "`advance`")),
        Step::Freeze(_) => used.push((node, Need::Clock, "`freeze`")),
        Step::Suspend(_) => {
            used.push((node, Need::Clock, "`suspend`"));
            used.push((node, Need::Timers, "`suspend`"));
        }
        Step::Until(until) => {
            if until.held.is_some() {
                used.push((node, Need::Timers, "`until: held`"));
            }
        }
        Step::Cancel(_) => used.push((node, Need::Cancel, "`cancel`")),
        Step::Restart(_) => used.push((node, Need::Restart, "`restart`")),
        Step::Swap(_) => used.push((node, Need::Swap, "`swap`")),
        Step::Thaw(_) | Step::Release(_) | Step::Join(_) | Step::Idp(_) => {}
    }
    let Some(CallStep {
        together,
        every,
        deadline,
        ..
    }) = step.call()
    else {
        return;
    };
    if every.is_some() {
        used.push((node, Need::Clock, "`every`"));
    }
    if deadline.is_some() {
        used.push((node, Need::Clock, "`deadline`"));
        used.push((node, Need::Cancel, "`deadline`"));
    }
    if *together {
        used.push((node, Need::Concurrency, "`together`"));
    }
}

fn by_clients<'a>(view: &View<'a>, used: &mut Vec<Used<'a>>) {
    let root = &view.file.root;
    for group in &view.cast.groups {
        let node = group.node.unwrap_or(root);
        let need = group.spec.grant_in_use().need();
        used.push((node, need, "the client's grant"));
        let by_proof = match group.spec.auth {
            Some(ClientAuthMethod::Certificate) => Some(Need::Certificate),
            Some(ClientAuthMethod::Federated) => Some(Need::Federated),
            Some(ClientAuthMethod::PrivateKey) => Some(Need::PrivateKey),
            _ => None,
        };
        if let Some(need) = by_proof {
            let node = below(node, &["auth"]);
            used.push((node, need, "the client's credential"));
        }
        if !group.spec.capabilities.is_empty() {
            let node = below(node, &["capabilities"]);
            used.push((node, Need::Capabilities, "declaring capabilities"));
        }
        if group.spec.v1 {
            used.push((below(node, &["v1"]), Need::V1, "a v1.0 endpoint"));
        }
        if group.spec.dpop {
            used.push((below(node, &["dpop"]), Need::Dpop, "a key for tokens"));
        }
        if group.spec.store.is_some() {
            used.push((below(node, &["store"]), Need::Stores, "a named store"));
        }
        if !group.spec.clock_offset.0.is_zero() {
            used.push((
                below(node, &["clock_offset"]),
                Need::Clock,
                "a clock that is off",
            ));
        }
    }
    if view.cast.size() > 1 {
        let node = view.filled.clients.as_ref().unwrap_or(root);
        used.push((node, Need::Concurrency, "having several clients"));
    }
}
