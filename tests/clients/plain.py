"""A small client of its own, with nothing but Python's standard library. It does as it should, or one thing wrong.

Arguments: how many calls it makes, how long it pauses between them, and then any of `refresh` (acts for a user, by refresh token),
`basic` (authenticates by HTTP Basic), `forced` (renews before every call), what its variables begin with, and what it does wrong.
"""

import base64
import http.client
import json
import os
import ssl
import sys
import time
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus, urlencode, urljoin, urlsplit

CALLS, PAUSE, MODES = int(sys.argv[1]), float(sys.argv[2]), set(sys.argv[3:])
TRIES = 4
TLS = ssl.create_default_context()


# `TOKENPROOF_ENTRA_` where two vendors are played.
PREFIX = next((mode for mode in MODES if mode.endswith("_")), "TOKENPROOF_")


def told(name):
    return os.environ[PREFIX + name]


def send(method, url, body=None, headers=None):
    """Status, headers and body of the answer; a connection that breaks is status 0."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPSConnection(parts.netloc, timeout=20, context=TLS)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, {}, b""
    finally:
        connection.close()


def wait_told(status, headers):
    if status in (429, 503) and headers.get("Retry-After"):
        return float(headers["Retry-After"])
    if status == 429 and headers.get("X-Rate-Limit-Reset"):
        now = parsedate_to_datetime(headers["Date"]).timestamp()
        return max(float(headers["X-Rate-Limit-Reset"]) - now, 1)
    return 1


class Client:
    token, good_until, refresh_token = None, 0, told("REFRESH_TOKEN")

    def renew(self):
        form = {"grant_type": "client_credentials", "scope": told("SCOPE")}
        if "refresh" in MODES:
            form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        ident, secret = told("CLIENT_ID"), told("CLIENT_SECRET")
        url = told("TOKEN_URL")
        if "basic" in MODES or "raw-basic" in MODES:
            spell = (lambda text: text) if "raw-basic" in MODES else quote_plus
            pair = f"{spell(ident)}:{spell(secret)}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        elif "secret-in-url" in MODES:
            url += "?" + urlencode({"client_secret": secret})
            form["client_id"] = ident
        else:
            form |= {"client_id": ident, "client_secret": secret}
        if "chatty" in MODES:
            print(f"asking with {urlencode(form)}", file=sys.stderr)
        for attempt in range(50 if "hammers" in MODES else TRIES):
            status, answered, body = send("POST", url, urlencode(form), headers)
            if status in (307, 308) and "follows" in MODES:
                send("POST", urljoin(url, answered["Location"]), urlencode(form), headers)
            if status == 200:
                got = json.loads(body)
                self.token = got["access_token"]
                life = got.get("expires_in", 60)
                self.good_until = time.monotonic() + life - min(life / 5, 300)
                if "keeps-old" not in MODES:
                    self.refresh_token = got.get("refresh_token", self.refresh_token)
                return True
            if status not in (0, 429) and status < 500:
                break
            self.pause(status, answered)
        if "tells" in MODES:
            print(f"failed with {status}: {urlencode(form)}", file=sys.stderr)
        else:
            print(f"no token: {status}", file=sys.stderr)
        return False

    def call(self):
        renewed = False
        for attempt in range(TRIES):
            fresh = time.monotonic() < self.good_until or "never-renews" in MODES
            if self.token is None or not fresh or "forced" in MODES and attempt == 0:
                if not self.renew():
                    return None
            url, headers = told("API_URL"), {"Authorization": f"Bearer {self.token}"}
            if "refresh" in MODES:
                url = told("USER_API_URL")
            if "token-in-url" in MODES:
                url += "?" + urlencode({"access_token": self.token})
            status, answered, _ = send("GET", url, None, headers)
            if status in (302, 307, 308) and "follows" in MODES:
                send("GET", urljoin(url, answered["Location"]), None, headers)
            if status == 401 and "loops" in MODES:
                for _ in range(9):
                    send("GET", url, None, headers)
                return status
            if status == 401 and not renewed:
                renewed = True
                if not self.renew():
                    return status
            elif status in (0, 429) or status >= 500:
                self.pause(status, answered)
            else:
                return status
        return status

    def pause(self, status, answered):
        if "hammers" not in MODES:
            time.sleep(0.01 if "hurries" in MODES else wait_told(status, answered))


client = Client()
for number in range(CALLS):
    print(f"call {number + 1}: {client.call()}", flush=True)
    time.sleep(PAUSE)
