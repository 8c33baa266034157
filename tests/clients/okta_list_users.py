"""Every user of an Okta org, two to a page, with the Okta SDK for Python. Configured by OKTA_CLIENT_* alone."""

import asyncio

from okta.client import Client
from okta.pagination import paginate_all


async def main():
    async for user in paginate_all(Client().list_users, limit=2):
        print(user.profile.login)


asyncio.run(main())
