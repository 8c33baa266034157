"""A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output.

What is marked TODO stands where your client belongs. `tokenproof check-driver 'python3 driver.py'` tells whether it works.
"""
import json, ssl, sys, threading, urllib.error, urllib.parse, urllib.request
from datetime import datetime

# TODO what your client can do: docs/driver-protocol.md has the list
CAN = {"grants": ["client_credentials"], "auth": ["post"], "ops": ["call_api", "set_clock"], "clock": "driven",
       "concurrency": 64, "reuse": True}
clients, clock, printing = {}, 0.0, threading.Lock()

class Client:  # TODO your client in its place; its time must be `clock`, or declare another kind of clock in CAN
    def __init__(self, setup):
        self.setup, self.token, self.fresh_until, self.lock = setup, None, 0.0, threading.Lock()
        self.tls = ssl.create_default_context(cadata=setup["idp"]["ca_pem"])

    def get_token(self):
        with self.lock:  # many callers, one request
            if clock >= self.fresh_until: self.fetch_token()
            return self.token

    def fetch_token(self):
        auth, asked_at = self.setup["auth"], clock
        form = {"grant_type": "client_credentials", "scope": " ".join(self.setup["scopes"]),
                "client_id": auth["client_id"], "client_secret": auth["client_secret"]}
        form = urllib.parse.urlencode(form).encode()
        answer = json.load(urllib.request.urlopen(self.setup["idp"]["token_url"], form, context=self.tls))
        lifetime = int(answer["expires_in"])
        self.token, self.fresh_until = answer["access_token"], asked_at + lifetime - min(300, lifetime / 2)

    def call_api(self, method, url, body):
        headers = {"Authorization": "Bearer " + self.get_token(), "Content-Type": "application/json"}
        call = urllib.request.Request(url, body and body.encode(), headers, method=method)
        try: return urllib.request.urlopen(call, context=self.tls).status
        except urllib.error.HTTPError as refused: return refused.code

def answer(op, ask):
    global clock
    if "now" in ask: clock = datetime.fromisoformat(ask["now"].replace("Z", "+00:00")).timestamp()
    if op == "hello": return {"ok": {"version": 1, "name": "example-python", "release": "1", "can": CAN}}  # TODO its name
    if op == "set_clock": return {"ok": {}}
    if op == "open": clients[ask["client"]] = Client(ask); return {"ok": {}}
    if op not in ("get_token", "call_api", "close"): return {"unsupported": "this driver has no " + op}
    client = clients[ask["client"]]
    if op == "close": del clients[ask["client"]]; return {"ok": {}}
    if op == "get_token": return {"ok": {"token": client.get_token()}}
    return {"ok": {"status": client.call_api(ask["method"], ask["url"], ask.get("body"))}}

def respond(ask):
    try: said = answer(ask["op"], ask)
    except Exception as error: said = {"err": {"native": type(error).__name__, "message": str(error)}}  # TODO its classes
    with printing: print(json.dumps({"id": ask["id"], **said}), flush=True)

for line in sys.stdin: threading.Thread(target=respond, args=[json.loads(line)], daemon=True).start()
