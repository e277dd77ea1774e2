# SPDX-License-Identifier: GPL-2.0
"""Commands of the distribution under zctrace and, at the same time, strace: how many of their calls
and bytes are told alike."""
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "runtime"))
import traced  # noqa: E402

RUNS, SIZE = 5, 3 << 20
COPY = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"
COMMANDS = {
    "cat": ["cat", "source"],
    "cp": ["cp", "source", "target"],
    "dd": ["dd", "if=source", "of=target", "bs=4k", "status=none"],
    "gzip": ["gzip", "-1kf", "source"],
    "head": ["head", "-c", "1000003", "source"],
    "python3, copyfile": [traced.PYTHON, "-c", COPY, "source", "target"],
    "sh, a pipe of three": ["sh", "-c", "cat source | tr a b | wc -c; exit 0"],
    "sha256sum": ["sha256sum", "source"],
    "sort": ["sort", "-n", "lines"],
    "split": ["split", "-b", "500000", "source"],
    "tar": ["tar", "-cf", "target.tar", "source", "lines"],
    "xargs": ["sh", "-c", "seq 40 | xargs -n 10 echo; exit 0"],
}


def compare(command, place):
    """(calls counted, what differs or None)"""
    (place / "source").write_bytes(bytes(range(256)) * (SIZE // 256))
    (place / "lines").write_text("\n".join(str(n * 7919 % 10007) for n in range(20011)))
    try:
        scenario = traced.run(place, command, strace=True, cwd=place)
    except AssertionError as error:
        return 0, str(error)
    return sum(call["calls"] for call in scenario["syscalls"]), None


def all_of_them():
    """{name: [(calls, what differs)]} of the commands that are installed."""
    found = {}
    for name, command in COMMANDS.items():
        if not shutil.which(command[0]):
            continue
        found[name] = []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory(prefix="zctrace-proof-", dir="/var/tmp") as place:
                found[name].append(compare(command, pathlib.Path(place)))
    return found
