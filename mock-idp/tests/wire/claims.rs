//! Tokens, checked by implementations that share no code with the mock: the `rsa` crate's arithmetic on the published key,
//! and `jsonwebtoken`'s decoder.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mock_idp::MockIdp;
use mock_idp::directory::Directory;
use mock_idp::journal::Origin;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::answer::stable;
use crate::stage::Stage;

/// What precedes a SHA-256 hash in a signature (RFC 8017 section 9.2, note 1).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Header and claims of a token whose signature the published key set explains.
async fn verified(stage: &Stage, token: &str) -> (Value, Value) {
    verified_by(stage, token, &stage.idp.jwks_url()).await
}

async fn verified_by(stage: &Stage, token: &str, jwks_url: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("not three parts: {token}");
    };
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&bytes(header)).unwrap();
    let jwks = stage.get(jwks_url, &[]).await.json();
    let key = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("the key is published");
    let text = |name: &str| key[name].as_str().unwrap();

    let number = |name: &str| BigUint::from_bytes_be(&bytes(text(name)));
    let public = RsaPublicKey::new(number("n"), number("e")).unwrap();
    let signed = token.rsplit_once('.').unwrap().0;
    public
        .verify(
            Pkcs1v15Sign {
                hash_len: Some(32),
                prefix: Box::new(SHA256_PREFIX),
            },
            &Sha256::digest(signed.as_bytes()),
            &bytes(signature),
        )
        .expect("the signature holds");

    let mut rules = Validation::new(Algorithm::RS256);
    // Times are the virtual clock's; each test looks at them itself.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let key = DecodingKey::from_rsa_components(text("n"), text("e")).unwrap();
    let decoded = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap();
    assert_eq!(
        decoded.claims,
        serde_json::from_slice::<Value>(&bytes(claims)).unwrap()
    );
    (header, decoded.claims)
}

/// Header and claims with what differs from run to run replaced.
fn show(stage: &Stage, (header, claims): &(Value, Value)) -> String {
    let mut claims = claims.clone();
    let kid = header["kid"].as_str().unwrap().to_owned();
    // The hashes are of tokens that name the port.
    for name in ["aio", "rh", "uti", "jti", "at_hash"] {
        if let Some(value) = claims.get_mut(name) {
            let text = value.as_str().unwrap();
            let kept = text.split('.').next().filter(|head| head.len() < 3);
            *value = format!("{}… of {}", kept.unwrap_or_default(), text.len()).into();
        }
    }
    stable(&stage.idp, &format!("{header}\n{claims}")).replace(&kid, "<kid>")
}

#[tokio::test]
async fn entra_app_only_token_for_graph_is_v1() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    let token = verified(&stage, &token).await;
    insta::assert_snapshot!(show(&stage, &token), @r#"
    {"typ":"JWT","alg":"RS256","x5t":"<kid>","kid":"<kid>"}
    {"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/<tenant>/","iat":1893455700,"nbf":1893455700,"exp":1893459600,"aio":"… of 32","app_displayname":"Contoso Daemon","appid":"<client>","appidacr":"1","idp":"https://sts.windows.net/<tenant>/","idtyp":"app","oid":"<guid>","rh":"1… of 57","roles":["User.Read.All","Directory.Read.All","Mail.Send"],"sub":"<guid>","tenant_region_scope":"EU","tid":"<tenant>","uti":"… of 22","ver":"1.0","wids":["<guid>"],"xms_acd":1577836800,"xms_act_fct":"3 9","xms_ftd":"91SMAj5DETixE1dZP1zOud016wsKIEHwsVYCEu628T6xXAgl9WwY2D4j8SO9VvLQcUP3mXRWr57E3mAWz6BDsQ","xms_idrel":"7 6","xms_rd":"<43 characters>","xms_sub_fct":"9 3","xms_tcdt":1577836800,"xms_tdbr":"EU","xms_tnt_fct":"3 14"}
    "#);
    let times = |name: &str| token.1[name].as_i64().unwrap();
    let now = 1_893_456_000;
    assert_eq!(
        (times("iat"), times("nbf"), times("exp")),
        (now - 300, now - 300, now + 3600)
    );
}

#[tokio::test]
async fn entra_app_only_token_for_an_api_of_version_2() {
    let stage = Stage::entra().await;
    let answer = stage
        .app_only()
        .with("scope", "api://contoso-orders/.default")
        .send()
        .await;
    let token = verified(&stage, &answer.text("access_token")).await;
    insta::assert_snapshot!(show(&stage, &token), @r#"
    {"typ":"JWT","alg":"RS256","kid":"<kid>"}
    {"aud":"<guid>","iss":"http://<login>/<tenant>/v2.0","iat":1893455700,"nbf":1893455700,"exp":1893459600,"aio":"… of 32","azp":"<client>","azpacr":"1","oid":"<guid>","rh":"1… of 57","roles":["User.Read.All","Directory.Read.All","Mail.Send"],"sub":"<guid>","tid":"<tenant>","uti":"… of 22","ver":"2.0"}
    "#);
}

/// Of what Graph's tokens say those of other APIs have less. `rh` names tenant and API as production's does, `uti` is a GUID.
#[tokio::test]
async fn entra_app_only_token_for_an_api_of_version_1() {
    let mut directory = Directory::default();
    directory.entra.tenants[0].resources[1].token_version = 1;
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let ask = stage.app_only();
    let answer = ask
        .with("scope", "api://contoso-orders/.default")
        .send()
        .await;
    let (_, claims) = verified(&stage, &answer.text("access_token")).await;
    let names: Vec<&str> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names.join(" "),
        "aud iss iat nbf exp aio appid appidacr idp oid rh roles sub tid uti ver"
    );
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let rh = claims["rh"].as_str().unwrap();
    let rh = bytes(rh.strip_prefix("1.").unwrap().strip_suffix('.').unwrap());
    assert_eq!((rh.len(), rh[0]), (40, 1));
    // 3b8e5a10-7d1c-… and 2f6d1b90-3c84-…, as Windows keeps them.
    assert_eq!(rh[3..9], [0x10, 0x5a, 0x8e, 0x3b, 0x1c, 0x7d]);
    assert_eq!(rh[19..25], [0x90, 0x1b, 0x6d, 0x2f, 0x84, 0x3c]);
    let uti = bytes(claims["uti"].as_str().unwrap());
    assert!(uti.len() == 16 && uti[15] < 4, "{uti:?}");
}

#[tokio::test]
async fn an_audience_keeps_the_slash_it_was_asked_with() {
    let stage = Stage::entra().await;
    let answer = stage
        .app_only()
        .with("scope", "https://graph.microsoft.com//.default")
        .send()
        .await;
    let (_, claims) = verified(&stage, &answer.text("access_token")).await;
    assert_eq!(claims["aud"], "https://graph.microsoft.com/");
    assert_eq!(
        stage.call_api(&answer.text("access_token")).await.status,
        200
    );
}

#[tokio::test]
async fn entra_shows_a_users_default_beside_what_it_stands_for() {
    let stage = Stage::entra().await;
    let asked = "https://graph.microsoft.com/.default openid";
    let answer = stage.password().with("scope", asked).send().await;
    insta::assert_snapshot!(answer.text("scope"), @"https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/Mail.Send openid https://graph.microsoft.com/.default");
    let (_, claims) = verified(&stage, &answer.text("access_token")).await;
    assert_eq!(claims["scp"], "User.Read Mail.Read Mail.Send openid");
}

#[tokio::test]
async fn entra_user_tokens_and_client_info() {
    let stage = Stage::entra().await;
    let answer = stage.password().with("client_info", "1").send().await;
    let token = verified(&stage, &answer.text("access_token")).await;
    insta::assert_snapshot!(show(&stage, &token), @r#"
    {"typ":"JWT","alg":"RS256","x5t":"<kid>","kid":"<kid>"}
    {"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/<tenant>/","iat":1893455700,"nbf":1893455700,"exp":1893460469,"aio":"… of 32","acr":"1","amr":["pwd"],"app_displayname":"Contoso Daemon","appid":"<client>","appidacr":"1","family_name":"Okafor","given_name":"Ada","idtyp":"user","ipaddr":"127.0.0.1","name":"Ada Okafor","oid":"<guid>","puid":"10032D9A710A9D12","rh":"1… of 57","scp":"User.Read openid profile","sub":"<43 characters>","tenant_region_scope":"EU","tid":"<tenant>","unique_name":"ada@contoso.example","upn":"ada@contoso.example","uti":"… of 22","ver":"1.0"}
    "#);
    let id_token = verified(&stage, &answer.text("id_token")).await;
    insta::assert_snapshot!(show(&stage, &id_token), @r#"
    {"typ":"JWT","alg":"RS256","kid":"<kid>"}
    {"aud":"<client>","iss":"http://<login>/<tenant>/v2.0","iat":1893455700,"nbf":1893455700,"exp":1893459600,"aio":"… of 32","name":"Ada Okafor","oid":"<guid>","preferred_username":"ada@contoso.example","rh":"1… of 57","sub":"<43 characters>","tid":"<tenant>","uti":"… of 22","ver":"2.0"}
    "#);
    let info = URL_SAFE_NO_PAD.decode(answer.text("client_info")).unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    assert_eq!(info["uid"], token.1["oid"]);
    assert_eq!(info["utid"], token.1["tid"]);
    let lifetime = answer.json()["expires_in"].as_i64().unwrap();
    assert_eq!(token.1["exp"].as_i64(), Some(1_893_456_000 + lifetime + 1));
}

#[tokio::test]
async fn okta_custom_server_tokens() {
    let stage = Stage::okta().await;
    let token = stage.access_token().await;
    let app_only = verified(&stage, &token).await;
    insta::assert_snapshot!(show(&stage, &app_only), @r#"
    {"kid":"<43 characters>","alg":"RS256"}
    {"ver":1,"jti":"AT… of 46","iss":"http://<org>/oauth2/default","aud":"api://default","iat":1893456000,"exp":1893459600,"cid":"<client>","scp":["orders.read"],"sub":"<client>"}
    "#);
    assert_eq!(app_only.1["exp"].as_i64(), Some(1_893_456_000 + 3600));
    let answer = stage.password().send().await;
    let user = verified(&stage, &answer.text("access_token")).await;
    insta::assert_snapshot!(show(&stage, &user), @r#"
    {"kid":"<43 characters>","alg":"RS256"}
    {"ver":1,"jti":"AT… of 67","iss":"http://<org>/oauth2/default","aud":"api://default","iat":1893456000,"exp":1893459600,"cid":"<client>","uid":"00u1adaTokenproof0d7","scp":["orders.read","openid","offline_access"],"auth_time":1893456000,"sub":"ada@okta.example"}
    "#);
    let jti = user.1["jti"].as_str().unwrap();
    let (serial, family) = jti.strip_prefix("AT.").unwrap().split_once('.').unwrap();
    assert_eq!((serial.len(), family.len()), (43, 20));
    assert!(family.starts_with("oar"));
    let id_token = verified(&stage, &answer.text("id_token")).await;
    insta::assert_snapshot!(show(&stage, &id_token), @r#"
    {"kid":"<43 characters>","alg":"RS256"}
    {"sub":"00u1adaTokenproof0d7","ver":1,"iss":"http://<org>/oauth2/default","aud":"<client>","iat":1893456000,"exp":1893459600,"jti":"ID… of 46","amr":["pwd"],"idp":"00o1tokenproofOrg0d7","preferred_username":"ada@okta.example","auth_time":1893456000,"at_hash":"… of 22"}
    "#);
    let hash = Sha256::digest(answer.text("access_token"));
    let half = URL_SAFE_NO_PAD.encode(&hash[..16]);
    assert_eq!(id_token.1["at_hash"], half);
    // The hash differs from run to run as the port in `iss` does, and for no other reason.
    let start = stage.idp.at_start().with_clock();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        stage.idp.restore(&start);
        tokens.push(stage.password().send().await.text("id_token"));
    }
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn okta_org_tokens_have_a_type_of_their_own() {
    let stage = Stage::okta().await;
    let org = stage.idp.origin(Origin::Org);
    let answer = stage
        .password()
        .with("scope", "okta.users.read")
        .at(&format!("{org}/oauth2/v1/token"))
        .send()
        .await;
    let token = verified_by(
        &stage,
        &answer.text("access_token"),
        &format!("{org}/oauth2/v1/keys"),
    )
    .await;
    insta::assert_snapshot!(show(&stage, &token), @r#"
    {"kid":"<43 characters>","typ":"application/okta-internal-at+jwt","alg":"RS256"}
    {"ver":1,"jti":"AT… of 46","iss":"http://<org>","aud":"http://<org>","iat":1893456000,"exp":1893459600,"cid":"<client>","uid":"00u1adaTokenproof0d7","scp":["okta.users.read"],"auth_time":1893456000,"sub":"ada@okta.example"}
    "#);
}

#[tokio::test]
async fn no_two_tokens_are_the_same() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..50 {
            assert!(seen.insert(stage.access_token().await));
        }
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let token = async |seed| {
        Stage::of(MockIdp::okta().seed(seed))
            .await
            .idp
            .mint_refresh_token()
            .value
    };
    assert_eq!(token(7).await, token(7).await);
    assert_ne!(token(7).await, token(8).await);
}
