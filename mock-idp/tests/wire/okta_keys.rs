//! Keys of Okta's authorization servers: each has its own, and so has the org.

use mock_idp::Provider;
use mock_idp::directory::SAMPLE_PRIVATE_KEY;
use mock_idp::journal::Origin;
use mock_idp::keys::{KeyFacts, KeyRefused, SigningKey};
use serde_json::{Value, json};

use crate::asserted::{self, rs256};
use crate::okta_users::{Admin, admin};
use crate::stage::Stage;

const SERVERS: [&str; 3] = ["default", "partners", "org"];

fn home(stage: &Stage, server: &str) -> String {
    let org = stage.idp.origin(Origin::Org);
    match server {
        "org" => format!("{org}/oauth2/v1"),
        _ => format!("{org}/oauth2/{server}/v1"),
    }
}

/// The ids of the keys that a server publishes.
async fn published(stage: &Stage, server: &str) -> Vec<String> {
    let url = format!("{}/keys", home(stage, server));
    let set = stage.get(&url, &[]).await.json();
    let keys = set["keys"].as_array().unwrap().iter();
    let ids = keys.map(|key| key["kid"].as_str().unwrap().to_owned());
    ids.collect()
}

/// Those of all servers.
async fn sets(stage: &Stage) -> [Vec<String>; 3] {
    let mut sets = Vec::new();
    for server in SERVERS {
        sets.push(published(stage, server).await);
    }
    sets.try_into().unwrap()
}

/// A token of a server for an application without a user.
async fn token(stage: &Stage, server: &str) -> String {
    let url = format!("{}/token", home(stage, server));
    let ask = match server {
        "org" => {
            let now = mock_idp::clock::Clock::now(&stage.clock).as_second();
            let id = "0oa4servicTokenPr0d7";
            let claims = json!({
                "iss": id, "sub": id, "aud": url, "exp": now + 300,
                "jti": format!("{}", stage.idp.journal().written()),
            });
            let assertion = rs256(SAMPLE_PRIVATE_KEY, &json!({ "alg": "RS256" }), &claims);
            asserted::ask(stage, &assertion).with("scope", "okta.users.read")
        }
        _ => stage.app_only(),
    };
    let answer = ask.at(&url).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.text("access_token")
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header);
    let header: Value = serde_json::from_slice(&header.unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// Whether the API that a token is for takes it.
async fn is_taken(stage: &Stage, server: &str, token: &str) -> bool {
    let answer = match server {
        "org" => {
            stage
                .manage("/api/v1/users", &format!("Bearer {token}"))
                .await
        }
        _ => stage.call_api(token).await,
    };
    answer.status == 200
}

fn active(keys: &[KeyFacts]) -> &str {
    let mut active = keys.iter().filter(|key| key.active);
    &active.next().unwrap().kid
}

#[tokio::test]
async fn each_server_signs_with_keys_that_no_other_publishes() {
    let stage = Stage::okta().await;
    let sets = sets(&stage).await;
    for (place, server) in SERVERS.into_iter().enumerate() {
        let token = token(&stage, server).await;
        let kid = kid(&token);
        assert_eq!((kid.len(), sets[place].len()), (43, 2), "{server}");
        let having: Vec<bool> = sets.iter().map(|set| set.contains(&kid)).collect();
        assert_eq!(having, SERVERS.map(|other| other == server), "{server}");
        assert!(is_taken(&stage, server, &token).await, "{server}");
    }
    // Each of them is known as what it is, also where its key is asked for.
    let keys = stage.idp.keys();
    assert_eq!(active(&keys), sets[0][0]);
    let partners = stage.idp.keys_of("partners").unwrap().all();
    assert_eq!(active(&partners), sets[1][0]);
    let refused = stage.idp.keys_of("nowhere").unwrap_err();
    insta::assert_snapshot!(refused, @"there is no authorization server `nowhere` with keys of its own; there is `default`, `partners` and `org`");
    let entra = Stage::entra().await;
    assert!(matches!(
        entra.idp.keys_of(""),
        Err(KeyRefused::UnknownServer { .. })
    ));
    assert_eq!(entra.idp.provider(), Provider::Entra);
}

async fn rotate(admin: &Admin, server: &str) {
    let path = format!("/api/v1/authorizationServers/{server}/credentials/lifecycle/keyRotate");
    let rotated = admin.post(&path, json!({ "use": "sig" })).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
}

#[tokio::test]
async fn a_rotation_is_one_of_its_server_alone() {
    let admin = admin().await;
    let stage = &admin.stage;
    let before = sets(stage).await;
    let snapshot = stage.idp.snapshot();
    let old = token(stage, "partners").await;
    rotate(&admin, "partners").await;
    let after = sets(stage).await;
    assert_eq!((&before[0], &before[2]), (&after[0], &after[2]));
    assert_eq!(before[1], after[1][..2]);
    assert_eq!(after[1].len(), 3);
    let new = token(stage, "partners").await;
    assert_eq!(
        (kid(&old), kid(&new)),
        (after[1][0].clone(), after[1][1].clone())
    );
    assert_eq!(kid(&token(stage, "default").await), before[0][0]);
    assert!(is_taken(stage, "partners", &old).await);
    let listed = admin
        .get("/api/v1/authorizationServers/partners/credentials/keys")
        .await
        .json();
    let listed = listed.as_array().unwrap().iter();
    let stages: Vec<&Value> = listed.map(|key| &key["status"]).collect();
    assert_eq!(json!(stages), json!(["EXPIRED", "ACTIVE", "NEXT"]));
    let shown = admin.get("/api/v1/authorizationServers/partners").await;
    assert_eq!(
        shown.json()["credentials"]["signing"]["kid"],
        after[1][1].as_str()
    );

    // The second rotation ends what the first key has signed, here and nowhere else.
    rotate(&admin, "partners").await;
    assert!(!is_taken(stage, "partners", &old).await);
    assert!(is_taken(stage, "partners", &new).await);
    // The first server's may part from the others too.
    rotate(&admin, "default").await;
    assert_eq!(active(&stage.idp.keys()), before[0][1]);
    assert_eq!(published(stage, "org").await, before[2]);

    // A snapshot has it, and so has what a world began with.
    let rotated = stage.idp.snapshot();
    let (now, last) = (sets(stage).await, token(stage, "partners").await);
    stage.idp.restore(&snapshot);
    assert_eq!(sets(stage).await, before);
    assert_eq!(kid(&token(stage, "partners").await), before[1][0]);
    stage.idp.restore(&rotated);
    assert_eq!(sets(stage).await, now);
    assert_eq!(kid(&token(stage, "partners").await), kid(&last));
    stage.idp.reset();
    assert_eq!(sets(stage).await, before);
}

#[tokio::test]
async fn what_is_done_to_all_reaches_those_that_have_parted() {
    let admin = admin().await;
    let idp = &admin.stage.idp;
    rotate(&admin, "partners").await;
    let before = sets(&admin.stage).await;
    let made = idp.publish_key(None).unwrap();
    let after = sets(&admin.stage).await;
    assert_eq!(after[0].last(), Some(&made.kid));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(after.len(), before.len() + 1);
    }
    idp.rotate_keys();
    for (place, server) in SERVERS.into_iter().enumerate() {
        let signs = kid(&token(&admin.stage, server).await);
        let was = &before[place];
        // Those that were not rotated before come to their second key, the others to their third.
        assert_eq!(Some(&signs), was.last(), "{server}");
    }
    // A key of one's own has the id that it was given at the first server, and others elsewhere.
    let own = SigningKey::from_pem(SAMPLE_PRIVATE_KEY, None)
        .unwrap()
        .named("mine");
    idp.import_key(own).unwrap();
    idp.activate_key("mine").unwrap();
    let mut ids = Vec::new();
    for server in SERVERS {
        let token = token(&admin.stage, server).await;
        assert!(is_taken(&admin.stage, server, &token).await, "{server}");
        ids.push(kid(&token));
    }
    assert_eq!(ids[0], "mine");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    idp.withdraw_key("mine").unwrap();
    for server in SERVERS {
        let token = token(&admin.stage, server).await;
        assert!(!is_taken(&admin.stage, server, &token).await, "{server}");
    }
    assert!(matches!(
        idp.activate_key("nobody's"),
        Err(KeyRefused::Unknown { .. })
    ));
}

#[tokio::test]
async fn what_is_done_to_one_leaves_the_others() {
    let stage = Stage::okta().await;
    let before = sets(&stage).await;
    let partners = stage.idp.keys_of("partners").unwrap();
    let token_before = token(&stage, "partners").await;
    let made = partners.publish(Some("theirs")).unwrap();
    assert_eq!(made.kid, "theirs");
    partners.activate("theirs").unwrap();
    partners.withdraw(&before[1][0]).unwrap();
    assert_eq!(kid(&token(&stage, "partners").await), "theirs");
    assert!(!is_taken(&stage, "partners", &token_before).await);
    let after = sets(&stage).await;
    assert_eq!((&before[0], &before[2]), (&after[0], &after[2]));
    assert_eq!(after[1], [before[1][1].clone(), "theirs".to_owned()]);
    let replaced = partners.replace("theirs").unwrap();
    assert!(replaced.active && replaced.kid == "theirs");
    partners.rotate();
    assert_eq!(kid(&token(&stage, "partners").await), before[1][0]);
    // A key of another server is none of its own.
    assert!(matches!(
        partners.activate(&before[0][0]),
        Err(KeyRefused::Unknown { .. })
    ));
}
