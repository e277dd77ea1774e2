# SPDX-License-Identifier: GPL-2.0
"""Scenario programs that are missing, that do not start, or that are not what zctrace takes them
for: one message says which of them, and what it did."""
import json
import shutil
import subprocess

import pytest

import zctrace as here
from remote_programs import guest, receive
from zctrace import (
    FAILED,
    MACHINE,
    MEASURED,
    NOBODY,
    USAGE,
    assert_one_message,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

QUICK = ["-n", 1, "--size", "64K"]

# A receiver that is played; {told} is what it tells at the end instead of its tally.
PLAYED = """#!/usr/bin/python3
import socket
gate = socket.socket(fileno=3)
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
gate.send(b"listening %d" % port)
connection, _ = listener.accept()
gate.send(b"ready %d" % port)
gate.recv(99)
gate.send(b"begin")
while connection.recv(1 << 20):
    pass
gate.send(b"end")
gate.send({told!r})
gate.recv(99)
"""
SAYS = """#!/usr/bin/python3
import socket
gate = socket.socket(fileno=3)
gate.send({said!r})
gate.recv(99)
"""


@pytest.fixture
def broken(public_build, monkeypatch):
    """Puts a text in the place of a program, in a copy of what was built."""
    monkeypatch.setattr(here, "BUILD", public_build.parent)

    def put(name, text, mode=0o755):
        path = public_build.parent / "scenarios" / name
        path.write_text(text)
        path.chmod(mode)

    return put


def fails(*parts, options=("sendfile", *QUICK), status=FAILED):
    done = zctrace(*options)
    assert (done.returncode, done.stdout) == (status, ""), done
    assert_one_message(done.stderr, *parts)


# --- on one machine ---


def test_there_are_none(public_build, monkeypatch):
    """zctrace was copied away from its build directory."""
    shutil.rmtree(public_build.parent / "scenarios")
    monkeypatch.setattr(here, "BUILD", public_build.parent)
    fails("scenario programs are not beside this program", "make", status=USAGE)


@pytest.mark.parametrize("name, role", [("receiver", "receiver"), ("sendfile", "sender")])
@pytest.mark.parametrize("mode", [0o644, 0o755], ids=oct)
def test_one_cannot_be_started(broken, name, role, mode):
    """It is not executable, or what would interpret it is not there."""
    broken(name, "#!/no/such/interpreter\n", mode)
    fails(f"the {role}'s program did not start", "build it again", status=USAGE)


@pytest.mark.parametrize("name, role", [("receiver", "receiver"), ("sendfile", "sender")])
def test_one_ends_at_once(broken, name, role):
    broken(name, "#!/bin/sh\nexit 23\n")
    fails(f"the {role} ended with status 23 before it was done")


@pytest.mark.parametrize("said", [b"hello", b"{}", b'{"error": ""', b"readyready" * 100],
                         ids=["word", "object", "torn", "long"])
@pytest.mark.parametrize("name, role", [("receiver", "receiver"), ("sendfile", "sender")])
def test_one_says_something_else(broken, name, role, said):
    broken(name, SAYS.format(said=said))
    if name == "sendfile" and said.startswith(b"ready"):
        # It begins like the right word; but nobody has connected to the receiver.
        fails("timed out", options=("sendfile", *QUICK, "--timeout", 1))
    else:
        fails(f"the {role} said \"{said.decode()[:80]}", "out of turn")


def test_a_tally_that_cannot_be_read(broken):
    broken("receiver", PLAYED.format(told=b'{"calls": '))
    fails("the receiver's tally cannot be read")


# --- at the other end of a network ---


def answers(*options):
    """What a guest is told that asks for a run, from "listening" on."""
    with receive(*options) as far, guest(far) as end:
        end.expect("zctrace-remote ")
        end.say("run traced=0 digest=0 seconds=60")
        return end.rest()


@pytest.mark.parametrize("text, part", [
    (SAYS.format(said=b"hello"), 'the receiver said "hello" out of turn'),
    ("#!/bin/sh\nexit 23\n", "ended before it was done"),
    ("#!/no/such/interpreter\n", "ended before it was done"),
], ids=["says", "ends", "missing"])
def test_a_guest_is_told(broken, text, part):
    broken("receiver", text)
    (line,) = answers()
    assert line.startswith("error ") and part in line


def test_a_guest_gets_no_tally_that_cannot_be_read(broken):
    broken("receiver", PLAYED.format(told=b'{"calls": '))
    with receive() as far, guest(far) as end:
        end.expect("zctrace-remote ")
        with end.run() as data:
            end.say("go")
            end.expect("begin")
            data.sendall(b"x" * 100)
        end.expect("end")
        assert "the receiver's tally cannot be read" in end.expect("error ")


# --- a machine that cannot ---


def test_doctor_of_somebody_without_privilege(public_build):
    """The same to people and to scripts: what is missing, what is lost by it, what to do."""
    who = dict(user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True)
    text = subprocess.run([public_build, "doctor"], **who, check=False)
    made = subprocess.run([public_build, "doctor", "--json"], **who, check=False)
    assert text.returncode == made.returncode == MACHINE
    first = json.loads(made.stdout)["findings"][0]
    assert not first["ok"] and first["required"]
    assert "neither root nor CAP_BPF" in first["detail"] and "sudo" in first["advice"]
    lines = text.stdout.splitlines()
    assert lines[0].split() == ["NO", *first["what"].split(), *first["detail"].split()]
    assert lines[1].split() == ["lost:", *first["loses"].split()]
    assert lines[2].split() == ["to", "do:", *first["advice"].split()]


def test_a_user_cannot_run_as_another(public_build):
    done = subprocess.run([public_build, "run", "-u", "root", "--", "id"], user=NOBODY,
                          group=NOBODY, extra_groups=[], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "-u root", "only root")


def test_what_is_here_works(public_build, monkeypatch):
    """That the tests above fail for their own reason: the same copy, with nothing in it spoiled."""
    monkeypatch.setattr(here, "BUILD", public_build.parent)
    assert zctrace("sendfile", *QUICK, "-q").returncode == MEASURED
