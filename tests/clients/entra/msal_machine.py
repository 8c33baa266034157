"""MSAL for Python without a credential of its own: `vm`, `app-service` or `kubernetes`."""

import os
import pathlib
import sys

import msal
import requests
import world

RESOURCE = "https://graph.microsoft.com"


def client(identity):
    return msal.ManagedIdentityClient(identity, http_client=requests.Session())


def told(result):
    if "error" in result:
        return result["error"]
    name = world.claims(result["access_token"])["appid"][:8]
    return f"{result['token_source']}, {name}, {world.users(result['access_token'])}"


def managed(client):
    return told(client.acquire_token_for_client(resource=RESOURCE))


if sys.argv[1] == "kubernetes":
    file = pathlib.Path(os.environ["AZURE_FEDERATED_TOKEN_FILE"])
    workload = msal.ConfidentialClientApplication(
        os.environ["AZURE_CLIENT_ID"],
        client_credential={"client_assertion": file.read_text},
        authority=world.AUTHORITY,
        instance_discovery=False,
    )
    print(f"workload: {told(workload.acquire_token_for_client([world.GRAPH]))}")
else:
    machine = client(msal.SystemAssignedManagedIdentity())
    print(f"own: {managed(machine)}")
    print(f"again: {managed(machine)}")
    for kind, value in world.ASSIGNED.items():
        identity = msal.UserAssignedManagedIdentity(**{kind: value})
        print(f"assigned, by {kind}: {managed(client(identity))}")
    nobody = msal.UserAssignedManagedIdentity(client_id="nobody")
    print(f"nobody: {managed(client(nobody))}")
