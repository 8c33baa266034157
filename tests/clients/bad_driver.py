"""A driver that does what no driver should: `bad_driver.py FAULT [NOTES]`.

It is well-behaved for Entra, and at fault for Okta, so that a run of both shows that one case does not harm the other. The
numbers of the processes it starts are written to the file NOTES.
"""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

fault, notes = (sys.argv[1:] + ["", ""])[:2]
asked = {}


def note(pid):
    if notes:
        with open(notes, "a") as file:
            file.write(f"{pid}\n")


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def say(**message):
    write(json.dumps(message) + "\n")


def token():
    form = {
        "grant_type": "client_credentials",
        "client_id": asked["auth"]["client_id"],
        "client_secret": asked["auth"]["client_secret"],
        "scope": " ".join(asked["scopes"]),
    }
    trusted = ssl.create_default_context(cadata=asked["idp"]["ca_pem"])
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(asked["idp"]["token_url"], body)
    with urllib.request.urlopen(request, context=trusted) as answer:
        return json.load(answer)["access_token"]


def hang():
    while True:
        time.sleep(60)


def flood(line):
    while True:
        sys.stdout.write(line)


def leave_a_child():
    # It holds the pipes of its parent.
    note(subprocess.Popen(["sleep", "600"]).pid)


def misbehave(id, op):
    """Does what it is here for, at the moment for it. True if the request is as good as answered."""
    during = {"open": "open", "get_token": "operation", "close": "end"}.get(op, op)
    if fault == f"hang in {during}":
        hang()
    if fault == f"die in {during}":
        sys.stderr.write("out of cheese\n")
        os._exit(7)
    if fault == "killed" and op == "get_token":
        os.kill(os.getpid(), 9)
    if fault == "child and die" and op == "get_token":
        leave_a_child()
        os._exit(7)
    if fault == "child and hang" and op == "get_token":
        leave_a_child()
        hang()
    if op == "open" and fault == "child":
        leave_a_child()
    if op != "get_token":
        return False
    if fault == "garbage":
        write("Traceback (most recent call last):\n")
    elif fault == "no text":
        sys.stdout.buffer.write(b"\xff\xfe\n")
        sys.stdout.buffer.flush()
    elif fault == "twice":
        say(id=id, ok={"token": token()})
    elif fault == "unasked":
        say(id=4711, ok={})
    elif fault == "flood":
        flood(json.dumps({"id": id, "event": "started"}) + " " * 100_000 + "\n")
    elif fault == "no end of line":
        flood("x" * 1000)
    elif fault == "flood on standard error":
        for _ in range(2000):
            sys.stderr.write("x" * 1000 + "\n")
    elif fault == "lies about tokens":
        say(id=id, ok={"token": "eyJhbGciOiJub25lIn0.e30."})
        return True
    elif fault == "lies about success":
        say(id=id, ok={"token": asked["auth"]["client_secret"]})
        return True
    return False


def main():
    note(os.getpid())
    if fault == "dies at once":
        sys.stderr.write("no such module\n")
        sys.exit(3)
    if fault == "hangs at once" or fault == "never reads":
        hang()
    bad = False
    while True:
        line = sys.stdin.readline()
        if not line:
            if fault == "ignores the end" and bad:
                hang()
            return
        request = json.loads(line)
        id, op = request["id"], request["op"]
        if op == "open":
            asked.update(request)
            bad = request["provider"] == "okta"
        if bad and misbehave(id, op):
            continue
        if op == "hello":
            can = {"ops": ["set_clock"], "auth": ["post"]}
            if fault == "lies about its clock":
                can |= {"clock": "driven", "timers": True}
            say(id=id, ok={"version": 1, "name": "bad", "can": can})
        elif op == "get_token":
            try:
                say(id=id, ok={"token": token()})
            except OSError as error:
                say(id=id, err={"class": "other", "message": str(error)})
        else:
            say(id=id, ok={})


main()
