# SPDX-License-Identifier: GPL-2.0
"""The articles' own programs in Python, under `zctrace run`: they make the calls that the articles
describe, and what zctrace's programs in C show holds for them too.
"""
import json
import subprocess

import pytest

from zctrace import MEASURED, ROOT, zctrace

PROGRAMS = ROOT / "articles" / "programs"
PYTHON = "/usr/bin/python3"
ROUNDS, CHUNK = 23, 65535
BYTES = ROUNDS * CHUNK - 1


@pytest.fixture
def receiver():
    """The article's own; it says where it listens, and at its end what came."""
    with subprocess.Popen([PYTHON, PROGRAMS / "receiver.py", "0"], text=True,
                          stdout=subprocess.PIPE) as running:
        running.port = running.stdout.readline().split()[-1]
        yield running
        running.kill()


def sent(program, receiver, place):
    """Every call that moved the file, and the flow, of what the program did."""
    file, out = place / "file", place / "run.json"
    file.write_bytes(b"x" * BYTES)
    done = zctrace("run", "-q", "--json", out, "--", PYTHON, PROGRAMS / program, file,
                   receiver.port)
    assert done.returncode == MEASURED, done.stderr
    assert receiver.stdout.read().splitlines()[-1].startswith(f"bytes: {BYTES} ")
    scenario = json.loads(out.read_text("utf-8"))["scenarios"][0]
    flow = next(flow for flow in scenario["flows"]
                if flow["source"] == str(file) and flow["sink_kind"].startswith("tcp"))
    return scenario["syscalls"], flow


def moved(calls, name):
    """Calls of that name that moved payload: (how many, bytes)."""
    (row,) = [call for call in calls if call["name"] == name and call["bytes"]]
    return row["calls"] - row["zeros"] - row["errors"], row["bytes"]


def test_copy_is_one_read_and_one_send(receiver, place):
    calls, flow = sent("copy.py", receiver, place)
    assert moved(calls, "sendto") == (1, BYTES)
    assert (flow["calls_by"], flow["calls"]) == ("read + sendto", 2)
    assert flow["verdict"] == "copied through user space"
    assert flow["bytes"] == BYTES and flow["copies_per_byte"] == 2


def test_sendfile_is_a_call_a_chunk(receiver, place):
    calls, flow = sent("sendfile.py", receiver, place)
    assert moved(calls, "sendfile") == (ROUNDS, BYTES)
    assert flow["verdict"] == "zero-copy"
    assert flow["bytes"] == BYTES and flow["copies_per_byte"] == 0


def test_an_article_decides_them(receiver, place):
    """By a rule over the flow: what check says of a saved report of run."""
    sent("sendfile.py", receiver, place)
    done = zctrace("check", "nginx-sendfile", place / "run.json", "--json", "-")
    assert done.returncode == MEASURED, done.stderr
    claims = {claim["id"]: claim for claim in json.loads(done.stdout)["claims"]}
    assert claims["nginx-ktls"]["verdict"] == "holds"
