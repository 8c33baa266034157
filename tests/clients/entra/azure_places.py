"""Tokens from azure-identity for Python without a credential of its own: `vm`, `app-service` or `kubernetes`."""

import sys

import world
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

HERE = {"disable_instance_discovery": True}


def told(credential):
    try:
        token = credential.get_token(world.GRAPH).token
    except (ClientAuthenticationError, CredentialUnavailableError) as error:
        return type(error).__name__
    return f"{world.claims(token)['appid'][:8]}, {world.users(token)}"


if sys.argv[1] == "kubernetes":
    print(f"workload: {told(WorkloadIdentityCredential(**HERE))}")
    # It is the first that this chain finds.
    default = DefaultAzureCredential(exclude_environment_credential=True, **HERE)
    print(f"default: {told(default)}")
else:
    print(f"own: {told(ManagedIdentityCredential())}")
    for kind, value in world.ASSIGNED.items():
        given = {"client_id": value} if kind == "client_id" else {"identity_config": {kind: value}}
        print(f"assigned, by {kind}: {told(ManagedIdentityCredential(**given))}")
    default = DefaultAzureCredential(
        exclude_environment_credential=True,
        managed_identity_client_id=world.ASSIGNED["client_id"],
    )
    print(f"default: {told(default)}")
    print(f"nobody: {told(ManagedIdentityCredential(client_id='nobody'))}")
    for status in (404, 410, 429, 500, 503):
        world.steer("POST", "/faults", {"to": "managed_identity", "reply": status, "times": 1})
        print(f"{status} at first: {told(ManagedIdentityCredential())}")
