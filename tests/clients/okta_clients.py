"""One errand with Okta's libraries for Python, named by the first argument. Configured by OKTA_CLIENT_* and what is given."""

import asyncio
import os
import sys

from okta.client import Client
from okta.pagination import paginate_all


async def pages():
    names = [user.profile.login async for user in paginate_all(Client().list_users, limit=4)]
    print(f"{len(names)} users, {names[0]} to {names[-1]}")


async def bound():
    client = Client({"dpopEnabled": True})
    for _ in range(2):
        users, _, error = await client.list_users(limit=1)
        print(error or len(users))


async def wrong():
    users, _, error = await Client().list_users()
    print(f"users: {users}, error: {getattr(error, 'error_code', error)}")


async def calls():
    client = Client()
    for number in range(1, 5):
        users, _, error = await client.list_users(limit=1)
        print(f"call {number}: {error.error_code if error else len(users)}")


async def tokens():
    client = Client()
    listed, _, error = await client.list_api_tokens()
    print("tokens:", error or [(token.name, token.token_window) for token in listed])


async def write():
    from okta.models.create_user_request import CreateUserRequest

    client = Client()
    user = CreateUserRequest.from_dict(
        {
            "profile": {"firstName": "Gil", "lastName": "Sorensen", "login": "gil@okta.example", "email": "gil@okta.example"},
            "credentials": {"password": {"value": "correct-horse-of-Gil"}},
        }
    )
    made, _, error = await client.create_user(user)
    print("made:", error or f"{made.status.value} {made.profile.login}")
    _, _, error = await client.suspend_user(made.id)
    found, _, _ = await client.get_user(made.id)
    print("suspended:", error or found.status.value)
    for _ in range(2):
        _, _, error = await client.delete_user(made.id)
    _, _, error = await client.get_user(made.id)
    print("deleted:", error.error_code)


def verify():
    from okta_jwt_verifier import AccessTokenVerifier

    issuer, token, forged = sys.argv[2:]

    async def judged(token, audience):
        try:
            await AccessTokenVerifier(issuer=issuer, audience=audience).verify(token)
            return "good"
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    async def all_of_them():
        print("as issued:", await judged(token, "api://default"))
        print("another audience:", await judged(token, "api://other"))
        print("another signature:", await judged(forged, "api://default"))

    return all_of_them()


errand = {"bound": bound, "pages": pages, "wrong": wrong, "calls": calls, "tokens": tokens, "write": write, "verify": verify}[sys.argv[1]]
assert os.environ["OKTA_CLIENT_ORGURL"].startswith("https://")
asyncio.run(errand())
