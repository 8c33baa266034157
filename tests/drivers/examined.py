"""A driver whose client can do everything there is, and does one thing wrong: the one that its first argument names."""
import base64, json, os, ssl, subprocess, sys, threading, time, urllib.error, urllib.parse, urllib.request
from datetime import datetime, timedelta

WRONG = sys.argv[1] if len(sys.argv) > 1 else ""
CAN = {"grants": ["client_credentials"], "auth": ["post"], "providers": ["okta"], "ops": ["set_clock"], "clock": "driven",
       "concurrency": 64}
EVERYTHING = {"grants": ["client_credentials", "password", "refresh_token"], "auth": ["post", "basic"],
              "providers": ["okta", "entra"], "timers": True, "classes": True, "stores": True, "reuse": True,
              "ops": ["set_clock", "call_api", "force_refresh", "invalidate", "swap_credential", "cancel"]}
MORE = {"": EVERYTHING, "declared": {"ops": ["set_clock", "sign_in"]}, "grants": {"grants": ["client_credentials", "password"]},
        "auth": {"auth": ["post", "basic"]}, "classes": {"classes": True}, "timers": {"timers": True}, "stores": {"stores": True},
        "reopen": {"reuse": True}}
for op in EVERYTHING["ops"][1:]: MORE.setdefault(op, {"ops": ["set_clock", op]})

clients, calls, clock, changed, printing = {}, {}, datetime.min, threading.Condition(), threading.Lock()

class Refused(Exception): pass
class Cancelled(Exception): pass

def say(message):
    with printing: print(json.dumps(message), flush=True)

def moment(at): return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

class Client:
    def __init__(self, setup):
        self.setup, self.lock, self.token, self.until = setup, threading.Lock(), None, datetime.min
        self.tls = ssl.create_default_context(cadata=setup["idp"]["ca_pem"])
        self.refresh_token, self.store = setup.get("refresh_token"), setup.get("store")
        if self.store and os.path.exists(self.store) and WRONG != "stores":
            self.token, until = json.load(open(self.store))
            self.until = datetime.fromisoformat(until)

    def get_token(self, call):
        with self.lock:
            if not self.token or clock >= self.until: self.fetch(call)
            return self.token

    def fetch(self, call):
        auth, grant, headers = self.setup["auth"], self.setup["grant"], {}
        if WRONG == "grants": grant = "client_credentials"
        form = {"grant_type": grant, "scope": " ".join(self.setup["scopes"])}
        if grant == "password": form.update(self.setup["user"])
        if grant == "refresh_token": form["refresh_token"] = self.refresh_token
        if auth["method"] == "basic" and WRONG != "auth":
            pair = ":".join(urllib.parse.quote(auth[half], safe="") for half in ("client_id", "client_secret"))
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else: form.update(client_id=auth["client_id"], client_secret=auth["client_secret"])
        form = urllib.parse.urlencode(form).encode()
        try: answer = json.load(urllib.request.urlopen(urllib.request.Request(self.setup["idp"]["token_url"], form, headers), context=self.tls))
        except urllib.error.HTTPError as refused:
            if refused.code != 429: raise Refused()
            self.sleep(call, clock + timedelta(seconds=int(refused.headers["Retry-After"])))
            return self.fetch(call)
        if calls.get(call) == "cancelled": raise Cancelled()
        self.token, self.until = answer["access_token"], clock + timedelta(seconds=answer["expires_in"] - 300)
        self.refresh_token = answer.get("refresh_token", self.refresh_token)
        if self.store: json.dump([self.token, self.until.isoformat()], open(self.store, "w"))

    def sleep(self, call, until):
        if WRONG != "timers": say({"id": call, "event": "waiting", "until": moment(until)})
        with changed: changed.wait_for(lambda: clock >= until)

def answer(ask):
    global clock
    op, name = ask["op"], ask.get("client")
    if op == "hello":
        if WRONG == "hello": time.sleep(60)
        return {"version": 1, "name": "examined", "can": {**CAN, **MORE.get(WRONG, {})}}
    if "now" in ask and (op == "open" or WRONG != "clock"):
        with changed: clock = datetime.strptime(ask["now"][:19], "%Y-%m-%dT%H:%M:%S"); changed.notify_all()
    if op == "set_clock": return {}
    if op == "cancel": calls[ask["call"]] = "cancelled"; return {}
    if op == "open":
        if WRONG == "reopen" and "client" in calls: raise KeyError(name)
        calls["client"], clients[name] = "opened", Client(ask)
        return {}
    if op not in ("get_token", "call_api", "force_refresh", "invalidate", "swap_credential", "close"):
        return {} if WRONG == "unknown-operations" else None
    if WRONG == "unopened" and name not in clients: return {"token": "none"}
    if WRONG == "unknown-members" and "news" in ask: raise KeyError("news")
    client = clients[name]
    if op == "close": del clients[name]; return {}
    if op == "invalidate":
        if WRONG != op: client.token = None
        return {}
    if op == "swap_credential":
        if WRONG != op: client.setup["auth"]["client_secret"] = ask["client_secret"]
        return {}
    if op == "call_api":
        headers = {"Authorization": "Bearer " + client.get_token(ask["id"])}
        call = urllib.request.Request(ask["url"], None, headers, method=ask["method"])
        return {"status": 200 if WRONG == op else urllib.request.urlopen(call, context=client.tls).status}
    if op == "force_refresh" and WRONG != op: client.token = None
    calls[ask["id"]] = calls.get(ask["id"], "asked")
    if WRONG == "concurrency" and sum(how == "asked" for how in calls.values()) > 10: raise Refused()
    token = client.get_token(ask["id"])
    calls[ask["id"]] = "done"
    return {"token": "made-up" if WRONG == "token" else token}

def respond(ask):
    try:
        ok = answer(ask)
        said = {"unsupported": ask["op"]} if ok is None else {"ok": ok}
    except Cancelled:
        if WRONG == "cancel": return
        said = {"err": {"class": "cancelled"}}
    except Refused: said = {"ok": {"token": "old"}} if WRONG == "refusal" else {"err": {"class": "transient" if WRONG == "classes" else "misconfigured"}}
    except KeyError as error: said = {"err": {"native": "KeyError", "message": str(error)}}
    say({"id": ask["id"], **said})
    if WRONG == "once" and ask["op"] == "open": say({"id": ask["id"], **said})

if WRONG == "messages": print("listening", flush=True)
if WRONG == "nothing-left": subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for line in sys.stdin:
    if WRONG == "listening": respond(json.loads(line))
    else: threading.Thread(target=respond, args=[json.loads(line)], daemon=True).start()
if WRONG == "end-of-input": time.sleep(60)
