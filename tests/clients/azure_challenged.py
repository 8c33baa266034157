"""A pipeline of azure-core with continuous access evaluation: what becomes of a claims challenge."""

import base64
import json
import os

import requests
from azure.core import PipelineClient
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential

credential = ClientSecretCredential(
    os.environ["AZURE_TENANT_ID"],
    os.environ["AZURE_CLIENT_ID"],
    os.environ["AZURE_CLIENT_SECRET"],
    disable_instance_discovery=True,
)
tokens = []


class Noting:
    """Notes the tokens that the credential gives."""

    def get_token_info(self, *scopes, options=None):
        info = credential.get_token_info(*scopes, options=options)
        tokens.append(info.token)
        return info


policy = BearerTokenCredentialPolicy(
    Noting(), "https://graph.microsoft.com/.default", enable_cae=True
)
url = os.environ["TOKENPROOF_API_URL"]
client = PipelineClient(url, policies=[policy])


def call():
    return client.send_request(HttpRequest("GET", url)).status_code


def capability(token):
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims["xms_cc"], (claims["exp"] - claims["iat"]) > 20 * 3600


print(f"called: {call()}, declared and long-lived: {capability(tokens[-1])}")
print(f"again: {call()}, {len(set(tokens))} token")
control = f"{os.environ['TOKENPROOF_CONTROL_URL']}/worlds/entra/access-events"
requests.post(control, json={"event": "policies"}, timeout=30).raise_for_status()
print(f"challenged: {call()}, {len(set(tokens))} tokens")
