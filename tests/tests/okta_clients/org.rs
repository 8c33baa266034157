//! What the SDKs do at an org, and what the verifiers say of its tokens.

use mock_idp::MockIdp;
use mock_idp::directory::{AdminRole, SAMPLE_PRIVATE_KEY};
use mock_idp::mint::{Flaw, TokenRecipe};

use crate::{Org, sdks};

#[tokio::test]
async fn users_are_listed_page_by_page() {
    for sdk in sdks("users_are_listed_page_by_page") {
        let org = Org::of(MockIdp::okta()).await;
        let said = sdk.runs(&org, &["pages"], &[]).await;
        assert_eq!(said, "6 users, ada@okta.example to fay@okta.example\n");
        let entries = org.entries();
        assert_eq!(entries.len(), 2, "{}", org.lines());
        assert!(entries[0].path.ends_with("?limit=4"));
        assert!(entries[1].path.contains("?after=") && entries[1].path.ends_with("&limit=4"));
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_dead_or_powerless_is_told() {
    for sdk in sdks("a_token_that_is_wrong_dead_or_powerless_is_told") {
        let org = Org::of(MockIdp::okta()).await;
        let wrong = [("OKTA_CLIENT_TOKEN", "00wrong")];
        let said = sdk.runs(&org, &["wrong"], &wrong).await;
        assert!(said.contains("E0000011"), "{said}");
        org.idp
            .change_directory(|directory| directory.okta.users[0].role = AdminRole::None);
        let said = sdk.runs(&org, &["wrong"], &[]).await;
        assert!(said.contains("E0000006"), "{said}");
        org.idp
            .change_directory(|directory| directory.okta.users[0].enabled = false);
        let said = sdk.runs(&org, &["wrong"], &[]).await;
        assert!(said.contains("E0000011"), "{said}");
        assert_eq!(
            org.lines(),
            "GET /api/v1/users 401 E0000011\nGET /api/v1/users 403 E0000006\nGET /api/v1/users 401 E0000011"
        );
    }
}

#[tokio::test]
async fn what_the_sdks_write_is_there() {
    for sdk in sdks("what_the_sdks_write_is_there") {
        let org = Org::of(MockIdp::okta()).await;
        if sdk.is_python() {
            let said = sdk.runs(&org, &["write"], &[]).await;
            insta::assert_snapshot!(said, @"
            made: ACTIVE gil@okta.example
            suspended: SUSPENDED
            deleted: E0000007
            ");
            let said = sdk.runs(&org, &["tokens"], &[]).await;
            assert_eq!(said, "tokens: [('ci', 'P30D')]\n");
        } else {
            let said = sdk
                .runs(&org, &["groups", "00u6fayTokenproof0d7"], &[])
                .await;
            assert_eq!(said, "Tasters: fay@okta.example\ndeleted: E0000007\n");
        }
    }
}

/// A token of the org by a signed assertion, with what scopes the application has been granted.
#[tokio::test]
async fn a_private_key_opens_what_it_was_granted() {
    for sdk in sdks("a_private_key_opens_what_it_was_granted") {
        let org = Org::of(MockIdp::okta()).await;
        let by_key = |scopes: &'static str| {
            [
                ("OKTA_CLIENT_AUTHORIZATIONMODE", "PrivateKey"),
                ("OKTA_CLIENT_CLIENTID", "0oa4servicTokenPr0d7"),
                ("OKTA_CLIENT_SCOPES", scopes),
                ("OKTA_CLIENT_PRIVATEKEY", SAMPLE_PRIVATE_KEY),
            ]
        };
        let said = sdk.runs(&org, &["pages"], &by_key("okta.users.read")).await;
        assert_eq!(said, "6 users, ada@okta.example to fay@okta.example\n");
        assert_eq!(
            org.lines(),
            "POST /oauth2/v1/token 200\nGET /api/v1/users 200\nGET /api/v1/users 200"
        );
        // A scope that it has, and that is not enough.
        let before = org.entries().len();
        sdk.runs(&org, &["wrong"], &by_key("okta.groups.read"))
            .await;
        let entries = org.entries().split_off(before);
        assert_eq!(entries[0].status(), Some(200));
        assert_eq!(entries[1].status(), Some(403));
        assert_eq!(entries[1].error(), Some("insufficient_scope"));
    }
}

/// An application whose tokens are bound to a key: first without a nonce, then with the one that was told, then with each call.
#[tokio::test]
async fn a_bound_token_is_proven_with_each_call() {
    for sdk in sdks("a_bound_token_is_proven_with_each_call") {
        let org = Org::of(MockIdp::okta()).await;
        org.idp.change_directory(|directory| {
            directory.okta.applications[3].okta.dpop_bound = true;
        });
        let by_key = [
            ("OKTA_CLIENT_AUTHORIZATIONMODE", "PrivateKey"),
            ("OKTA_CLIENT_CLIENTID", "0oa4servicTokenPr0d7"),
            ("OKTA_CLIENT_SCOPES", "okta.users.read"),
            ("OKTA_CLIENT_PRIVATEKEY", SAMPLE_PRIVATE_KEY),
        ];
        let said = sdk.runs(&org, &["bound"], &by_key).await;
        assert_eq!(said, if sdk.is_python() { "1\n1\n" } else { "6\n6\n" });
        assert_eq!(
            org.lines(),
            "POST /oauth2/v1/token 400 use_dpop_nonce\nPOST /oauth2/v1/token 200\n\
             GET /api/v1/users 200\nGET /api/v1/users 200"
        );
        let entries = org.entries();
        let shown = entries[2].presented.as_ref().expect("a token");
        assert_eq!(shown.scheme, "DPoP");
    }
}

#[tokio::test]
async fn the_verifiers_take_our_tokens_and_no_others() {
    for sdk in sdks("the_verifiers_take_our_tokens_and_no_others") {
        let org = Org::of(MockIdp::okta()).await;
        let identity = org.idp.identity(0, 0, 0).expect("somebody");
        let mint = |forge| {
            let recipe = TokenRecipe {
                forge,
                ..TokenRecipe::default()
            };
            org.idp.mint(&recipe).expect("a token").value
        };
        let (token, forged) = (mint(None), mint(Some(Flaw::BadSignature)));
        let said = sdk
            .runs(
                &org,
                &[
                    "verify",
                    &identity.issuer_url,
                    token.reveal(),
                    forged.reveal(),
                ],
                &[],
            )
            .await;
        if sdk.is_python() {
            insta::assert_snapshot!(said, @"
            as issued: good
            another audience: JWTValidationException: Audience doesn't match
            another signature: JWTValidationException: Signature verification failed
            ");
        } else {
            insta::assert_snapshot!(said, @"
            as issued: good
            another audience: audience claim api://default does not match expected audience: api://other
            another signature: Signature verification failed
            ");
        }
    }
}
