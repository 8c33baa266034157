"""Runs a command at a terminal of its own, does something there, and prints what was seen and how it ended.

    terminal.py types|interrupts|foreign INPUT COMMAND...

`types` types a line once the command has said `up`, `interrupts` types Ctrl-C; both wait for `done`. INPUT is a file for its input, or
`terminal`. `foreign` gives it a terminal for its input that is not that of its session, and sends it SIGINT.
"""

import os
import pty
import select
import signal
import subprocess
import sys

PATIENCE = 20


def until(source, wanted):
    said = b""
    while wanted not in said:
        if not select.select([source], [], [], PATIENCE)[0]:
            raise TimeoutError(f"no {wanted} in {said}")
        try:
            more = os.read(source, 1024)
        except OSError:  # The other end of the terminal is closed.
            more = b""
        if not more:
            raise EOFError(f"no {wanted} in {said}")
        said += more
    return said


def at_foreign_terminal(command):
    _, terminal = pty.openpty()
    started = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, start_new_session=True)
    said = until(started.stdout.fileno(), b"up")
    started.send_signal(signal.SIGINT)
    try:
        rest, _ = started.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        raise
    return said + rest, started.returncode


def in_foreground(typed, given, command):
    child, terminal = pty.fork()
    if child == 0:
        if given != "terminal":
            os.dup2(os.open(given, os.O_RDONLY), 0)
        os.execv(command[0], command)
    try:
        said = until(terminal, b"up")
        os.write(terminal, typed)
        said += until(terminal, b"done")
    except (TimeoutError, EOFError):
        # It may stand still for ever.
        os.killpg(child, signal.SIGKILL)
        raise
    return said, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(what, given, *command):
    if what == "foreign":
        said, code = at_foreign_terminal(command)
    else:
        said, code = in_foreground({"types": b"hello\n", "interrupts": b"\x03"}[what], given, command)
    # Without what the terminal itself shows of what is typed.
    print(said.decode().replace("\r", "").replace("hello\n", "", 1).replace("^C", "").strip())
    print(code)


main(*sys.argv[1:])
