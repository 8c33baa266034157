"""Authlib with the grants that have no browser: device code, password, token exchange, JWT bearer."""

import world
from authlib.integrations.requests_client import AssertionSession, OAuth2Session

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"

native = OAuth2Session(world.NATIVE, scope="openid offline_access orders.read", token_endpoint_auth_method="none")


def begun():
    """Authlib has no words for the beginning."""
    form = {"client_id": world.NATIVE, "scope": native.scope}
    return native.post(f"{world.ISSUER}/v1/device/authorize", data=form, withhold_token=True).json()


def polled(device):
    form = {"grant_type": DEVICE, "device_code": device["device_code"]}
    return world.told(lambda: native.fetch_token(world.TOKEN_URL, **form))


waiting, approved, declined = begun(), begun(), begun()
print(f"device, pending: {polled(waiting)}")
print(f"device, too soon: {polled(waiting)}")
world.approve_device(approved["user_code"])
print(f"device: {polled(approved)}")
world.deny_device(declined["user_code"])
print(f"device, declined: {polled(declined)}")


def by_password(password):
    return world.told(lambda: native.fetch_token(world.TOKEN_URL, username=world.ADA, password=password))


print(f"password: {by_password(world.ADA_PASSWORD)}")
print(f"wrong password: {by_password('not-the-password')}")


def exchanged(subject, audience="api://default"):
    session = OAuth2Session(*world.DAEMON)
    form = {"subject_token": subject, "subject_token_type": ACCESS_TOKEN, "audience": audience, "scope": "orders.read"}
    return world.told(lambda: session.fetch_token(world.TOKEN_URL, grant_type=EXCHANGE, **form))


subject = world.portal().sign_in(world.PORTAL_URI)["access_token"]
print(f"token exchange: {exchanged(subject)}")
print(f"token exchange, of nothing: {exchanged('no.token.atall')}")
print(f"token exchange, for another: {exchanged(subject, 'api://other')}")


def in_the_name_of(login, audience=world.ISSUER):
    """By a session that asks for the token as soon as it needs one."""
    client, secret = world.TELLER
    session = AssertionSession(
        world.TOKEN_URL, client, login, audience=audience, scope="orders.read", key=world.KEY, header={"alg": "RS256"}
    )
    session.auth = client, secret
    return world.told(session.refresh_token)


print(f"jwt bearer: {in_the_name_of(world.ADA)}")
print(f"jwt bearer, for another: {in_the_name_of(world.ADA, world.TOKEN_URL)}")
print(f"jwt bearer, of nobody: {in_the_name_of('nobody@okta.example')}")
