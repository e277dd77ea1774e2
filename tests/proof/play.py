# SPDX-License-Identifier: GPL-2.0
"""Runs random_moves with a seed under zctrace, and compares; finds the fewest moves that still show
what is wrong."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import tally
from compare import WRONG, Comparison

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build")).resolve()
ZCTRACE, PROGRAM = BUILD / "zctrace", BUILD / "tests" / "random_moves"
MOVES, TIMEOUT_S = 40, 120
MODES = ("run", "run --counts-only", "attach")


def mode_of(seed):
    return "attach" if seed % 25 == 24 else "run --counts-only" if seed % 25 in (8, 16) else "run"


def play(seed, mode, moves=None):
    """The comparison of one run."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="zctrace-proof-", dir="/var/tmp"))
    own = pathlib.Path(tempfile.mkstemp(prefix="zctrace-proof-", dir="/dev/shm")[1])
    report = place / "report.json"
    how = [",".join(map(str, moves)) + ","] if moves is not None else []
    program = [str(PROGRAM), str(own), str(seed), *how]
    try:
        tally.new(own, hold=mode == "attach")
        if mode == "attach":
            attach(place, own, report, program)
        else:
            watched = [ZCTRACE, *mode.split(), "-q", "-u", "root", "--timeline=0", "--json", report,
                       "--", *program]
            done = subprocess.run(watched, cwd=place, timeout=TIMEOUT_S, check=False,
                                  capture_output=True, text=True)
            assert done.returncode in (0, 4), (seed, done.returncode, done.stderr)
        return Comparison(json.loads(report.read_text()), tally.Tally(own), mode == "attach")
    finally:
        own.unlink()
        shutil.rmtree(place)


def attach(place, own, report, program):
    """The program waits, without a call, until it is watched."""
    line = place / "live.prom"
    with subprocess.Popen(program, cwd=place) as playing:
        time.sleep(0.02)
        with subprocess.Popen([ZCTRACE, "attach", "-q", "-p", str(playing.pid), "-i", "0.05",
                               "--live-openmetrics", line, "--json", report],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as watching:
            while not line.exists() and watching.poll() is None:
                time.sleep(0.005)
            tally.let_go(own)
            _, stderr = watching.communicate(timeout=TIMEOUT_S)
            assert watching.returncode in (0, 4), stderr
        assert playing.wait(TIMEOUT_S) == 0


def wrong(comparison, number=None):
    return [f for f in comparison.findings
            if f.outcome == WRONG and number in (None, f.number)]


def shrink(seed, mode, number):
    """Leaves out moves as long as it is still wrong; halves first."""
    moves, size = list(range(MOVES)), MOVES // 2
    if not wrong(play(seed, mode, moves), number):
        return None
    while size:
        at = 0
        while at < len(moves):
            fewer = moves[:at] + moves[at + size:]
            if wrong(play(seed, mode, fewer), number):
                moves = fewer
            else:
                at += size
        size //= 2
    return moves
