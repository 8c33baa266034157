"""Six calls in a row with the Okta SDK for Python, which waits a rate limit out by itself."""

import asyncio

from okta.client import Client


async def main():
    client = Client()
    for number in range(1, 7):
        users, _, error = await client.list_users(limit=1)
        if error:
            raise SystemExit(f"call {number} failed: {error.message}")
        print(f"call {number}: {len(users)} user")


asyncio.run(main())
