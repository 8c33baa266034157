//! Users who sign in with a browser, and an API that calls another for them.

use mock_idp::{MockIdp, Provider};
use token_client::{
    AccessToken, Class, ClientAuth, Error, GrantSource, HttpTransport, Secret, TokenClient,
    Transport as _,
};

use crate::world::World;

const PORTAL: &str = "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7";
const PORTAL_SECRET: &str = "entra-app-secret~K7rB3xYs";
const ORDERS: &str = "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4";
const ORDERS_SECRET: &str = "entra-app-secret~N5hT8wQd";
const CALLBACK: &str = "http://localhost/callback";

fn client(world: &World, id: &str, secret: &str, grant: GrantSource, scope: &str) -> TokenClient {
    let auth = ClientAuth::SecretPost {
        id: id.to_owned(),
        secret: Secret::new(secret),
    };
    let builder = TokenClient::builder(world.provider(), auth, grant).scopes([scope]);
    let authority = MockIdp::ca_pem().expect("an authority");
    world.fitted(builder, authority).build().expect("a client")
}

/// Opens an address as a browser would, and says where it is sent.
async fn sent_to(url: &str) -> String {
    let headers = answered(url).await;
    let location = headers.get("location").expect("a redirect");
    location.to_str().expect("an address").to_owned()
}

/// The headers of the answer to a browser.
async fn answered(url: &str) -> http::HeaderMap {
    let authority = MockIdp::ca_pem().expect("an authority");
    let browser = HttpTransport::builder().root_pem(authority).build();
    let request = http::Request::get(url).body(bytes::Bytes::new());
    let answer = browser
        .expect("a browser")
        .send(request.expect("a request"))
        .await
        .expect("an answer");
    answer.headers().clone()
}

async fn signed_in(client: &TokenClient) -> Result<AccessToken, Error> {
    signed_in_at(client, CALLBACK).await
}

/// As [`signed_in`], by way of another address.
async fn signed_in_at(client: &TokenClient, callback: &str) -> Result<AccessToken, Error> {
    let mut request = client.authorization_request(callback)?;
    let redirect = sent_to(&request.url()).await;
    client.sign_in(request.accept(&redirect)?).await
}

#[tokio::test]
async fn a_user_signs_in_with_a_browser() {
    let world = World::of(Provider::Entra).await;
    world.idp.sign_in_automatically(Some("ada@contoso.example"));
    let scope = "openid offline_access User.Read";
    let portal = client(&world, PORTAL, PORTAL_SECRET, GrantSource::SignIn, scope);
    let token = signed_in(&portal).await.expect("a token");
    assert_eq!(world.label(&token), "AT#1");
    portal.refresh().await.expect("another token");

    world.idp.revoke_sign_ins("ada@contoso.example");
    let error = portal.refresh().await.expect_err("a revoked sign-in");
    assert_eq!(error.class(), Class::ReauthRequired);
    signed_in(&portal).await.expect("a token");
    insta::assert_snapshot!(world.journal(), @"
    authorize without grant [] -> 302 AC#1
    token authorization_code [Post] shows AC#1 -> 200 AT#1 RT#1
    token refresh_token [Post] shows RT#1 -> 200 AT#2 RT#2
    token refresh_token [Post] shows RT#2 -> 400
    authorize without grant [] -> 302 AC#2
    token authorization_code [Post] shows AC#2 -> 200 AT#3 RT#3
    ");
}

#[tokio::test]
async fn a_user_signs_in_at_okta() {
    let world = World::of(Provider::Okta).await;
    world.idp.sign_in_automatically(Some("ada@okta.example"));
    let portal = client(
        &world,
        "0oa5portalTokenPr0d7",
        "okta-app-secret_Ty7Nc2Bk9Sd4Gf1Jm6",
        GrantSource::SignIn,
        "openid offline_access orders.read",
    );
    let callback = "http://localhost:8080/callback";
    let token = signed_in_at(&portal, callback).await.expect("a token");
    assert_eq!(world.label(&token), "AT#1");
    portal.refresh().await.expect("another token");
    // Okta wants the address to the letter, and does not send a browser anywhere else.
    let request = portal.authorization_request("http://localhost:8081/callback");
    let stranger = request.expect("it is an address").url();
    assert!(!answered(&stranger).await.contains_key("location"));
    insta::assert_snapshot!(world.journal(), @"
    authorize without grant [] -> 302 AC#1
    token authorization_code [Post] shows AC#1 -> 200 AT#1 RT#1
    token refresh_token [Post] shows RT#1 -> 200 AT#2
    authorize without grant [] -> 400
    ");
}

#[tokio::test]
async fn an_api_calls_another_on_behalf_of_its_caller() {
    let world = World::of(Provider::Entra).await;
    world.idp.sign_in_automatically(Some("ada@contoso.example"));
    let scope = "api://contoso-orders/Orders.Read";
    let portal = client(&world, PORTAL, PORTAL_SECRET, GrantSource::SignIn, scope);
    let caller = signed_in(&portal).await.expect("a token");
    let shown = Secret::new(caller.secret().expose());
    let grant = GrantSource::OnBehalfOf(shown);
    let orders = client(
        &world,
        ORDERS,
        ORDERS_SECRET,
        grant,
        "User.Read offline_access",
    );
    orders.token().await.expect("a token");
    orders.refresh().await.expect("another token");
    insta::assert_snapshot!(world.journal(), @"
    authorize without grant [] -> 302 AC#1
    token authorization_code [Post] shows AC#1 -> 200 AT#1
    token urn:ietf:params:oauth:grant-type:jwt-bearer [Post] shows AT#1 -> 200 AT#2 RT#1
    token refresh_token [Post] shows RT#1 -> 200 AT#3 RT#2
    ");

    let garbage = GrantSource::OnBehalfOf(Secret::new("a.b.c"));
    let orders = client(&world, ORDERS, ORDERS_SECRET, garbage, "User.Read");
    let error = orders.token().await.expect_err("no token of ours");
    assert_eq!(error.class(), Class::Misconfigured, "{error}");
}
