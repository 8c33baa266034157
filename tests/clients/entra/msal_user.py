"""MSAL for Python for a user: code, refresh, on behalf of, device, password, and when the user has to come back."""

import os
import pathlib
import sys
from urllib.parse import urlsplit

import msal
import requests
import world


def confidential(client_id, secret, **more):
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=secret,
        authority=world.AUTHORITY,
        instance_discovery=False,
        **more,
    )


def public(authority=world.AUTHORITY, **more):
    return msal.PublicClientApplication(
        world.DESKTOP, authority=authority, instance_discovery=False, **more
    )


def by_device(app, decide):
    flow = app.initiate_device_flow([world.USER_READ])
    decide(flow["user_code"])
    return app.acquire_token_by_device_flow(flow)


def told(result):
    if result is None:
        return "nothing"
    if "error" in result:
        more = [result[key] for key in ("suberror", "classification", "claims") if result.get(key)]
        return " ".join([result["error"], str(result["error_codes"]), *more])
    return f"{result['token_source']}, {world.me(result['access_token'])}"


def signed_in_to(app):
    """What was begun with PKCE, and what the browser posts back."""
    flow = app.initiate_auth_code_flow(
        [world.USER_READ], redirect_uri=world.PORTAL_URI, response_mode="form_post"
    )
    return flow, world.sign_in(flow["auth_uri"])


portal = confidential(world.PORTAL, world.PORTAL_SECRET)
flow, back = signed_in_to(portal)
signed_in = portal.acquire_token_by_auth_code_flow(flow, back)
print(f"code: {told(signed_in)}, {signed_in['id_token_claims']['preferred_username']}")
print(f"the same code: {told(portal.acquire_token_by_auth_code_flow(flow, back))}")
flow, back = signed_in_to(portal)
flow["code_verifier"] = "v" * 43
print(f"another verifier: {told(portal.acquire_token_by_auth_code_flow(flow, back))}")
flow = portal.initiate_auth_code_flow(
    [world.USER_READ], redirect_uri="https://elsewhere.example", response_mode="form_post"
)
print(f"another address: {world.page(flow['auth_uri'])}")

python, browser = sys.executable, pathlib.Path(__file__).with_name("browser.py")
os.environ["BROWSER"] = f"{python} {browser} %s &"
print(f"browser: {told(public().acquire_token_interactive([world.USER_READ], timeout=60))}")

[account] = portal.get_accounts()
print(f"silent: {told(portal.acquire_token_silent([world.USER_READ], account))}")
print(f"refresh: {told(portal.acquire_token_silent([world.USER_READ], account, force_refresh=True))}")
other = confidential(world.PORTAL, world.PORTAL_SECRET)
migrated = other.acquire_token_by_refresh_token(signed_in["refresh_token"], [world.USER_READ])
print(f"refresh by its token: {told(migrated)}")

orders = portal.acquire_token_silent([world.ORDERS_READ], account)
print(f"another resource: {orders['token_source']}, {world.claims(orders['access_token'])['scp']}")
api = confidential(world.ORDERS, world.ORDERS_SECRET)
for_user = api.acquire_token_on_behalf_of(orders["access_token"], [world.USER_READ])
print(f"on behalf of: {told(for_user)}")
again = api.acquire_token_on_behalf_of("no.token.atall", [world.USER_READ])
print(f"on behalf of nobody: {told(again)}")

desktop = public()
flow = desktop.initiate_device_flow([world.USER_READ])
pending = desktop.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
print(f"device, pending: {told(pending)}")
print(f"device: {told(by_device(desktop, world.approve_device))}")
print(f"device, declined: {told(by_device(desktop, world.deny_device))}")


class WithPort(requests.Session):
    """Looks the user's realm up where the authority is: MSAL forgets its port."""

    seen = []

    def request(self, method, url, **more):
        parts, authority = urlsplit(url), urlsplit(world.AUTHORITY_HOST)
        if parts.netloc == authority.hostname:
            self.seen.append(parts.path.rsplit("/", 1)[0])
            url = parts._replace(netloc=authority.netloc).geturl()
        return super().request(method, url, **more)


def by_password(login, password):
    app = public(http_client=WithPort())
    return app.acquire_token_by_username_password(login, password, [world.USER_READ])


print(f"password: {told(by_password(world.ADA, world.ADA_PASSWORD))}, {WithPort.seen}")
print(f"wrong password: {told(by_password(world.ADA, 'not-the-password'))}")
print(f"second factor needed: {told(by_password(world.BEN, world.BEN_PASSWORD))}")

world.open_desktop()
everybody = public(authority=f"{world.AUTHORITY_HOST}/organizations")
print(f"at organizations: {told(by_device(everybody, world.approve_device))}")
[somebody] = everybody.get_accounts()
print(f"nearly expired: {told(everybody.acquire_token_silent([world.USER_READ], somebody))}")

world.steer("POST", f"/users/{world.ADA}/revoke-sign-ins")
silent = portal.acquire_token_silent_with_error([world.USER_READ], account, force_refresh=True)
print(f"revoked: {told(silent)}")
print(f"revoked, without the error: {told(portal.acquire_token_silent([world.USER_READ], account, force_refresh=True))}")
