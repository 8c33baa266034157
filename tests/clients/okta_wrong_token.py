"""What the Okta SDK for Python says of an API token that is wrong. Ends well if that is what it should be."""

import asyncio
import os

from okta.client import Client


async def main():
    client = Client({"orgUrl": os.environ["OKTA_CLIENT_ORGURL"], "token": "not-the-token"})
    users, _, error = await client.list_users()
    print(f"users: {users}, error: {error and error.error_code}")
    if error is None or error.error_code != "E0000011":
        raise SystemExit("E0000011 was expected")


asyncio.run(main())
