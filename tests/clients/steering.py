"""Steers the world that `tokenproof env` tells of: its control API, and users who sign in to it without a browser."""

import base64
import faulthandler
import json
import os
from urllib.parse import parse_qsl, urlsplit

import requests

# A client that waits for ever says where, and ends.
faulthandler.dump_traceback_later(120, exit=True)

WORLD = f"{os.environ['TOKENPROOF_CONTROL_URL']}/worlds/{os.environ['TOKENPROOF_PROVIDER']}"
ADA, ADA_PASSWORD = os.environ["TOKENPROOF_USERNAME"], os.environ["TOKENPROOF_PASSWORD"]


def call(token, url):
    reply = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    reply.raise_for_status()
    return reply.json()


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def steer(method, path, body=None):
    """Asks the control API about this world."""
    reply = requests.request(method, WORLD + path, json=body, timeout=30)
    if not reply.ok:
        raise SystemExit(f"{method} {path}: {reply.text}")
    return reply.json() if reply.content else None


def approved(url, login=ADA):
    """Opens a sign-in page, and approves in the place of its user. Where the browser goes then, and what it posts there, if so."""
    requests.get(url, timeout=30).raise_for_status()
    waiting = steer("GET", "/authorizations")["authorizations"][-1]["id"]
    return steer("POST", f"/authorizations/{waiting}/approve", {"login": login})


def sign_in(url, login=ADA):
    """The same; what the browser brings back to the application."""
    back = approved(url, login)
    if back.get("form"):
        return {field["name"]: field["value"] for field in back["form"]}
    return dict(parse_qsl(urlsplit(back["url"]).query))


def browse(url, login=ADA):
    """The same, and goes there as the browser does. All that ask for this ask for a post."""
    back = approved(url, login)
    fields = {field["name"]: field["value"] for field in back["form"]}
    requests.post(back["url"], data=fields, timeout=30).raise_for_status()


def approve_device(user_code, login=ADA):
    steer("POST", f"/sign-ins/{user_code}/approve", {"login": login})


def deny_device(user_code):
    steer("POST", f"/sign-ins/{user_code}/deny")
