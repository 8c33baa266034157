"""Tokenproof's driver for the Okta SDK for Python: docs/driver-protocol.md says what is spoken here, README.md what is done for it."""

import asyncio
import heapq
import json
import logging
import sys
import threading
import time
from datetime import datetime, timezone
from importlib.metadata import version
from urllib.parse import urlsplit

from okta.client import Client as Okta

HELLO = {
    "version": 1,
    "name": "okta-python",
    "release": version("okta"),
    "can": {
        "grants": ["client_credentials", "api_token"],
        "auth": ["private_key_jwt"],
        "providers": ["okta"],
        "ops": ["call_api", "force_refresh", "invalidate", "cancel", "set_clock"],
        "clock": "driven",
        "timers": True,
        "concurrency": 64,
        "classes": True,
        "reuse": True,
    },
    "profile": {
        "margin_s": 300,
        "throttle": "waits",
        "classes": {
            # The name of the exception and, where it is the SDK's own, its `error_code` after a slash.
            "OktaAPIError/invalid_client": "misconfigured",
            "OktaAPIError/unauthorized_client": "misconfigured",
            "OktaAPIError/access_denied": "misconfigured",
            "OktaAPIError/invalid_scope": "misconfigured",
            "OktaAPIError/consent_required": "misconfigured",
            "OktaAPIError/invalid_request": "misconfigured",
            "OktaAPIError/invalid_grant": "reauth_required",
            "OktaAPIError/temporarily_unavailable": "transient",
            "OktaAPIError/server_error": "transient",
            "OktaAPIError/E0000047": "throttled",
            "JSONDecodeError": "protocol",
            "TimeoutError": "timeout",
            # What aiohttp calls a connection that was refused, reset or cut short.
            "Client*Error": "transient",
            "ServerDisconnectedError": "transient",
        },
    },
}

STATUSES = {401: "unauthorized", 403: "forbidden", 429: "throttled"}


class Clock:
    """The clock that the SDK sees. It reads `time.time` and sleeps by `asyncio.sleep`; connections stay in real time."""

    def __init__(self):
        self.now = time.time()
        self.sleepers = []
        self.count = 0
        time.time = lambda: self.now
        self.real_sleep = asyncio.sleep
        asyncio.sleep = self.sleep

    async def sleep(self, seconds, result=None):
        if seconds <= 0:
            return await self.real_sleep(0, result)
        self.count += 1
        sleeper = (self.now + seconds, self.count, asyncio.get_running_loop().create_future())
        heapq.heappush(self.sleepers, sleeper)
        event = current.get(asyncio.current_task())
        if event:
            event({"event": "waiting", "until": text(sleeper[0])})
        try:
            await sleeper[2]
        finally:
            if event:
                event({"event": "resumed"})
        return result

    async def move(self, now):
        self.now = now
        while self.sleepers and self.sleepers[0][0] <= now:
            _, _, due = heapq.heappop(self.sleepers)
            if not due.done():
                due.set_result(None)
                # Whoever was woken goes on before the next one is.
                await self.real_sleep(0)


def text(instant):
    return datetime.fromtimestamp(instant, timezone.utc).isoformat().replace("+00:00", "Z")


def instant(text):
    # Python reads six decimals at most; before 3.11 it does not know the Z.
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp()
    return seconds + float(f"0.{fraction or 0}")


clock = Clock()
# How a task says that its request waits.
current = {}


class Failed(Exception):
    """The SDK returned this as the error of its result."""

    def __init__(self, error, status=None):
        super().__init__(str(error))
        self.error = error
        self.status = status


def mode(spec):
    """How a client shows who it is: by an API token, or by assertions that it signs."""
    auth = spec["auth"]
    if spec["grant"] == "api_token":
        return {"authorizationMode": "SSWS", "token": auth["api_token"]}
    return {
        "authorizationMode": "PrivateKey",
        "clientId": auth["client_id"],
        "privateKey": auth["private_key_pem"],
        "kid": auth["kid"],
        "scopes": spec["scopes"],
    }


class Client:
    """One client of the SDK."""

    def __init__(self, spec):
        self.okta = Okta({"orgUrl": spec["idp"]["origin"], **mode(spec)})
        self.executor = self.okta.get_request_executor()

    # The operations, by the names they have in the protocol.

    async def get_token(self, _):
        token, _, error = await self.executor._oauth.get_oauth_token()
        if error:
            raise Failed(error)
        return {"token": token}

    async def force_refresh(self, request):
        await self.invalidate(request)
        return await self.get_token(request)

    async def invalidate(self, _):
        self.executor._oauth.clear_access_token()
        return {}

    async def call_api(self, request):
        url = urlsplit(request["url"])
        path = f"{url.path}?{url.query}" if url.query else url.path
        call, error = await self.executor.create_request(request["method"], path)
        if error:
            raise Failed(error)
        answer, _, error = await self.executor.execute(call)
        if error:
            raise Failed(error, getattr(answer, "status", None))
        return {"status": answer.status}


def failure(error):
    """What came out of the SDK, in the protocol's terms."""
    status = getattr(error, "status", None)
    error = getattr(error, "error", error)
    code = getattr(error, "error_code", None)
    native = "/".join(filter(None, [type(error).__name__, code]))
    said = {"native": native, "message": str(error), "status": status}
    # Only the resource's: the SDK hands its status on with the error.
    said["class"] = STATUSES.get(status, "transient" if status and status >= 500 else None)
    return {name: value for name, value in said.items() if value is not None}


class Driver:
    """Reads requests, each of which is a task of its own, and writes answers."""

    def __init__(self, out):
        self.out = out
        self.clients = {}
        self.tasks = {}

    def say(self, identifier, message):
        self.out.write(json.dumps({"id": identifier, **message}) + "\n")
        self.out.flush()

    async def run(self, lines):
        while line := await lines.get():
            request = json.loads(line)
            task = asyncio.create_task(self.answer(request))
            self.tasks[request["id"]] = task
            current[task] = lambda event, request=request: self.say(request["id"], event)
            task.add_done_callback(lambda task, request=request: self.forget(task, request))
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def forget(self, task, request):
        self.tasks.pop(request["id"], None)
        current.pop(task, None)

    async def answer(self, request):
        try:
            answer = await self.answer_to(request)
        except asyncio.CancelledError:
            answer = {"err": {"class": "cancelled"}}
        except Exception as error:  # Whatever a caller of the SDK would have caught.
            answer = {"err": failure(error)}
        self.say(request["id"], answer)

    async def answer_to(self, request):
        op = request["op"]
        if op == "hello":
            if 1 not in request["versions"]:
                return {"unsupported": "only version 1 is spoken here"}
            return {"ok": HELLO}
        if op == "open":
            clock.now = instant(request["now"])
            self.clients[request["client"]] = Client(request)
            return {"ok": {}}
        if op == "close":
            self.clients.pop(request["client"], None)
            return {"ok": {}}
        if op == "set_clock":
            await clock.move(instant(request["now"]))
            return {"ok": {}}
        if op == "cancel":
            if task := self.tasks.get(request["call"]):
                task.cancel()
            return {"ok": {}}
        if op != "get_token" and op not in HELLO["can"]["ops"]:
            return {"unsupported": f"the Okta SDK for Python has nothing for {op}"}
        self.say(request["id"], {"event": "started"})
        if request.get("body") is not None:
            return {"unsupported": "users of an org are not made by this driver"}
        return {"ok": await getattr(self.clients[request["client"]], op)(request)}


async def main():
    messages, sys.stdout = sys.stdout, sys.stderr  # Nothing but messages belongs there.
    logging.disable()  # The SDK logs whole requests.
    lines, loop = asyncio.Queue(), asyncio.get_running_loop()

    def read():
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    await Driver(messages).run(lines)


if __name__ == "__main__":
    asyncio.run(main())
