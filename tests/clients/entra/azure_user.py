"""azure-identity for Python for a user: code, browser, on behalf of, device, password, and when the user has to come back."""

import os
import pathlib
import re
import sys
import warnings
from urllib.parse import urlsplit

import world
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    AuthenticationRequiredError,
    AuthorizationCodeCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    OnBehalfOfCredential,
    UsernamePasswordCredential,
)

HERE = {"disable_instance_discovery": True}
# Claims have the cache passed over, and a refresh token used.
FRESH = '{"access_token": {"nbf": {"essential": true, "value": "1"}}}'


def told(credential, **more):
    try:
        return world.me(credential.get_token(world.USER_READ, **more).token)
    except AuthenticationRequiredError as error:
        return f"{type(error).__name__} for {error.scopes}"
    except ClientAuthenticationError as error:
        return f"{type(error).__name__} {re.search('AADSTS[0-9]+', error.message)[0]}"


def differs(credential, scope):
    """Whether claims make it fetch another token."""
    first, again = credential.get_token(scope).token, credential.get_token(scope).token
    fresh = credential.get_token(scope, claims=FRESH).token
    return f"{'kept' if first == again else 'lost'}, then {'kept' if fresh == first else 'renewed'}"


def by_code(*scopes, code=None):
    return AuthorizationCodeCredential(
        world.TENANT,
        world.PORTAL,
        code or world.code_for(world.PORTAL, *scopes),
        world.PORTAL_URI,
        client_secret=world.PORTAL_SECRET,
        **HERE,
    )


code = world.code_for(world.PORTAL, world.USER_READ)
portal = by_code(code=code)
print(f"code: {told(portal)}")
print(f"refresh: {differs(portal, world.USER_READ)}")
print(f"the same code: {told(by_code(code=code))}")

desktop = {"tenant_id": world.TENANT, "client_id": world.DESKTOP, **HERE}
python, browser = sys.executable, pathlib.Path(__file__).with_name("browser.py")
os.environ["BROWSER"] = f"{python} {browser} %s &"
print(f"browser: {told(InteractiveBrowserCredential(**desktop))}")

orders = by_code(world.ORDERS_READ).get_token(world.ORDERS_READ).token


def on_behalf_of(assertion, secret=world.ORDERS_SECRET):
    return OnBehalfOfCredential(
        world.TENANT, world.ORDERS, client_secret=secret, user_assertion=assertion, **HERE
    )


print(f"on behalf of: {told(on_behalf_of(orders))}")
print(f"on behalf of nobody: {told(on_behalf_of('no.token.atall'))}")
print(f"on behalf of, wrong secret: {told(on_behalf_of(orders, 'not-the-secret'))}")


def device(decide, **more):
    def prompt(_, user_code, __):
        decide(user_code)

    return DeviceCodeCredential(prompt_callback=prompt, **{**desktop, **more})


approved = device(world.approve_device)
print(f"device: {told(approved)}")
print(f"refresh: {differs(approved, world.USER_READ)}")
print(f"device, declined: {told(device(world.deny_device))}")


class WithPort(RequestsTransport):
    """Looks the user's realm up where the authority is: MSAL forgets its port."""

    seen = []

    def send(self, request, **more):
        parts, authority = urlsplit(request.url), urlsplit(world.AUTHORITY_HOST)
        if parts.netloc == authority.hostname:
            self.seen.append(parts.path.rsplit("/", 1)[0])
            request.url = parts._replace(netloc=authority.netloc).geturl()
        return super().send(request, **more)


def by_password(login, password):
    with warnings.catch_warnings(action="ignore"):
        return UsernamePasswordCredential(
            world.DESKTOP,
            login,
            password,
            tenant_id=world.TENANT,
            transport=WithPort(),
            **HERE,
        )


print(f"password: {told(by_password(world.ADA, world.ADA_PASSWORD))}, {WithPort.seen}")
print(f"wrong password: {told(by_password(world.ADA, 'not-the-password'))}")
print(f"second factor needed: {told(by_password(world.BEN, world.BEN_PASSWORD))}")

asking = device(world.approve_device, disable_automatic_authentication=True)
print(f"asked first: {told(asking)}")
print(f"signed in as: {asking.authenticate(scopes=[world.USER_READ]).username}, {told(asking)}")
world.open_desktop()
everybody = device(world.approve_device, tenant_id="organizations")
print(f"at organizations: {told(everybody)}")
first, second = (everybody.get_token(world.USER_READ).token for _ in range(2))
print(f"nearly expired: {'kept' if first == second else 'renewed'}")

world.steer("POST", f"/users/{world.ADA}/revoke-sign-ins")
print(f"revoked: {told(asking, claims=FRESH)}")
print(f"code, revoked: {told(portal, claims=FRESH)}")
