//! What a command under test is told about the mock, as environment variables.

use std::path::Path;

use mock_idp::directory::GrantType;
use mock_idp::environment::{self, PREFIX, Told, Variable};
use mock_idp::{MockIdp, Provider};

use crate::contender::Whom;
use crate::scenario::ClientSpec;

/// What a client with these settings is told. A refresh token is minted for it, whether or not it has a use for one.
///
/// # Errors
///
/// In words, if the directory has not what the settings ask for.
pub(super) fn told<'w>(idp: &'w MockIdp, spec: &ClientSpec) -> Result<Told<'w>, String> {
    let whom = Whom::of(spec);
    let asked = whom.scopes(&spec.scopes, idp);
    let (scope, user_scope) = if whom.is_for_user() {
        (idp.scopes(GrantType::ClientCredentials), asked)
    } else {
        (asked, idp.scopes(GrantType::RefreshToken))
    };
    Ok(Told {
        identity: whom.identity(idp)?,
        refresh_token: idp
            .mint_refresh_token_for(&whom.signed_in(&user_scope, idp)?)
            .value,
        idp,
        scope,
        user_scope,
    })
}

/// Our own names for what each judged world knows: `TOKENPROOF_TOKEN_URL` where there is one, `TOKENPROOF_ENTRA_TOKEN_URL` and
/// `TOKENPROOF_OKTA_TOKEN_URL` where there are two.
pub(super) fn own(judged: &[(&str, Told<'_>)], ca_file: &Path) -> Vec<Variable> {
    let several = judged.len() > 1;
    let told = judged.iter().flat_map(|(scenario, told)| {
        let prefix = match several {
            true => format!("{PREFIX}{}_", told.idp.provider().name().to_uppercase()),
            false => PREFIX.to_owned(),
        };
        told.own(
            &prefix,
            &[("scenario", (*scenario).to_owned())],
            Some(ca_file),
        )
    });
    told.collect()
}

/// Every variable for a run: our own, those that the libraries of these vendors read, and trust in the test CA.
pub(super) fn variables<'w>(
    own: Vec<Variable>,
    worlds: impl IntoIterator<Item = &'w Told<'w>>,
    vendors: &[Provider],
    ca_file: &Path,
) -> Vec<Variable> {
    let mut variables = own;
    for told in worlds {
        if vendors.contains(&told.idp.provider()) {
            variables.extend(told.vendor());
        }
    }
    variables.extend(environment::trust(ca_file));
    variables.extend(environment::no_proxy(None));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::give_secrets;

    /// The variables of a client with these settings, by name.
    async fn variables_of(spec: &ClientSpec) -> std::collections::BTreeMap<String, String> {
        let idp = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let beside = MockIdp::okta().plain_http().start().await.expect("a world");
        give_secrets(&idp, [spec]).expect("an application");
        let judged = told(&idp, spec).expect("entries");
        let beside = told(&beside, &ClientSpec::default()).expect("entries");
        let ca_file = Path::new("ca.pem");
        let judged = [("a/b", judged)];
        let own = own(&judged, ca_file);
        let worlds = [&judged[0].1, &beside];
        variables(own, worlds, &Provider::ALL, ca_file)
            .into_iter()
            .collect()
    }

    #[tokio::test]
    async fn a_secret_of_the_scenario_is_what_the_command_is_told() {
        let usual = variables_of(&ClientSpec::default()).await;
        let given = variables_of(&ClientSpec {
            secret: Some("a+b/c%d e=long".to_owned()),
            ..ClientSpec::default()
        })
        .await;
        assert_eq!(given["TOKENPROOF_CLIENT_SECRET"], "a+b/c%d e=long");
        assert_eq!(given["AZURE_CLIENT_SECRET"], "a+b/c%d e=long");
        assert_eq!(given["TOKENPROOF_CLIENT_ID"], usual["TOKENPROOF_CLIENT_ID"]);
        assert_ne!(usual["TOKENPROOF_CLIENT_SECRET"], "a+b/c%d e=long");
    }

    #[tokio::test]
    async fn the_command_is_told_whom_it_acts_as() {
        let usual = variables_of(&ClientSpec::default()).await;
        let second = variables_of(&ClientSpec {
            application: crate::scenario::Which::Second,
            user: crate::scenario::Which::Second,
            tenant: crate::scenario::Which::Second,
            grant: Some(crate::scenario::GrantKind::Password),
            scopes: vec!["one".to_owned(), "two".to_owned()],
            ..ClientSpec::default()
        })
        .await;
        for name in [
            "TENANT",
            "CLIENT_ID",
            "CLIENT_SECRET",
            "USERNAME",
            "USER_SCOPE",
        ] {
            let name = format!("TOKENPROOF_{name}");
            assert_ne!(second[&name], usual[&name], "{name}");
        }
        let tenant = &second["TOKENPROOF_TENANT"];
        for name in ["ISSUER", "TOKEN_URL", "JWKS_URL"] {
            assert!(
                second[&format!("TOKENPROOF_{name}")].contains(tenant),
                "{name}"
            );
        }
        assert_eq!(second["AZURE_TENANT_ID"], *tenant);
        assert_eq!(second["TOKENPROOF_USER_SCOPE"], "one two");
        assert_eq!(second["TOKENPROOF_SCOPE"], usual["TOKENPROOF_SCOPE"]);
    }

    #[tokio::test]
    async fn two_worlds_are_told_apart_and_vendors_are_left_out() {
        let entra = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let okta = MockIdp::okta().plain_http().start().await.expect("a world");
        let spec = ClientSpec::default();
        let judged = [
            ("a/b", told(&entra, &spec).expect("entries")),
            ("c/d", told(&okta, &spec).expect("entries")),
        ];
        let ca_file = Path::new("ca.pem");
        let own = own(&judged, ca_file);
        let worlds: Vec<&Told<'_>> = judged.iter().map(|(_, told)| told).collect();
        let variables = variables(own, worlds, &[Provider::Okta], ca_file);
        let value = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(
            value("TOKENPROOF_ENTRA_TOKEN_URL"),
            Some(&*judged[0].1.identity.token_url)
        );
        assert_eq!(
            value("TOKENPROOF_OKTA_TOKEN_URL"),
            Some(&*judged[1].1.identity.token_url)
        );
        assert_eq!(value("TOKENPROOF_ENTRA_SCENARIO"), Some("a/b"));
        assert_eq!(value("TOKENPROOF_TOKEN_URL"), None);
        assert_eq!(value("AZURE_CLIENT_ID"), None);
        assert!(value("OKTA_CLIENT_ORGURL").is_some());
    }
}
