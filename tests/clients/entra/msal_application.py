"""MSAL for Python as an application: each kind of credential, and what is wrong with some."""

import os

import msal
import world
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

DAEMON = os.environ["AZURE_CLIENT_ID"]
THUMBPRINT = "45B8D02E35C5AE54A7C50376C9AB2EE15C46A233"


def application(client_id, credential):
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=credential,
        authority=world.AUTHORITY,
        instance_discovery=False,
    )


def told(app):
    result = app.acquire_token_for_client([world.GRAPH])
    if "error" in result:
        text = result["error_description"]
        return f"{result['error']} {result['error_codes']}{world.reason(text)}"
    return f"{result['token_source']}, {world.users(result['access_token'])}"


def certificate(**parts):
    return {"private_key": world.KEY_PEM, **parts}


def unknown_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


app = application(DAEMON, os.environ["AZURE_CLIENT_SECRET"])
print(f"secret: {told(app)}")
print(f"again: {told(app)}")
app = application(DAEMON, "not-the-secret")
print(f"wrong secret: {told(app)}")
print(f"all that is said of it: {sorted(app.acquire_token_for_client([world.GRAPH]))}")
print(f"expired secret: {told(application(DAEMON, world.EXPIRED_SECRET))}")

by_sha1 = certificate(thumbprint=THUMBPRINT)
# MSAL names this one by SHA-256, signs with PS256 and shows it.
by_sha256 = certificate(public_certificate=world.CERTIFICATE_PEM)
print(f"certificate: {told(application(world.CERTIFICATE, by_sha1))}")
print(f"certificate with x5c: {told(application(world.CERTIFICATE, by_sha256))}")
print(f"certificate of another: {told(application(DAEMON, by_sha256))}")
by_another_key = {"private_key": unknown_key(), "thumbprint": THUMBPRINT}
print(f"another key: {told(application(world.CERTIFICATE, by_another_key))}")
world.expire_certificate()
print(f"expired certificate: {told(application(world.CERTIFICATE, by_sha256))}")

calls = []


def assertion():
    calls.append(True)
    return world.federated_token()


app = application(world.PIPELINE, {"client_assertion": assertion})
print(f"federated: {told(app)}")
print(f"again: {told(app)}, {len(calls)} assertion")
over = world.federated_token(lifetime_seconds=60)
world.steer("POST", "/clock/advance", {"by": "20m"})
app = application(world.PIPELINE, {"client_assertion": lambda: over})
print(f"federated, too late: {told(app)}")
