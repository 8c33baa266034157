//! Lists of the management API: searched, paged, and who may see them.

use serde_json::{Value, json};

use crate::okta_users::{admin, code};

#[tokio::test]
async fn lists_are_searched() {
    let admin = admin().await;
    let mut table = String::new();
    for (kind, query) in [
        ("users", "q=ad"),
        ("users", "filter=status eq \"ACTIVE\""),
        (
            "users",
            "filter=status eq \"LOCKED_OUT\" or status eq \"SUSPENDED\"",
        ),
        (
            "users",
            "search=profile.login sw \"b\" and (status eq \"ACTIVE\" or id pr)",
        ),
        (
            "users",
            "search=profile.firstName co \"A\"&sortBy=profile.login&sortOrder=desc",
        ),
        ("users", "search=profile.login eq \"nobody@okta.example\""),
        ("users", "filter=colour eq \"red\""),
        ("users", "filter=status is \"ACTIVE\""),
        ("users", "search=((((((((((((((((((((status eq \"A\""),
        ("users", "filter=status"),
        ("groups", "q=op"),
        ("groups", "filter=type eq \"OKTA_GROUP\""),
        ("groups", "search=profile.name eq \"Auditors\""),
        ("apps", "q=Orders N"),
        ("apps", "filter=status eq \"INACTIVE\""),
        ("users", "limit=201"),
        ("users", "limit=-1"),
        ("users", "limit=99999999999999999999"),
        ("users", "after=%00"),
        ("users", "after=AAAA"),
        ("users", "after="),
    ] {
        let answer = admin.get(&format!("/api/v1/{kind}?{query}")).await;
        let found = match answer.status {
            200 => {
                let names = answer.json();
                let names = names.as_array().unwrap().iter().map(|one| {
                    let name = [
                        &one["profile"]["login"],
                        &one["profile"]["name"],
                        &one["label"],
                    ];
                    name.into_iter().find_map(Value::as_str).unwrap().to_owned()
                });
                names.collect::<Vec<_>>().join(", ")
            }
            _ => code(&answer),
        };
        table += &format!("{kind}?{query}: {found}\n");
    }
    insta::assert_snapshot!(table, @r#"
    users?q=ad: ada@okta.example
    users?filter=status eq "ACTIVE": ada@okta.example, ben@okta.example, fay@okta.example
    users?filter=status eq "LOCKED_OUT" or status eq "SUSPENDED": cleo@okta.example, dana@okta.example
    users?search=profile.login sw "b" and (status eq "ACTIVE" or id pr): ben@okta.example
    users?search=profile.firstName co "A"&sortBy=profile.login&sortOrder=desc: fay@okta.example, dana@okta.example, ada@okta.example
    users?search=profile.login eq "nobody@okta.example": 
    users?filter=colour eq "red": 400 E0000031
    users?filter=status is "ACTIVE": 400 E0000031
    users?search=((((((((((((((((((((status eq "A": 400 E0000031
    users?filter=status: 400 E0000031
    groups?q=op: Operators
    groups?filter=type eq "OKTA_GROUP": Operators, Auditors
    groups?search=profile.name eq "Auditors": Auditors
    apps?q=Orders N: Orders Native
    apps?filter=status eq "INACTIVE": 
    users?limit=201: 400 E0000029; Invalid limit.
    users?limit=-1: 400 E0000029; Invalid limit.
    users?limit=99999999999999999999: 400 E0000029; Invalid limit.
    users?after=%00: 400 E0000029; Invalid cursor.
    users?after=AAAA: 400 E0000029; Invalid cursor.
    users?after=: 400 E0000029; Invalid cursor.
    "#);
    // What is asked for goes on from page to page, whoever comes or goes meanwhile.
    let first = admin
        .get("/api/v1/users?filter=status%20eq%20%22ACTIVE%22&limit=1")
        .await;
    let next = first.all("link")[1].to_owned();
    let next = next
        .trim_start_matches('<')
        .split('>')
        .next()
        .unwrap()
        .to_owned();
    let path = next
        .split_once("/api")
        .map(|(_, path)| format!("/api{path}"))
        .unwrap();
    assert!(
        path.contains("filter=status%20eq%20%22ACTIVE%22&limit=1"),
        "{path}"
    );
    admin.delete("/api/v1/users/ada").await;
    assert!(
        admin.get(&path).await.status == 401,
        "ada's token has gone with her account"
    );
}

#[tokio::test]
async fn pages_hold_while_their_elements_go() {
    let admin = admin().await;
    for place in 0..6 {
        admin
            .post(
                "/api/v1/groups",
                json!({ "profile": { "name": format!("g{place}") } }),
            )
            .await;
    }
    let (mut path, mut seen) = ("/api/v1/groups?limit=2".to_owned(), Vec::new());
    loop {
        let page = admin.get(&path).await;
        for group in page.json().as_array().unwrap() {
            seen.push(group["profile"]["name"].as_str().unwrap().to_owned());
            let id = group["id"].as_str().unwrap();
            let is_everyone = group["type"] == "BUILT_IN";
            assert_eq!(
                admin.delete(&format!("/api/v1/groups/{id}")).await.status,
                if is_everyone { 501 } else { 204 }
            );
        }
        let links = page.all("link");
        let Some(next) = links.iter().find(|link| link.ends_with("rel=\"next\"")) else {
            break;
        };
        let next = next.split_once("/api").unwrap().1;
        path = format!("/api{}", next.split('>').next().unwrap());
        assert!(seen.len() < 20, "it goes on and on");
    }
    assert_eq!(
        seen.join(" "),
        "Operators Auditors g0 g1 g2 g3 g4 g5 Everyone"
    );
}

#[tokio::test]
async fn roles_are_given_and_taken() {
    let admin = admin().await;
    let path = "/api/v1/users/fay/roles";
    assert_eq!(admin.get(path).await.json()[0]["type"], "SUPER_ADMIN");
    let given = admin.post(path, json!({ "type": "READ_ONLY_ADMIN" })).await;
    assert_eq!(
        (given.status, given.text("type").as_str()),
        (201, "READ_ONLY_ADMIN")
    );
    let token = admin
        .stage
        .idp
        .issue_api_token("fay@okta.example", "t", Default::default());
    let ssws = format!("SSWS {}", token.unwrap().value.reveal());
    assert_eq!(admin.stage.manage("/api/v1/users", &ssws).await.status, 200);
    let taken = format!("{path}/{}", given.text("id"));
    assert_eq!(admin.delete(&taken).await.status, 204);
    assert_eq!(
        admin
            .stage
            .manage("/api/v1/users", &ssws)
            .await
            .text("errorCode"),
        "E0000006"
    );
    assert_eq!(admin.get(path).await.json(), json!([]));
    assert!(code(&admin.delete(&taken).await).starts_with("404"));
    assert_eq!(
        code(&admin.post(path, json!({ "type": "KING" })).await),
        "400 E0000001; type: Invalid role type"
    );
}
