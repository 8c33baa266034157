"""A mock identity provider from Python tests: one process, a world per test. Standard library only.

Copy this file into your tests. It starts the `mock-idp` command, or the one that the environment variable MOCK_IDP names.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The control API said no; the text says why."""


class Mock:
    """A running `mock-idp serve`. Use it with `with`, or call `stop`."""

    def __init__(self, *arguments, patience=30.0):
        self._folder = tempfile.TemporaryDirectory()
        ready_file = pathlib.Path(self._folder.name, "ready.json")
        command = [os.environ.get("MOCK_IDP", "mock-idp"), "serve", "--ready-file", str(ready_file), *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + patience
        while not ready_file.exists():
            if self._process.poll() is not None:
                raise RuntimeError(f"{command} ended with {self._process.returncode}")
            if time.monotonic() > deadline:
                self.stop()
                raise TimeoutError(f"{command} was not ready within {patience} s")
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text())
        self.url = self.ready["control"]["url"]
        self._headers = authorization(self.ready["control"])

    def ask(self, method, path, body=None):
        """Asks the control API; gives what it answers, or None."""
        data = None if body is None else json.dumps(body).encode()
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        # Not through a proxy: it is this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {json.load(error)['detail']}") from None
        return json.loads(text) if text else None

    def world(self, provider, **wanted):
        """Starts a world: `mock.world("okta", tls=False)`."""
        return World(self, self.ask("POST", "/worlds", {"provider": provider, **wanted}))

    def stop(self):
        """Ends the process and all worlds."""
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def authorization(control):
    """The header with the control token, if the mock asks for one: from the token's file, or from the variable it was given in."""
    if not control["needs_token"]:
        return {}
    file = control.get("token_file")
    token = pathlib.Path(file).read_text() if file else os.environ["TOKENPROOF_CONTROL_TOKEN"]
    return {"Authorization": f"Bearer {token.strip()}"}


class World:
    """One provider with its own origins, directory, clock, faults and journal. URLs and credentials are attributes:
    `token_url`, `issuer`, `jwks_url`, `api_url`, `client_id`, `client_secret`, `scope`, `username`, `password`."""

    def __init__(self, mock, made):
        self._mock = mock
        self.__dict__.update(made["world"])
        self.__dict__.update(made["credentials"])

    def ask(self, method, path, body=None):
        """Asks the control API about this world."""
        return self._mock.ask(method, f"/worlds/{self.name}{path}", body)

    def advance(self, by):
        """Lets time pass: `world.advance("1h")`."""
        return self.ask("POST", "/clock/advance", {"by": by})

    def fault(self, **rule):
        """Has something go wrong: `world.fault(to="token", reply=503, times=2)`."""
        return self.ask("POST", "/faults", rule)["ids"][0]

    def journal(self, **query):
        """What came in and what went out: `world.journal(endpoint="token")`."""
        return self.ask("GET", "/journal?" + urllib.parse.urlencode(query))["entries"]

    def verify(self, *expectations):
        """Fails unless all are met: `world.verify({"count": {"to": "token", "is": 1}})`."""
        said = self.ask("POST", "/verify", list(expectations))
        unmet = [result["explanation"] for result in said["results"] if not result["met"]]
        assert said["met"], "\n".join(unmet)

    def drop(self):
        """Ends the world and frees its ports."""
        self.ask("DELETE", "")
