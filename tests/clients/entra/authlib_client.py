"""Authlib, which knows no vendor, for an application and for a user of Entra."""

import base64
import hashlib
import os

import requests
import world
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib_app import app
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import RSAKey

DAEMON, SECRET = os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"]
V2 = f"{world.AUTHORITY}/oauth2/v2.0"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def metadata(tenant=world.TENANT):
    return f"{world.AUTHORITY_HOST}/{tenant}/v2.0/.well-known/openid-configuration"


def told(begin, opens=world.me):
    """What a token opens, or the error that the library raises."""
    try:
        token = begin()
    except Exception as error:
        return f"{type(error).__name__} {error.error} {error.description.split(':')[0]}"
    return f"{token['token_type']}, {opens(token['access_token'])}"


def by(method, client, secret, **more):
    session = OAuth2Session(client, secret, token_endpoint_auth_method=method, scope=world.GRAPH)
    der = x509.load_pem_x509_certificate(world.CERTIFICATE_PEM.encode()).public_bytes(Encoding.DER)
    named = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
    session.register_client_auth_method(PrivateKeyJWT(headers={"x5t#S256": named}))
    return told(lambda: session.fetch_token(f"{V2}/token", grant_type="client_credentials", **more), world.users)


def issuer(tenant):
    found = app(metadata(tenant), DAEMON).load_server_metadata()
    return found["issuer"].removeprefix(world.AUTHORITY_HOST).replace(world.TENANT, "tenant")


print(f"openid-configuration: {issuer(world.TENANT)}")
print(f"openid-configuration, common: {issuer('common')}")
print(f"basic: {by('client_secret_basic', DAEMON, SECRET)}")
print(f"post: {by('client_secret_post', DAEMON, SECRET)}")
key = RSAKey.import_key(world.KEY_PEM)
# Entra wants the client named beside its assertion.
named = {"client_id": world.CERTIFICATE}
print(f"certificate: {by('private_key_jwt', world.CERTIFICATE, key, **named)}")
print(f"certificate, the client not named: {by('private_key_jwt', world.CERTIFICATE, key)}")
print(f"wrong secret: {by('client_secret_post', DAEMON, 'not-the-secret')}")
print(f"another key: {by('private_key_jwt', world.CERTIFICATE, RSAKey.generate_key(2048), **named)}")


def portal(resource):
    scope = f"openid profile email offline_access {resource}"
    return app(metadata(), world.PORTAL, world.PORTAL_SECRET, scope=scope)


page = portal(world.USER_READ)
asked = page.begin(world.PORTAL_URI)
back = world.approved(asked["url"])["url"]
token = page.redeem(asked, back)
print(f"code: {told(lambda: token)}")
print(f"the same code: {told(lambda: page.redeem(asked, back))}")
again = page.begin(world.PORTAL_URI)
back = world.approved(again["url"])["url"]
print(f"another verifier: {told(lambda: page.redeem(again, back, code_verifier='v' * 43))}")
print(f"id token: {page.identity(token, asked['nonce'])}")
print(f"id token, another nonce: {page.identity(token, 'another')}")
print(f"userinfo: {page.userinfo(token=token)['name']}")

session = page.session()
print(f"refresh: {told(lambda: session.refresh_token(refresh_token=token['refresh_token']))}")
print(f"replaced: {told(lambda: session.refresh_token(refresh_token=token['refresh_token']))}")

orders = portal(world.ORDERS_READ).sign_in(world.PORTAL_URI)
api = OAuth2Session(world.ORDERS, world.ORDERS_SECRET, scope=world.USER_READ)
asks = {"grant_type": JWT_BEARER, "requested_token_use": "on_behalf_of"}
print(f"on behalf of: {told(lambda: api.fetch_token(f'{V2}/token', assertion=orders['access_token'], **asks))}")
print(f"on behalf of nobody: {told(lambda: api.fetch_token(f'{V2}/token', assertion='no.token.atall', **asks))}")

desktop = OAuth2Session(world.DESKTOP, scope=world.USER_READ, token_endpoint_auth_method="none")


def by_device(decide):
    """Authlib has no words for the beginning."""
    form = {"client_id": world.DESKTOP, "scope": desktop.scope}
    begun = desktop.post(f"{V2}/devicecode", data=form, withhold_token=True).json()
    decide(begun["user_code"])
    return told(lambda: desktop.fetch_token(f"{V2}/token", grant_type=DEVICE, device_code=begun["device_code"]))


print(f"device, pending: {by_device(lambda code: None)}")
print(f"device: {by_device(world.approve_device)}")
print(f"device, declined: {by_device(world.deny_device)}")

out = page.create_logout_url(world.PORTAL_URI, token["id_token"], "here")
reply = requests.get(out["url"], timeout=30, allow_redirects=False)
print(f"logout: {reply.status_code} {reply.headers['location']}")
