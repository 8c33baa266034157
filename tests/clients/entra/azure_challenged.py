"""A pipeline of azure-core for Python with continuous access evaluation: what becomes of a claims challenge."""

import os

import world
from azure.core import PipelineClient
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential

credential = ClientSecretCredential(
    world.TENANT,
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


policy = BearerTokenCredentialPolicy(Noting(), world.GRAPH, enable_cae=True)
url = os.environ["TOKENPROOF_API_URL"]
client = PipelineClient(url, policies=[policy])


def call():
    return client.send_request(HttpRequest("GET", url)).status_code


print(f"called: {call()}")
claims = world.claims(tokens[-1])
print(f"declared: {claims['xms_cc']}, {world.life(claims)}")
print(f"again: {call()}, {len(set(tokens))} token")
world.steer("POST", "/access-events", {"event": "policies"})
print(f"challenged: {call()}, {len(set(tokens))} tokens")
