"""Authlib with the tokens of a user who has signed in: renewal, introspection, revocation."""

import time

import world
from authlib_app import app


def worth(session, token, hint):
    url = session.metadata["introspection_endpoint"]
    told = session.introspect_token(url, token=token[hint], token_type_hint=hint).json()
    return f"{told['username']}, {told['scope']}" if told["active"] else "not active"


def renewed(session, token):
    shown = token["refresh_token"]
    said = world.told(lambda: session.refresh_token(refresh_token=shown))
    return f"{said}, a new token" if session.token and session.token["refresh_token"] != shown else said


metadata = f"{world.ISSUER}/.well-known/openid-configuration"
page = app(metadata, world.PAGE, scope="openid offline_access orders.read", token_endpoint_auth_method="none")
first = page.sign_in(world.PAGE_URI)
session = page.session()
print(f"refresh: {renewed(session, first)}")
print(f"refresh, then the newest: {renewed(session, session.token)}")
print(f"replaced, within the leeway: {renewed(page.session(), first)}")

first = world.portal().sign_in(world.PORTAL_URI)
session = world.portal().session()
print(f"introspection: {worth(session, first, 'access_token')}")
print(f"introspection, refresh token: {worth(session, first, 'refresh_token')}")
second = session.refresh_token(refresh_token=first["refresh_token"])
print(f"replaced: {renewed(world.portal().session(), first)}")
print(f"replaced, then the newest: {renewed(world.portal().session(), second)}")
print(f"introspection, then: {worth(session, second, 'access_token')}")

kept = []
token = world.portal().sign_in(world.PORTAL_URI)
session = world.portal().session(
    token={**token, "expires_at": int(time.time()) + 30},
    update_token=lambda token, refresh_token: kept.append((refresh_token, token["refresh_token"])),
)
orders = session.get(world.ORDERS_URL, timeout=30).json()["orders"]
[(shown, new)] = kept
is_new = shown == token["refresh_token"] != new
print(f"nearly expired: {len(orders)} orders, {'a new token is kept' if is_new else 'nothing new'}")

token = world.portal().sign_in(world.PORTAL_URI)
session = world.portal().session()
url = session.metadata["revocation_endpoint"]
print(f"revocation: {session.revoke_token(url, token=token['refresh_token'], token_type_hint='refresh_token').status_code}")
print(f"introspection, revoked: {worth(session, token, 'access_token')}")
print(f"revoked: {renewed(world.portal().session(), token)}")
