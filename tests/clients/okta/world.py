"""The applications of `directory.yaml`, and what the world that `tokenproof env` tells of says about them."""

import os
import pathlib

from authlib_app import app
from joserfc.jwk import RSAKey
from steering import ADA, ADA_PASSWORD, approve_device, approved, call, claims, deny_device, steer  # noqa: F401

ORG, ISSUER = os.environ["OKTA_CLIENT_ORGURL"], os.environ["TOKENPROOF_ISSUER"]
TOKEN_URL = os.environ["TOKENPROOF_TOKEN_URL"]
ORDERS_URL = os.environ["TOKENPROOF_API_URL"]

DAEMON = "0oa1daemonTokenPr0d7", "okta-app-secret_Zk3Qv9-Lw7Rt2Xy5Bn8"
NATIVE = "0oa2nativeTokenPr0d7"
PAGE, PAGE_URI = "0oa6pageTokenproof07", "https://portal.okta.example/page"
PORTAL = "0oa5portalTokenPr0d7", "okta-app-secret_Ty7Nc2-Bk9Sd4Gf1Jm6"
PORTAL_URI, AFTERWARDS = "https://portal.okta.example/callback", "https://portal.okta.example/"
SERVICE = "0oa4servicTokenPr0d7"
TELLER = "0oa7tellerTokenPr0d7", "okta-app-secret_Wq8Zx3-Cv6Bn1Mk5Lp"

KEY_PEM = (pathlib.Path(os.environ["SAMPLE_CREDENTIAL"]) / "client.key.pem").read_text()
KEY = RSAKey.import_key(KEY_PEM)


def portal():
    metadata = f"{ISSUER}/.well-known/openid-configuration"
    return app(metadata, *PORTAL, scope="openid profile email offline_access orders.read")


def forged_id_token(client, nonce, flaw):
    """One that is right but for one thing."""
    recipe = {"token": "id_token", "client": client, "user": ADA, "claims": {"nonce": nonce}, "forge": flaw}
    return steer("POST", "/tokens", recipe)["value"]


def told(begin):
    """What came of a request for a token: for whom it speaks, or the error that the library raises."""
    try:
        token = begin()
    except Exception as error:
        return " ".join(filter(None, [type(error).__name__, getattr(error, "error", str(error))]))
    if "access_token" not in token:
        return f"no error, and {sorted(token)}"
    orders = call(token["access_token"], ORDERS_URL)["orders"]
    return f"{token['token_type']}, {claims(token['access_token'])['sub']}, {len(orders)} orders"
