"""The world that `tokenproof env` tells of: who is in it, its API, its users' browser, and what steers it."""

import base64
import os
import pathlib
import re
from urllib.parse import urlencode

import requests
from steering import ADA, ADA_PASSWORD, approve_device, approved, browse, call, claims, deny_device, sign_in, steer  # noqa: F401

AUTHORITY_HOST = os.environ["AZURE_AUTHORITY_HOST"]
TENANT = os.environ["AZURE_TENANT_ID"]
AUTHORITY = f"{AUTHORITY_HOST}/{TENANT}"

GRAPH = "https://graph.microsoft.com/.default"
USER_READ = "https://graph.microsoft.com/User.Read"
ORDERS_READ = "api://contoso-orders/Orders.Read"

# Of the built-in directory, beside what the environment names.
EXPIRED_SECRET = "entra-app-secret~OUT0FDATE"
CERTIFICATE = "5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d"
DESKTOP = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5"
ORDERS, ORDERS_SECRET = "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4", "entra-app-secret~N5hT8wQd"
PIPELINE = "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e"
PORTAL, PORTAL_SECRET = "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7", "entra-app-secret~K7rB3xYs"
PORTAL_URI = "http://localhost/callback"
BEN, BEN_PASSWORD = "ben@contoso.example", "correct-horse-Entra-2"

# The managed identity that is no machine's own, by each of its names.
ASSIGNED = {
    "client_id": "9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b",
    "object_id": "0f1a2b3c-4d5e-4f6a-9b7c-8d9e0f1a2b3c",
    "resource_id": "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/orders"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-identity",
}

SAMPLE = pathlib.Path(os.environ["SAMPLE_CREDENTIAL"])
CERTIFICATE_PEM = (SAMPLE / "client.cert.pem").read_text()
KEY_PEM = (SAMPLE / "client.key.pem").read_text()


def users(token):
    """What an application learns with its token."""
    return f"{len(call(token, os.environ['TOKENPROOF_API_URL'])['value'])} users"


def me(token):
    """Who a user's token speaks for."""
    return call(token, os.environ["TOKENPROOF_USER_API_URL"])["userPrincipalName"]


def code_for(client, *scopes):
    """The code of a sign-in that was begun without a library."""
    asked = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": PORTAL_URI,
        "scope": " ".join((*scopes, "offline_access", "openid")),
    }
    return sign_in(f"{AUTHORITY}/oauth2/v2.0/authorize?{urlencode(asked)}")["code"]


def federated_token(**wanted):
    """A token of the issuer that the pipeline's application trusts."""
    return steer("POST", "/federated-tokens", {"client": PIPELINE, **wanted})["value"]


def change(client, **parts):
    """Puts other parts into an application of the directory."""
    tenant = steer("GET", "/directory")["entra"]["tenants"][0]
    [application] = [known for known in tenant["applications"] if known["id"] == client]
    steer("PUT", f"/directory/applications/{client}", {**application, **parts})


def expire_certificate():
    """The registered certificate is over since some time."""
    certificate = {"pem": CERTIFICATE_PEM, "expires": "2021-01-01T00:00:00Z"}
    change(CERTIFICATE, certificates=[certificate])


def open_desktop():
    """The desktop application is for users of any tenant from now on, and its tokens are good for less than libraries keep."""
    change(DESKTOP, sign_in_audience="any_tenant", lifetimes={"access_token": "4m"})


def challenge(url, token):
    """The status of an API's answer, and the claims that it asks for."""
    reply = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    encoded = re.search(r'claims="([^"]*)"', reply.headers["WWW-Authenticate"])[1]
    return reply.status_code, base64.b64decode(encoded).decode()


def life(token):
    """Whether a token lives for as long as one that may be challenged."""
    return "long" if token["exp"] - token["iat"] > 20 * 3600 else "short"


def reason(text):
    """What Entra says is wrong with a signature, behind its error."""
    found = re.search(r"Reason - ([^.,\]]*)", text)
    return f", {found[1]}" if found else ""


def page(url):
    """The error on the page that an address leads to, where there is no sending back."""
    reply = requests.get(url, timeout=30, allow_redirects=False)
    return f"{reply.status_code} {re.search('AADSTS[0-9]+', reply.text)[0]}"
