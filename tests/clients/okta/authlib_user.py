"""Authlib for a user: code with PKCE, id token, userinfo, and the end of the session."""

import requests
import world


def answer(url):
    """What is answered to a browser: the status, and where it is sent."""
    reply = requests.get(url, timeout=30, allow_redirects=False)
    return f"{reply.status_code} {reply.headers.get('location', '')}".rstrip()


app = world.portal()
asked = app.begin(world.PORTAL_URI)
back = world.approved(asked["url"])["url"]
token = app.redeem(asked, back)
print(f"code: {world.told(lambda: token)}")
print(f"the same code: {world.told(lambda: app.redeem(asked, back))}")
again = app.begin(world.PORTAL_URI)
back = world.approved(again["url"])["url"]
print(f"another state: {world.told(lambda: app.redeem(again, back, state='another'))}")
print(f"another verifier: {world.told(lambda: app.redeem(again, back, code_verifier='v' * 43))}")

print(f"id token: {app.identity(token, asked['nonce'])}")
print(f"id token, another nonce: {app.identity(token, 'another')}")
print(f"id token, another access token: {app.identity({**token, 'access_token': 'another'}, asked['nonce'])}")
for flaw in ["wrong_key", "wrong_issuer", "expired"]:
    forged = world.forged_id_token(world.PORTAL[0], asked["nonce"], flaw)
    print(f"id token, {flaw}: {app.identity({'id_token': forged}, asked['nonce'])}")
kid = world.steer("POST", "/keys", {})["kid"]
world.steer("POST", f"/keys/{kid}/activate")
again = app.begin(world.PORTAL_URI)
rotated = app.redeem(again, world.approved(again["url"])["url"])
print(f"id token, a new key: {app.identity(rotated, again['nonce'])}")

print(f"userinfo: {app.userinfo(token=token)['email']}")
out = app.create_logout_url(world.AFTERWARDS, token["id_token"], "here")
print(f"logout: {answer(out['url'])}")
elsewhere = app.create_logout_url("https://elsewhere.example/", token["id_token"])
print(f"logout to elsewhere: {answer(elsewhere['url'])}")
