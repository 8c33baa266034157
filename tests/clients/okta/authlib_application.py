"""Authlib for an application: metadata, client credentials, and what becomes of an error."""

import world
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import get_well_known_url as oauth_metadata_url
from authlib.oidc.discovery import get_well_known_url as openid_metadata_url
from authlib_app import app
from joserfc.jwk import RSAKey


def found(url):
    metadata = app(url, world.SERVICE).load_server_metadata()
    return f"{metadata['issuer'].removeprefix(world.ORG) or '/'}, {metadata['token_endpoint'].removeprefix(world.ORG)}"


for server, issuer in [("", world.ISSUER), (", the org's", world.ORG)]:
    print(f"openid-configuration{server}: {found(openid_metadata_url(issuer, external=True))}")
    print(f"oauth-authorization-server{server}: {found(oauth_metadata_url(issuer, external=True))}")


def by(method, client, secret, url=world.TOKEN_URL, **more):
    session = OAuth2Session(client, secret, token_endpoint_auth_method=method, **more)
    session.register_client_auth_method(PrivateKeyJWT())
    return lambda: session.fetch_token(url, grant_type="client_credentials")


print(f"basic: {world.told(by('client_secret_basic', *world.DAEMON))}")
print(f"post: {world.told(by('client_secret_post', *world.DAEMON))}")
print(f"private key: {world.told(by('private_key_jwt', world.SERVICE, world.KEY))}")
at_the_org = by("private_key_jwt", world.SERVICE, world.KEY, f"{world.ORG}/oauth2/v1/token", scope="okta.users.read")
users = world.call(at_the_org()["access_token"], f"{world.ORG}/api/v1/users")
print(f"private key, the org's: {[user['profile']['login'] for user in users]}")

print(f"wrong secret: {world.told(by('client_secret_basic', world.DAEMON[0], 'not-the-secret'))}")
print(f"wrong key: {world.told(by('private_key_jwt', world.SERVICE, RSAKey.generate_key(2048)))}")
print(f"wrong scope: {world.told(by('client_secret_post', *world.DAEMON, scope='orders.burn'))}")
# Okta says the next two in the shape of its API. Authlib takes an object without `error` for a token.
print(f"unknown client: {world.told(by('client_secret_basic', '0oa9nobody', 'a-secret'))}")
world.steer("POST", "/faults", {"to": "token", "times": 1, "error": {"error": "E0000047"}})
print(f"rate limited: {world.told(by('client_secret_basic', *world.DAEMON))}")
