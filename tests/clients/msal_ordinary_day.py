"""A daemon's and a user's tokens with MSAL for Python, on a day when nothing goes wrong."""

import os

import msal
import requests

GRAPH = ["https://graph.microsoft.com/.default"]
USER_READ = ["https://graph.microsoft.com/User.Read"]

app = msal.ConfidentialClientApplication(
    os.environ["AZURE_CLIENT_ID"],
    client_credential=os.environ["AZURE_CLIENT_SECRET"],
    authority=f"{os.environ['AZURE_AUTHORITY_HOST']}/{os.environ['AZURE_TENANT_ID']}",
    # The authority is no cloud of Microsoft's, which instance discovery would ask about.
    instance_discovery=False,
)


def token_of(result):
    """The access token of a result, which is a dict with `error` in it when there is none."""
    if not result or "access_token" not in result:
        raise SystemExit(f"no token: {result and result.get('error')}")
    return result["access_token"]


def call(url, token):
    reply = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    reply.raise_for_status()
    return reply.json()


# As an application. The second call is answered from the cache.
for turn in ("first", "second"):
    result = app.acquire_token_for_client(scopes=GRAPH)
    users = call(os.environ["TOKENPROOF_API_URL"], token_of(result))["value"]
    print(f"{turn} app token: {result['token_source']}, {len(users)} users")

# As a user who signed in earlier, somewhere else.
result = app.acquire_token_by_refresh_token(
    os.environ["TOKENPROOF_REFRESH_TOKEN"], scopes=USER_READ
)
token_of(result)
print(f"migrated user token: {result['token_source']}")
[account] = app.get_accounts()
result = app.acquire_token_silent(USER_READ, account=account, force_refresh=True)
me = call(os.environ["TOKENPROOF_USER_API_URL"], token_of(result))
print(f"renewed user token: {result['token_source']}, {me['userPrincipalName']}")
