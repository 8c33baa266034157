//! What only one of the vendors has.

use std::time::Duration;

use mock_idp::Provider;

use super::{Findings, View, below};
use crate::scenario::RotationMode;
use crate::yaml::Node;

/// Okta honours a replaced refresh token for at most this long.
const OKTA_LEEWAY: Duration = Duration::from_secs(60);

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(idp) = &view.filled.idp else { return };
    match view.provider {
        Provider::Okta => okta(view, idp, found),
        Provider::Entra => {}
    }
}

fn okta(view: &View<'_>, idp: &Node, found: &mut Findings<'_>) {
    let spec = &view.body().idp;
    if spec.token.refresh_in.is_some() {
        found.push(entra_only(
            view,
            below(idp, &["token", "refresh_in"]),
            "refresh_in",
        ));
    }
    if let Some(rotation) = &spec.rotation {
        let node = below(idp, &["rotation"]);
        if rotation.mode == RotationMode::KeepOld {
            found.push(
                view.problem(
                    below(node, &["mode"]),
                    "okta does not keep a replaced refresh token",
                )
                .help("use `rotate` with a `leeway`, or `static`"),
            );
        }
        if rotation.leeway.0 > OKTA_LEEWAY {
            found.push(view.problem(
                below(node, &["leeway"]),
                format!(
                    "okta's leeway is at most 60 s, and this is {}",
                    rotation.leeway
                ),
            ));
        }
    }
    let rules = idp.get("script").map(Node::items).unwrap_or_default();
    for (rule, node) in spec.script.iter().zip(rules) {
        let Some(error) = &rule.error else { continue };
        let node = below(node, &["error"]);
        for (key, present) in [
            ("suberror", error.suberror.is_some()),
            ("number", error.number.is_some()),
            ("claims", error.claims),
        ] {
            if present {
                found.push(entra_only(view, below(node, &[key]), key));
            }
        }
    }
}

fn entra_only(view: &View<'_>, node: &Node, key: &str) -> crate::diagnostic::Diagnostic {
    view.problem(node, format!("okta has no `{key}`")).help(
        "keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`",
    )
}
