//! reqwest, with the token on every request.

use async_trait::async_trait;
use http::{Extensions, Uri};
use reqwest::redirect;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next};

use crate::TokenClient;
use crate::error::Misuse;

impl TokenClient {
    /// An HTTP client with reqwest's own interface whose requests carry the token.
    ///
    /// It trusts the platform's roots, follows no redirects, and gives a request as long as the policy does. 401, claims
    /// challenges and 429 are treated as by [`call`](Self::call); what is left of them in the end is handed back like every other
    /// response.
    ///
    /// ```no_run
    /// # async fn example(client: token_client::TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let http = client.http_client()?;
    /// let users = http.get("https://graph.microsoft.com/v1.0/users").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NoTransport`] if TLS cannot be set up.
    pub fn http_client(&self) -> Result<ClientWithMiddleware, Misuse> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(self.patience())
            .build();
        let client = client.map_err(|error| Misuse::NoTransport(error.to_string()))?;
        Ok(ClientBuilder::new(client).with(self.clone()).build())
    }
}

/// For those who have a client already: `ClientBuilder::new(client).with(token_client)`.
///
/// The request's own `Authorization` is replaced. A body that can be sent only once, such as a stream, is refused before anything
/// is sent, because the request may have to be repeated. Where the client follows redirects, reqwest leaves the token behind when
/// one leads to another host.
#[async_trait]
impl Middleware for TokenClient {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response, Error> {
        let resource: Uri = request.url().as_str().parse().map_err(Error::middleware)?;
        let pursuit = self.pursue(request.method().clone(), resource);
        let mut pursuit = pursuit.map_err(own)?;
        loop {
            let mut request = request
                .try_clone()
                .ok_or_else(|| own(Misuse::OneShotBody))?;
            request
                .headers_mut()
                .extend(pursuit.headers().await.map_err(own)?);
            let response = next.clone().run(request, extensions).await?;
            let over = pursuit.is_over(response.status(), response.headers());
            if over.await.map_err(own)? {
                return Ok(response);
            }
        }
    }
}

/// Keeps the error whole: `downcast_ref::<token_client::Error>()` finds it.
fn own(error: impl Into<crate::Error>) -> Error {
    Error::middleware(error.into())
}
