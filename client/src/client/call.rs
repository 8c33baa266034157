//! Calling a resource with the token.

use bytes::Bytes;
use http::{Request, Response};

use super::TokenClient;
use super::state::Inner;
use crate::Purpose;
use crate::error::Error;

impl TokenClient {
    /// Sends a request with the access token in its Authorization header and returns the answer.
    ///
    /// With the standard policy a 401 leads to one renewal and one repeat, if the renewal brought
    /// another token; so does a claims challenge to a client that has declared `cp1`
    /// ([`client_capabilities`](crate::TokenClientBuilder::client_capabilities)); a 403 to neither; a 429 to a wait and a repeat. Repeats carry the same body,
    /// byte for byte. A resource that has told to wait is left alone by later calls too. Redirects
    /// are not followed.
    ///
    /// # Errors
    /// 401, 403 and 429 in the end are errors; every other status is handed back as it came.
    /// [`Error::Misuse`] if the address is neither https nor this machine. Otherwise as
    /// [`token`](Self::token).
    pub async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let resource = request.uri().clone();
        let mut pursuit = self.pursue(request.method().clone(), resource.clone())?;
        loop {
            let mut request = request.clone();
            // Replaces any that are there: the token is sent in one place only (RFC 6750 section 2).
            request.headers_mut().extend(pursuit.headers().await?);
            let answer = self.inner.send(request, Purpose::Resource).await?;
            let answer = pursuit.read(answer);
            if pursuit.judge(&answer).await? {
                let result = answer.into_result(&resource, &pursuit.token());
                return result.map_err(|error| self.inner.said_of(error));
            }
        }
    }
}

impl Inner {
    /// What a refusal means for this client: to an API token that is not valid there is no other.
    fn said_of(&self, error: Error) -> Error {
        match error {
            Error::Unauthorized(refusal)
                if self.is_unrenewable() && refusal.names_invalid_token() =>
            {
                Error::ApiTokenRefused(refusal)
            }
            other => other,
        }
    }
}
