"""What MSAL for Python says of a client secret that is wrong. Ends well if that is what it should be."""

import os

import msal

app = msal.ConfidentialClientApplication(
    os.environ["AZURE_CLIENT_ID"],
    client_credential="not-the-secret",
    authority=f"{os.environ['AZURE_AUTHORITY_HOST']}/{os.environ['AZURE_TENANT_ID']}",
    instance_discovery=False,
)
result = app.acquire_token_for_client(scopes=["https://graph.microsoft.com/.default"])
print(f"error: {result.get('error')}, codes: {result.get('error_codes')}")
if (result.get("error"), result.get("error_codes")) != ("invalid_client", [7000215]):
    raise SystemExit("invalid_client with code 7000215 was expected")
