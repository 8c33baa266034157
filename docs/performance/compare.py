#!/usr/bin/env python3
"""Measures this mock beside others: tokens a second, time to the first token, memory.

    python3 docs/performance/compare.py [--rounds N] [--requests N] [--only NAME]

Needs Rust, npm and Python 3 with venv; Linux, for memory is read from /proc. Installs the others under target/peers. Every
server gets the same load from the same program (mock-idp/examples/load.rs), on a core of its own where there are two, in
rounds that take turns, so that whatever else the machine does meets all of them alike. Prints a table in Markdown.
"""

import argparse
import base64
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "target" / "peers"
RELEASE = ROOT / "target" / "release"

NODE_PACKAGES = {
    "node": "22.23.3",  # emulate wants a newer Node than many systems have; all Node servers run on this one
    "oidc-provider": "9.13.3",
    "oauth2-mock-server": "9.3.0",
    "emulate": "0.12.2",
}
PYTHON_PACKAGES = ["oidc-provider-mock==0.3.4"]

CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


@dataclass
class Server:
    """One server of the comparison: how to start it, and what to ask of it."""

    name: str
    token: str  # what its token is
    command: list  # {port} stands for the port
    path: str
    form: dict
    prepare: object = None  # called with the base URL once it listens; more members of the form
    basic: str = ""  # id and secret, for one that wants them in the header
    first_token: list = field(default_factory=list)
    idle: list = field(default_factory=list)
    loaded: list = field(default_factory=list)
    rate: list = field(default_factory=list)
    p50: list = field(default_factory=list)
    p99: list = field(default_factory=list)


def servers():
    node = PEERS / "node_modules"
    tenant = "3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01"
    emulate = write_emulate_config()
    return [
        Server(
            "mock-idp", "JWT, RS256",
            [RELEASE / "mock-idp", "serve", "--provider", "entra", "--http", "--port", "{port}"],
            f"/{tenant}/oauth2/v2.0/token",
            CLIENT_CREDENTIALS | ours(),
        ),
        Server(
            "oidc-provider 9.13.3", "JWT, RS256",
            [node / ".bin/node", PEERS / "oidc-provider.mjs", "{port}"],
            "/token",
            CLIENT_CREDENTIALS | {"client_id": "bench", "client_secret": "bench-secret", "scope": "read"},
        ),
        Server(
            "oauth2-mock-server 9.3.0", "JWT, RS256",
            [node / ".bin/node", node / ".bin/oauth2-mock-server", "-a", "127.0.0.1", "-p", "{port}"],
            "/token",
            CLIENT_CREDENTIALS | {"client_id": "bench", "client_secret": "x", "scope": "read"},
        ),
        Server(
            "emulate 0.12.2, okta", "opaque",
            [node / ".bin/node", node / ".bin/emulate", "start", "-s", "okta", "-p", "{port}", "--seed", emulate],
            "/oauth2/default/v1/token",
            CLIENT_CREDENTIALS | {"client_id": "bench", "client_secret": "bench-secret", "scope": "openid"},
        ),
        Server(
            "oidc-provider-mock 0.3.4", "opaque, by refresh",
            [PEERS / "venv/bin/oidc-provider-mock", "-p", "{port}", "--user", "ada"],
            "/oauth2/token",
            {"grant_type": "refresh_token"},
            prepare=refresh_token_by_code,
            basic="bench:bench-secret",
        ),
    ]


def ours():
    """Client id, secret and scope of the built-in directory, as the mock itself tells them."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [RELEASE / "mock-idp", "serve", "--provider", "entra", "--http", "--ready-file", ready]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            until(ready.exists)
            entra = json.loads(ready.read_text())["entra"]
        finally:
            server.terminate()
            server.wait()
    return {name: entra[name] for name in ("client_id", "client_secret", "scope")}


def write_emulate_config():
    PEERS.mkdir(parents=True, exist_ok=True)
    path = PEERS / "emulate.yaml"
    client = {"client_id": "bench", "client_secret": "bench-secret", "name": "bench", "auth_server_id": "default"}
    path.write_text(json.dumps({"okta": {
        "authorization_servers": [{"id": "default", "name": "default", "audiences": ["api://default"]}],
        "oauth_clients": [client | {"redirect_uris": ["http://localhost/callback"]}],
    }}))
    return path


def refresh_token_by_code(base):
    """Signs a user in at oidc-provider-mock, which has no client credentials grant."""
    query = urllib.parse.urlencode({
        "client_id": "bench", "redirect_uri": "http://localhost/callback", "response_type": "code",
        "scope": "openid offline_access", "state": "s",
    })

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    try:
        answer = opener.open(f"{base}/oauth2/authorize?{query}", data=b"sub=ada")
        raise SystemExit(f"oidc-provider-mock did not redirect: {answer.status}")
    except urllib.error.HTTPError as redirect:
        location = redirect.headers["location"]
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/callback",
        "client_id": "bench", "client_secret": "bench-secret",
    }
    answer = opener.open(f"{base}/oauth2/token", data=urllib.parse.urlencode(form).encode())
    return {"refresh_token": json.load(answer)["refresh_token"]}


def install():
    for tool in ("cargo", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is needed and not on the path")
    run(["cargo", "build", "--release", "-p", "mock-idp", "--bin", "mock-idp", "--example", "load"], cwd=ROOT)
    PEERS.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "type": "module", "dependencies": NODE_PACKAGES})
    manifest = PEERS / "package.json"
    if not manifest.exists() or manifest.read_text() != wanted:
        manifest.write_text(wanted)
        run(["npm", "install", "--no-audit", "--no-fund"], cwd=PEERS)
    # Beside its packages, or Node would not find them.
    shutil.copy(Path(__file__).with_name("oidc-provider.mjs"), PEERS)
    if not (PEERS / "venv/bin/oidc-provider-mock").exists():
        run([sys.executable, "-m", "venv", PEERS / "venv"])
        run([PEERS / "venv/bin/pip", "install", "--quiet", *PYTHON_PACKAGES])


def run(command, **more):
    print("$", " ".join(map(str, command)), file=sys.stderr)
    subprocess.run(command, check=True, stdout=sys.stderr, **more)


def pinned(core, command):
    """The command on one core, if there is more than one."""
    if (os.cpu_count() or 1) > 1 and shutil.which("taskset"):
        return ["taskset", "-c", str(core), *command]
    return command


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("a server did not come up in time")
        time.sleep(0.002)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, form, basic):
    request = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode())
    if basic:
        request.add_header("Authorization", "Basic " + base64.b64encode(basic.encode()).decode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    assert "access_token" in json.load(opener.open(request))


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def resident(process):
    """Resident memory in megabytes, of the process and those it started."""
    total, waiting = 0, [process.pid]
    while waiting:
        pid = waiting.pop()
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return total / 1024


def measure(server, requests):
    """One round: start, first token, memory, load, memory."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [str(part).replace("{port}", str(port)) for part in server.command]
    with tempfile.TemporaryFile() as log:
        began = time.monotonic()
        process = subprocess.Popen(pinned(0, command), stdout=log, stderr=log, cwd=PEERS)
        try:
            until(lambda: listens(port) or died(process, server, log))
            form = dict(server.form)
            if server.prepare:
                form |= server.prepare(base)
            ask(base + server.path, form, server.basic)
            server.first_token.append((time.monotonic() - began) * 1000)
            server.idle.append(resident(process))
            load = [
                str(RELEASE / "examples/load"), "--url", base + server.path, "--form", urllib.parse.urlencode(form),
                "--requests", str(requests), "--warm-up", str(requests // 10),
            ]
            if server.basic:
                load += ["--basic", server.basic]
            done = subprocess.run(pinned(1, load), check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            if found["failures"]:
                raise SystemExit(f"{server.name}: {found['failures']} requests brought no token")
            server.rate.append(found["served"] / found["seconds"])
            server.p50.append(found["p50_ms"])
            server.p99.append(found["p99_ms"])
            server.loaded.append(resident(process))
        finally:
            process.terminate()
            process.wait()


def died(process, server, log):
    if process.poll() is not None:
        log.seek(0)
        raise SystemExit(f"{server.name} ended at once:\n{log.read().decode(errors='replace')}")
    return False


def table(measured):
    reference = measured[0]
    rows = [
        "| server | token | tokens/s | ours : theirs | p50 / p99 ms | first token, ms | MB idle / loaded |",
        "|---|---|---|---|---|---|---|",
    ]
    for server in measured:
        middle = statistics.median
        # Of the same round, so that a slow moment of the machine weighs on both.
        ratio = middle(ours / theirs for ours, theirs in zip(reference.rate, server.rate))
        rows.append(
            f"| {server.name} | {server.token} | {middle(server.rate):,.0f} | {ratio:.1f} "
            f"| {middle(server.p50):.1f} / {middle(server.p99):.1f} | {middle(server.first_token):.0f} "
            f"| {middle(server.idle):.0f} / {middle(server.loaded):.0f} |"
        )
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    # emulate refuses the 5,001st request of an hour; a round with its warm-up stays below.
    parser.add_argument("--requests", type=int, default=4000, help="of a round, to each server (default 4000)")
    parser.add_argument("--only", help="part of a server's name; ours is always measured")
    chosen = parser.parse_args()
    install()
    compared = servers()
    if chosen.only:
        compared = compared[:1] + [server for server in compared[1:] if chosen.only in server.name]
    for number in range(chosen.rounds):
        for server in compared:
            print(f"round {number + 1}: {server.name}", file=sys.stderr)
            measure(server, chosen.requests)
    print(table(compared))


if __name__ == "__main__":
    main()
