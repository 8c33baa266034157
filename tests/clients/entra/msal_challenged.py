"""MSAL for Python with continuous access evaluation: what becomes of a claims challenge."""

import json
import os

import msal
import world


def application(client_id, secret):
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=secret,
        authority=world.AUTHORITY,
        instance_discovery=False,
        client_capabilities=["CP1"],
    )


daemon = application(os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"])
first = daemon.acquire_token_for_client([world.GRAPH])["access_token"]
claims = world.claims(first)
print(f"called: {world.users(first)}")
print(f"declared: {claims['xms_cc']}, {world.life(claims)}")
world.steer("POST", "/access-events", {"event": "policies"})
status, asked = world.challenge(os.environ["TOKENPROOF_API_URL"], first)
print(f"challenged: {status}, {list(json.loads(asked)['access_token'])}")
cached = daemon.acquire_token_for_client([world.GRAPH])
print(f"without the challenge: {cached['token_source']}")
fresh = daemon.acquire_token_for_client([world.GRAPH], claims_challenge=asked)
print(f"with it: {fresh['token_source']}, {world.users(fresh['access_token'])}")

portal = application(world.PORTAL, world.PORTAL_SECRET)
flow = portal.initiate_auth_code_flow(
    [world.USER_READ], redirect_uri=world.PORTAL_URI, response_mode="form_post"
)
result = portal.acquire_token_by_auth_code_flow(flow, world.sign_in(flow["auth_uri"]))
[account] = portal.get_accounts()
world.steer("POST", "/access-events", {"event": "location", "user": world.ADA})
status, asked = world.challenge(os.environ["TOKENPROOF_USER_API_URL"], result["access_token"])
fresh = portal.acquire_token_silent([world.USER_READ], account, claims_challenge=asked)
print(f"user, challenged: {status}, then {world.me(fresh['access_token'])}")
world.steer("POST", "/access-events", {"event": "revoked", "user": world.ADA})
status, asked = world.challenge(os.environ["TOKENPROOF_USER_API_URL"], fresh["access_token"])
over = portal.acquire_token_silent_with_error([world.USER_READ], account, claims_challenge=asked)
print(f"user, revoked: {status}, then {over['error']} {over['error_codes']} {over.get('suberror')}")
