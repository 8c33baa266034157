"""A careless client: it puts the client secret and then the access token into URLs."""

import os

import requests

granted = requests.post(
    os.environ["TOKENPROOF_TOKEN_URL"],
    params={"client_secret": os.environ["TOKENPROOF_CLIENT_SECRET"]},
    data={
        "grant_type": "client_credentials",
        "client_id": os.environ["TOKENPROOF_CLIENT_ID"],
        "scope": os.environ["TOKENPROOF_SCOPE"],
    },
    timeout=30,
).json()
requests.get(
    os.environ["TOKENPROOF_API_URL"],
    params={"access_token": granted["access_token"]},
    timeout=30,
)
