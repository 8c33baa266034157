"""Tokens from azure-identity for Python without a credential of its own: `vm`, `app-service` or `kubernetes`."""

import os
import sys

import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

GRAPH = "https://graph.microsoft.com/.default"
ASSIGNED = "9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b"

place = sys.argv[1]


def users(credential):
    token = credential.get_token(GRAPH).token
    headers = {"Authorization": f"Bearer {token}"}
    reply = requests.get(os.environ["TOKENPROOF_API_URL"], headers=headers, timeout=30)
    reply.raise_for_status()
    return f"{len(reply.json()['value'])} users"


if place == "kubernetes":
    credential = WorkloadIdentityCredential(disable_instance_discovery=True)
    print(f"workload: {users(credential)}")
    # It is the first that this chain finds.
    default = DefaultAzureCredential(
        disable_instance_discovery=True, exclude_environment_credential=True
    )
    print(f"default: {users(default)}")
else:
    print(f"own: {users(ManagedIdentityCredential())}")
    print(f"assigned: {users(ManagedIdentityCredential(client_id=ASSIGNED))}")
    try:
        users(ManagedIdentityCredential(client_id="nobody"))
    except (ClientAuthenticationError, CredentialUnavailableError) as error:
        print(f"nobody: {type(error).__name__}")
