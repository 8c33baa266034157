"""Tokenproof's driver for MSAL Python: docs/driver-protocol.md says what is spoken here, README.md what is done for it."""

import json
import os
import sys
import threading

import msal
import requests
from requests.adapters import HTTPAdapter

HELLO = {
    "version": 1,
    "name": "msal-python",
    "release": msal.__version__,
    "can": {
        "grants": ["client_credentials", "password", "refresh_token"],
        "auth": ["post"],
        "providers": ["entra"],
        "ops": ["call_api", "force_refresh", "invalidate", "swap_credential"],
        "clock": "faketime",
        "timers": False,
        "concurrency": 64,
        "classes": True,
        "stores": True,
        "reuse": True,
    },
    "profile": {
        "margin_s": 300,
        "throttle": "fails_fast",
        "classes": {
            # What MSAL returns: `error`, and after a slash its `classification` or, where it makes none, the `suberror`.
            "invalid_grant": "reauth_required",
            "invalid_grant/*": "interaction_required",
            "invalid_grant/bad_token": "reauth_required",
            "invalid_grant/token_expired": "reauth_required",
            "invalid_grant/client_mismatch": "reauth_required",
            "interaction_required*": "interaction_required",
            "login_required*": "interaction_required",
            "consent_required*": "interaction_required",
            "no_tokens_found": "reauth_required",
            "invalid_client": "misconfigured",
            "unauthorized_client": "misconfigured",
            "invalid_scope": "misconfigured",
            "invalid_request": "misconfigured",
            "temporarily_unavailable": "transient",
            "server_error": "transient",
            "neither_token_nor_error": "protocol",
            # What it raises: its own exception for any 5xx, and whatever requests raises.
            "MsalServiceError": "transient",
            "ConnectTimeout": "timeout",
            "ReadTimeout": "timeout",
            "ConnectionError": "transient",
            "ChunkedEncodingError": "transient",
            "JSONDecodeError": "protocol",
        },
    },
}

RESERVED = ("openid", "profile", "offline_access")


class Failed(Exception):
    """MSAL returned a dictionary without a token in it."""

    def __init__(self, result):
        super().__init__(result.get("error_description"))
        self.result = result


class Client:
    """One application of MSAL, with its cache."""

    def __init__(self, spec):
        self.spec = spec
        # MSAL adds these by itself and takes them from nobody.
        self.scopes = [scope for scope in spec["scopes"] if scope not in RESERVED]
        self.ca = spec["idp"]["ca_file"]
        self.username = (spec.get("user") or {}).get("username")
        self.refresh_token = spec.get("refresh_token")
        self.store = Store(spec["store"]) if spec.get("store") else None
        self.cache = self.store.cache if self.store else msal.TokenCache()
        self.app = self.application(spec["auth"]["client_secret"])
        self.api = requests.Session()
        self.api.verify = self.ca

    def application(self, secret):
        return msal.ConfidentialClientApplication(
            self.spec["auth"]["client_id"],
            client_credential=secret,
            authority=f"{self.spec['idp']['origin']}/{self.spec['idp']['tenant']}",
            # The authority is no cloud of Microsoft's, which instance discovery would ask about.
            instance_discovery=False,
            token_cache=self.cache,
            verify=self.ca,
            http_client=self.transport() if self.spec["grant"] == "password" else None,
        )

    def transport(self):
        """What MSAL makes for itself, but for one request that loses the port of the authority."""
        session = requests.Session()
        session.verify = self.ca
        session.mount("https://", HTTPAdapter(max_retries=1))
        host = self.spec["idp"]["origin"].rsplit(":", 1)[0]
        session.mount(f"{host}/common/userrealm/", PortRestored(self.spec["idp"]["origin"]))
        return session

    def token(self, force=False):
        if self.store:
            self.store.load()
        try:
            result = self.acquire(force)
        finally:
            if self.store:
                self.store.save()
        if not result:
            result = {"error": "no_tokens_found"}
        if "access_token" not in result:
            raise Failed(result)
        return result["access_token"]

    def acquire(self, force):
        if self.spec["grant"] == "client_credentials":
            if force:
                self.app.remove_tokens_for_client()
            return self.app.acquire_token_for_client(self.scopes)
        account = self.account()
        if self.spec["grant"] == "password":
            # As Microsoft's sample does: whatever silence does not bring, the password has to.
            silent = account and self.app.acquire_token_silent(self.scopes, account, force_refresh=force)
            user = self.spec["user"]
            return silent or self.app.acquire_token_by_username_password(
                user["username"], user["password"], self.scopes
            )
        if self.refresh_token and (self.swapped or not account):
            result = self.app.acquire_token_by_refresh_token(self.refresh_token, self.scopes)
            if "access_token" in result:
                self.username = result.get("id_token_claims", {}).get("preferred_username")
                self.swapped = False
            return result
        return account and self.app.acquire_token_silent_with_error(
            self.scopes, account, force_refresh=force
        )

    swapped = False

    def account(self):
        """Whose tokens are in the cache; a store may hold those of others as well."""
        accounts = self.app.get_accounts(self.username)
        return accounts[0] if accounts else None

    # The operations, by the names they have in the protocol.

    def get_token(self, _):
        return {"token": self.token()}

    def force_refresh(self, _):
        return {"token": self.token(force=True)}

    def call_api(self, request):
        headers = {"Authorization": f"Bearer {self.token()}"}
        body = request.get("body")
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = body.encode()
        answer = self.api.request(request["method"], request["url"], data=body, headers=headers)
        return {"status": answer.status_code}

    def invalidate(self, _):
        if self.store:
            self.store.load()
        kind = msal.TokenCache.CredentialType.ACCESS_TOKEN
        account = None if self.spec["grant"] == "client_credentials" else self.account()
        query = {"home_account_id": account and account["home_account_id"]}
        for entry in list(self.cache.search(kind, target=self.scopes, query=query)):
            self.cache.remove_at(entry)
        if self.store:
            self.store.save()
        return {}

    def swap_credential(self, request):
        if request.get("client_secret"):
            self.app = self.application(request["client_secret"])
        if request.get("refresh_token"):
            self.refresh_token, self.swapped = request["refresh_token"], True
        return {}


class Store:
    """A cache in a file, read before and written after each use, as web applications keep theirs in a session."""

    def __init__(self, path):
        self.path = path
        self.cache = msal.SerializableTokenCache()
        self.lock = threading.Lock()

    def load(self):
        with self.lock:
            if not self.cache.has_state_changed and os.path.exists(self.path):
                with open(self.path, encoding="utf-8") as file:
                    self.cache.deserialize(file.read())

    def save(self):
        with self.lock:
            if self.cache.has_state_changed:
                with open(f"{self.path}.{os.getpid()}", "w", encoding="utf-8") as file:
                    file.write(self.cache.serialize())
                os.replace(file.name, self.path)


class PortRestored(HTTPAdapter):
    """The user's realm is asked for at the authority's host without its port."""

    def __init__(self, origin):
        super().__init__(max_retries=1)
        self.origin = origin

    def send(self, request, **options):
        request.url = self.origin + request.path_url
        return super().send(request, **options)


def failure(error):
    """What came out of MSAL, in the protocol's terms."""
    if not isinstance(error, Failed):
        return {"native": type(error).__name__, "message": str(error)}
    result = error.result
    suberror = result.get("classification", result.get("suberror"))
    native = "/".join(filter(None, [result.get("error", "neither_token_nor_error"), suberror]))
    details = {name: result.get(name) for name in ("correlation_id", "trace_id", "claims")}
    return {"native": native, "message": result.get("error_description"), **details}


class Driver:
    """Reads requests, each of which runs on a thread of its own, and writes answers."""

    def __init__(self, lines, out):
        self.lines, self.out = lines, out
        self.clients = {}
        self.lock = threading.Lock()

    def run(self):
        for line in self.lines:
            request = json.loads(line)
            # What opens and closes clients is done in the order in which it was asked for.
            if request["op"] in ("hello", "open", "close"):
                self.answer(request)
            else:
                threading.Thread(target=self.answer, args=[request]).start()

    def answer(self, request):
        try:
            answer = self.answer_to(request)
        except Exception as error:  # Whatever a caller of MSAL would have caught.
            answer = {"err": {name: value for name, value in failure(error).items() if value}}
        with self.lock:
            self.out.write(json.dumps({"id": request["id"], **answer}) + "\n")
            self.out.flush()

    def answer_to(self, request):
        op, client = request["op"], self.clients.get(request.get("client"))
        if op == "hello":
            if 1 not in request["versions"]:
                return {"unsupported": "only version 1 is spoken here"}
            return {"ok": HELLO}
        if op == "open":
            self.clients[request["client"]] = Client(request)
            return {"ok": {}}
        if op == "close":
            self.clients.pop(request["client"], None)
            return {"ok": {}}
        if op != "get_token" and op not in HELLO["can"]["ops"]:
            return {"unsupported": f"MSAL Python has nothing for {op}"}
        return {"ok": getattr(client, op)(request)}


if __name__ == "__main__":
    messages, sys.stdout = sys.stdout, sys.stderr  # Nothing but messages belongs there.
    Driver(sys.stdin, messages).run()
