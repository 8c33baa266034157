//! Graph's collections, page by page, and what its query options ask for.

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, User};
use mock_idp::journal::Origin;
use proptest::prelude::*;
use serde_json::Value;

use crate::answer::Answer;
use crate::stage::Stage;

async fn with_users(number: usize) -> (Stage, String) {
    let mut directory = Directory::default();
    let users = &mut directory.entra.tenants[0].users;
    let example = users[0].clone();
    users.extend((users.len()..number).map(|place| User {
        id: format!("00000000-1111-4222-8333-{place:012}"),
        login: format!("user{place}@contoso.example"),
        name: format!("User {place}"),
        ..example.clone()
    }));
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let token = stage.access_token().await;
    (stage, token)
}

async fn users(stage: &Stage, token: &str, query: &str) -> Answer {
    stage
        .get_with(&format!("{}{query}", stage.idp.api_url()), token)
        .await
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let values = body["value"].as_array().unwrap().iter();
    values
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let (stage, token) = with_users(250).await;
    let all = stage.idp.directory().entra.tenants[0].users.clone();
    let mut next = Some(stage.idp.api_url());
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    while let Some(url) = next {
        let page = stage.get_with(&url, &token).await;
        assert_eq!(page.status, 200, "{}", page.body);
        sizes.push(ids(&page).len());
        seen.extend(ids(&page));
        next = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(sizes, [100, 100, 50]);
    assert!(seen.iter().eq(all.iter().map(|user| &user.id)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Whatever comes or goes between two pages, nobody who stays is missed or seen twice.
    #[test]
    fn what_changes_between_pages_shifts_nothing(top in 1_usize..8, gone in proptest::collection::btree_set(0_usize..20, 0..6), after in 1_usize..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (stage, token) = with_users(20).await;
            let all: Vec<String> = stage.idp.directory().entra.tenants[0].users.iter().map(|user| user.id.clone()).collect();
            let leaving: Vec<String> = gone.iter().map(|place| all[*place].clone()).collect();
            let (mut seen, mut pages) = (Vec::new(), 0);
            let mut next = Some(format!("{}?$top={top}&$select=id", stage.idp.api_url()));
            while let Some(url) = next {
                let page = stage.get_with(&url, &token).await;
                assert_eq!(page.status, 200, "{}", page.body);
                seen.extend(ids(&page));
                next = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
                pages += 1;
                if pages == after {
                    stage.idp.change_directory(|directory| {
                        let users = &mut directory.entra.tenants[0].users;
                        // The one that the next page is found by may go, too, if nothing before it does.
                        let last = seen.last().cloned();
                        users.retain(|user| !leaving.contains(&user.id) || Some(&user.id) == last.as_ref());
                    });
                }
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len(), "nobody is seen twice");
            for id in all.iter().filter(|id| !leaving.contains(id)) {
                assert!(seen.contains(id), "{id} is missed");
            }
        });
    }
}

#[tokio::test]
async fn options_are_followed_or_refused() {
    let (stage, token) = with_users(6).await;
    let mut table = String::new();
    for query in [
        "?$top=2",
        "?$top=2&$count=true&$select=id,displayName",
        "?$filter=startswith(displayName,'Ada')",
        "?$filter=userPrincipalName%20eq%20'ada@contoso.example'&$select=displayName",
        "?$filter=nobody%20eq%20'x'",
        "?$filter=displayName%20ne%20'x'",
        "?$top=0",
        "?$top=1000",
        "?$orderby=displayName",
        "?$skiptoken=nonsense",
        "?$top=%zz",
    ] {
        let answer = users(&stage, &token, query).await;
        let body = answer.json();
        let told = match answer.status {
            200 => {
                let names: Vec<&Value> = body["value"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|user| &user["displayName"])
                    .collect();
                format!(
                    "{} {names:?} count {} next {}",
                    answer.members(),
                    body["@odata.count"],
                    body["@odata.nextLink"].is_string()
                )
            }
            status => format!(
                "{status} {} {}",
                body["error"]["code"], body["error"]["message"]
            ),
        };
        table.push_str(&format!("{query}: {told}\n"));
    }
    insta::assert_snapshot!(table, @r#"
    ?$top=2: @odata.context @odata.nextLink value [String("Ada Okafor"), String("Ben Lindqvist")] count null next true
    ?$top=2&$count=true&$select=id,displayName: @odata.context @odata.count @odata.nextLink value [String("Ada Okafor"), String("Ben Lindqvist")] count 6 next true
    ?$filter=startswith(displayName,'Ada'): @odata.context value [String("Ada Okafor")] count null next false
    ?$filter=userPrincipalName%20eq%20'ada@contoso.example'&$select=displayName: @odata.context value [String("Ada Okafor")] count null next false
    ?$filter=nobody%20eq%20'x': 400 "Request_UnsupportedQuery" "Unsupported Query."
    ?$filter=displayName%20ne%20'x': 400 "Request_UnsupportedQuery" "Unsupported Query."
    ?$top=0: 400 "Request_UnsupportedQuery" "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."
    ?$top=1000: 400 "Request_UnsupportedQuery" "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."
    ?$orderby=displayName: 400 "Request_UnsupportedQuery" "Unsupported Query."
    ?$skiptoken=nonsense: 400 "Directory_ExpiredPageToken" "The specified page token value has expired and can no longer be included in your request."
    ?$top=%zz: 400 "BadRequest" "The query is not well-formed."
    "#);
}

#[tokio::test]
async fn profiles_open_to_whom_they_are_open() {
    let stage = Stage::entra().await;
    let with = async |scope: &str| {
        stage
            .password()
            .with("scope", scope)
            .send()
            .await
            .text("access_token")
    };
    let graph = format!("{}/v1.0", stage.idp.origin(Origin::Graph));
    let (reader, mailer) = (with("User.Read").await, with("Mail.Read").await);
    let own = stage.idp.identity(0, 0, 0).unwrap().user_id;
    for (path, token, status) in [
        ("/me".to_owned(), &reader, 200),
        ("/me".to_owned(), &mailer, 403),
        (format!("/users/{own}"), &reader, 200),
        ("/users/fay@contoso.example".to_owned(), &reader, 403),
        ("/users".to_owned(), &reader, 403),
        ("/groups".to_owned(), &reader, 403),
        ("/me/nothing".to_owned(), &reader, 400),
        ("/planets".to_owned(), &reader, 400),
    ] {
        let answer = stage.get_with(&format!("{graph}{path}"), token).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    let url = format!("{graph}/users");
    let deleted = stage
        .http
        .delete(&url)
        .bearer_auth(&reader)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.status(), 405);
    assert_eq!(deleted.headers()["allow"], "GET");
    let me = stage
        .get_with(&format!("{graph}/me?$select=displayName"), &reader)
        .await;
    insta::assert_snapshot!(me.show(&stage), @r#"200 {"@odata.context":"http://<graph>/v1.0/$metadata#users/$entity","displayName":"Ada Okafor"}"#);
    let userinfo = format!("{}/oidc/userinfo", stage.idp.origin(Origin::Graph));
    let openid = with("openid profile email User.Read").await;
    insta::assert_snapshot!(stage.get_with(&userinfo, &openid).await.members(), @"sub name family_name given_name picture email");
}

#[tokio::test]
async fn a_throttled_caller_is_told_whose_share_it_was() {
    use mock_idp::fault::Fault;
    use mock_idp::journal::Endpoint;
    let (stage, token) = with_users(6).await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Resource).times(1).reply(429));
    let answer = users(&stage, &token, "").await;
    insta::assert_snapshot!(answer.show(&stage), @r#"429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    assert_eq!(answer.header("retry-after"), Some("10"));
    let scope = answer.header("x-ms-throttle-scope").unwrap();
    insta::assert_snapshot!(crate::answer::stable(&stage.idp, scope), @"Tenant_Application/Read/<client>/<tenant>");
    assert_eq!(users(&stage, &token, "").await.status, 200);
}
