# SPDX-License-Identifier: GPL-2.0
"""Memory that is refused once, at every place that asks for some: the output is what it would have
been, or one message says that memory was lacking. Never a part of the output with status 0, which
would pass for all of it. Needs no privilege."""
import os
import subprocess

import pytest

from zctrace import BUILD, FAILED, ROOT, TIMEOUT_S, USAGE, command

FIXTURES = ROOT / "tests" / "golden" / "fixtures"
FAULTS = BUILD / "tests" / "memory_faults.so"

COMMANDS = {
    "text": ["report", FIXTURES / "ways.json", "-v"],
    "sweep": ["report", FIXTURES / "sweep.json"],
    "json": ["report", FIXTURES / "ways.json", "--json", "-"],
    "markdown": ["report", FIXTURES / "run.json", "-v", "--markdown", "-"],
    "csv": ["report", FIXTURES / "compare.json", "--csv", "-"],
    "openmetrics": ["report", FIXTURES / "compare.json", "--openmetrics", "-"],
    "perfetto": ["report", FIXTURES / "compare.json", "--perfetto", "-"],
    "file": ["report", FIXTURES / "run.json", "-q", "--json", "report.json"],
    "diff": ["diff", FIXTURES / "compare.json", FIXTURES / "slower.json", "-v"],
    "claims": ["list", "claims"],
}


def run(place, arguments, refused):
    """How it ends with that request refused (0: with none), and the files that it made."""
    chains = place.parent / "chains"
    done = subprocess.run(
        command(*arguments), cwd=place, capture_output=True, timeout=TIMEOUT_S, check=False,
        env={**os.environ, "LD_PRELOAD": str(FAULTS), "ZCTRACE_REFUSE": str(refused),
             "ZCTRACE_CHAINS": str(chains)},
    )
    files = {path.name: path.read_bytes() for path in place.iterdir()}
    for path in place.iterdir():
        path.unlink()
    return done, files, int(chains.read_text()) if not refused else None


@pytest.mark.parametrize("name", COMMANDS)
def test_memory_is_refused_once(tmp_path, name):
    (tmp_path / "own").mkdir()
    whole, files, places = run(tmp_path / "own", COMMANDS[name], 0)
    assert (whole.returncode, whole.stderr) == (0, b"") and (whole.stdout or files)
    assert places > 1
    told = 0
    for refused in range(1, places + 1):
        done, made, _ = run(tmp_path / "own", COMMANDS[name], refused)
        if done.returncode == 0:
            assert (done.stdout, done.stderr, made) == (whole.stdout, b"", files), refused
            continue
        assert done.returncode in (FAILED, USAGE), (refused, done)
        assert done.stderr.startswith(b"zctrace: ") and done.stderr.count(b"\n") == 1, refused
        assert b"memory" in done.stderr, (refused, done.stderr)
        assert made == {}, refused
        told += 1
    assert told or name == "claims"
