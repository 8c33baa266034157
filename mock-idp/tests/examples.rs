//! The examples do what they say.

#[expect(dead_code, reason = "its `main` is not needed here")]
#[path = "../examples/axum_app.rs"]
mod axum_app;
#[expect(dead_code, reason = "its `main` is not needed here")]
#[path = "../examples/reqwest_client.rs"]
mod reqwest_client;
#[expect(dead_code, reason = "its `main` is not needed here")]
#[path = "../examples/tonic_client.rs"]
mod tonic_client;

#[tokio::test]
async fn a_service_on_axum() {
    axum_app::run().await.expect("the example runs");
}

#[tokio::test]
async fn a_client_on_reqwest() {
    reqwest_client::run().await.expect("the example runs");
}

#[tokio::test]
async fn a_client_on_tonic() {
    tonic_client::run().await.expect("the example runs");
}
