//! A client as an ordinary program: it makes calls in real time, told by its environment where to, and nobody drives it.

use std::env;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use token_client::{
    Clock as _, HttpTransport, MemoryStore, Secret, SystemClock, TokioSpawn, Transport,
};
use tokenproof::contender::{ApiCall, Beginning, Contender, Setup};
use tokenproof::scenario::{ClientAuthMethod, GrantKind};

/// Makes so many calls, with pauses between them.
pub(super) async fn call(
    contender: &dyn Contender,
    calls: u32,
    pause: Duration,
) -> Result<(), String> {
    let client = contender.open(setup()?)?;
    client.ready().await;
    for number in 1..=calls {
        let call = ApiCall {
            method: Method::GET,
            body: None,
        };
        let answer = client.call_api(call).await;
        println!("call {number}: {:?}", answer.class);
        SystemClock.sleep(pause).await;
    }
    Ok(())
}

fn setup() -> Result<Setup, String> {
    let told = |name: &str| {
        let name = format!("TOKENPROOF_{name}");
        env::var(&name).map_err(|_| format!("`{name}` is not set"))
    };
    let ca_pem = fs::read_to_string(told("CA_FILE")?).map_err(|error| error.to_string())?;
    let transport = HttpTransport::builder().root_pem(ca_pem.as_str()).build();
    let transport: Arc<dyn Transport> = Arc::new(transport.map_err(|misuse| misuse.to_string())?);
    Ok(Setup {
        name: "client".to_owned(),
        provider: told("PROVIDER")?
            .parse()
            .map_err(|_| "an unknown provider".to_owned())?,
        token_url: told("TOKEN_URL")?,
        api_url: told("API_URL")?,
        post_api_url: told("POST_API_URL")?,
        client_id: told("CLIENT_ID")?,
        client_secret: Secret::new(told("CLIENT_SECRET")?),
        auth: ClientAuthMethod::Post,
        proof: None,
        dpop: None,
        grant: GrantKind::ClientCredentials,
        beginning: Beginning::Grant,
        capabilities: Vec::new(),
        v1: false,
        scopes: told("SCOPE")?.split(' ').map(str::to_owned).collect(),
        username: told("USERNAME")?,
        password: Secret::new(told("PASSWORD")?),
        refresh_token: None,
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(SystemClock),
        transport,
        spawn: Arc::new(TokioSpawn),
        seed: 0,
        outside: None,
    })
}
