"""azure-identity for Python as an application: each kind of credential, and what is wrong with some."""

import asyncio
import os
import re

import world
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    aio,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

DAEMON = os.environ["AZURE_CLIENT_ID"]
HERE = {"disable_instance_discovery": True}


def told(credential):
    try:
        return world.users(credential.get_token(world.GRAPH).token)
    except ClientAuthenticationError as error:
        return said(error)


def said(error):
    code = re.search("AADSTS[0-9]+", error.message)[0]
    return f"{type(error).__name__} {code}{world.reason(error.message)}"


def secret(value):
    return ClientSecretCredential(world.TENANT, DAEMON, value, **HERE)


def certificate(client=world.CERTIFICATE, key=world.KEY_PEM, **more):
    both = (key + world.CERTIFICATE_PEM).encode()
    return CertificateCredential(world.TENANT, client, certificate_data=both, **more, **HERE)


def another_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return key.private_bytes(*pem, serialization.NoEncryption()).decode()


async def asynchronous(value):
    async with aio.ClientSecretCredential(world.TENANT, DAEMON, value, **HERE) as credential:
        try:
            return world.users((await credential.get_token(world.GRAPH)).token)
        except ClientAuthenticationError as error:
            return said(error)


right = secret(os.environ["AZURE_CLIENT_SECRET"])
print(f"secret: {told(right)}")
first, second = (right.get_token(world.GRAPH).token for _ in range(2))
print(f"again: {'the same token' if first == second else 'another token'}")
print(f"environment: {told(EnvironmentCredential(**HERE))}")
print(f"default: {told(DefaultAzureCredential(**HERE))}")
print(f"wrong secret: {told(secret('not-the-secret'))}")
print(f"expired secret: {told(secret(world.EXPIRED_SECRET))}")
print(f"asynchronous: {asyncio.run(asynchronous(os.environ['AZURE_CLIENT_SECRET']))}")
print(f"asynchronous, wrong secret: {asyncio.run(asynchronous('not-the-secret'))}")

print(f"certificate: {told(certificate())}")
print(f"certificate with x5c: {told(certificate(send_certificate_chain=True))}")
print(f"certificate of another: {told(certificate(client=DAEMON))}")
print(f"another key: {told(certificate(key=another_key()))}")
world.expire_certificate()
print(f"expired certificate: {told(certificate())}")


def federated(assertion):
    return ClientAssertionCredential(world.TENANT, world.PIPELINE, assertion, **HERE)


print(f"federated: {told(federated(world.federated_token))}")
over = world.federated_token(lifetime_seconds=60)
world.steer("POST", "/clock/advance", {"by": "20m"})
print(f"federated, too late: {told(federated(lambda: over))}")
