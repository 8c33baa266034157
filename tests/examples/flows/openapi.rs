//! The tokens of an API that is described by an OpenAPI document.

use mock_idp::Provider as Vendor;
use mock_idp::journal::Origin;
use serde_json::json;
use token_client::openapi::{Authentication, Document};

use crate::Outcome;
use crate::stage::{mock, told, trusting};

pub(crate) async fn run() -> Outcome {
    let idp = mock(Vendor::Okta).await?;
    let document = format!(
        "
openapi: 3.1.0
info: {{ title: Orders, version: '1' }}
servers:
- url: {org}/oauth2/default/
paths:
  /orders:
    get:
      security: [{{ orders: [orders.read] }}]
components:
  securitySchemes:
    orders:
      type: oauth2
      flows:
        clientCredentials:
          tokenUrl: v1/token
          scopes:
            orders.read: Reads orders
            orders.write: Changes orders
",
        org = idp.origin(Origin::Org)
    );
    // What a person fills in, in a form or a file.
    let block = json!({
        "client_id": idp.client_id(),
        "client_secret": idp.client_secret().reveal(),
    });
    let block: Authentication = serde_json::from_value(block)?;

    let plan = Document::parse(&document)?.plan(&block)?;
    println!("  by scheme `{}` for {:?}", plan.scheme(), plan.scopes());
    let client = trusting(plan.builder()?)?.build()?;
    told("as the document says", &client.token().await?);
    Ok(())
}
