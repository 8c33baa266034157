"""PyJWT with its PyJWKClient as a resource: tokens that MSAL got, forged ones, and keys that change."""

import os

import jwt
import msal
import world

ISSUER = os.environ["TOKENPROOF_ISSUER"]
KEYS = os.environ["TOKENPROOF_JWKS_URL"]
V1_ISSUER = f"https://sts.windows.net/{world.TENANT}/"
V1_KEYS = f"{world.AUTHORITY}/discovery/keys"
MINE = {"client": world.PORTAL, "user": world.ADA, "scopes": [world.ORDERS_READ]}
FLAWS = (
    "alg_none bad_signature expired not_yet_valid withdrawn_key wrong_audience wrong_issuer wrong_key"
).split()


def fetches():
    return len(world.steer("GET", "/journal?endpoint=jwks&limit=1000")["entries"])


def told(token, keys, audience=world.ORDERS, issuer=ISSUER):
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer)
    except jwt.PyJWTError as error:
        return type(error).__name__
    return f"{claims['ver']}, {claims.get('upn') or claims.get('preferred_username')}"


portal = msal.ConfidentialClientApplication(
    world.PORTAL,
    client_credential=world.PORTAL_SECRET,
    authority=world.AUTHORITY,
    instance_discovery=False,
)
flow = portal.initiate_auth_code_flow(
    [world.USER_READ], redirect_uri=world.PORTAL_URI, response_mode="form_post"
)
signed_in = portal.acquire_token_by_auth_code_flow(flow, world.sign_in(flow["auth_uri"]))
[account] = portal.get_accounts()


def orders():
    renewed = portal.acquire_token_silent([world.ORDERS_READ], account, force_refresh=True)
    return renewed["access_token"]


keys, v1_keys = jwt.PyJWKClient(KEYS), jwt.PyJWKClient(V1_KEYS)
graph = ("https://graph.microsoft.com", V1_ISSUER)
print(f"access token of v1.0: {told(signed_in['access_token'], v1_keys, *graph)}")
print(f"access token of v2.0: {told(orders(), keys)}")
print(f"id token: {told(signed_in['id_token'], keys, world.PORTAL)}")
print(f"{fetches()} fetches of two key sets")
print(f"another API's: {told(signed_in['access_token'], v1_keys, issuer=V1_ISSUER)}")
for flaw in FLAWS:
    forged = world.steer("POST", "/tokens", {**MINE, "forge": flaw})["value"]
    print(f"{flaw}: {told(forged, keys)}")

old = orders()
early, patient, eager = (jwt.PyJWKClient(KEYS, cooldown_duration=wait) for wait in (30, 30, 0))
told(old, patient), told(old, eager)
kid = world.steer("POST", "/keys", {})["kid"]
told(old, early)
world.steer("POST", f"/keys/{kid}/activate")
new, before = orders(), fetches()
print(f"fetched once the key was published: {told(new, early)}, {fetches() - before} more fetches")
print(f"unknown, and just fetched: {told(new, patient)}, {fetches() - before} more fetches")
print(f"unknown: {told(new, eager)}, {fetches() - before} more fetch")
print(f"signed before: {told(old, eager)}")
world.steer("DELETE", f"/keys/{jwt.get_unverified_header(old)['kid']}")
print(f"withdrawn: {told(old, jwt.PyJWKClient(KEYS))}")
