# SPDX-License-Identifier: GPL-2.0
"""--counts-only: the same counts as ever, from the return of each call alone, and what cannot be
known in that way is null, with the reason."""
import collections
import re
import subprocess

import pytest

from traced import PYTHON, Sink, attached, flow, run, total
from zctrace import MIB, make_file, tool, zctrace

pytestmark = pytest.mark.usefixtures("place")

SIZE = 3 * MIB
CALLS = 10007
NOT_ASKED = "not asked for: --counts-only"

# Small reads and writes, ends of files, errors, children, signal handlers.
WORK = f"""trap : USR1
dd if=/dev/zero of=/dev/null bs=1 count={CALLS} status=none
for i in 1 2 3 4 5 6 7; do kill -USR1 $$; done
head -c 4099 /dev/zero | cat > out
cat no-such-file 2>/dev/null
exit 0
"""


def rows(scenario, name):
    """(call, kind of descriptor): [calls, errors, ends of file, bytes] of the process of that name;
    close apart, whose descriptor is gone when it returns."""
    found = collections.defaultdict(lambda: [0, 0, 0, 0])
    for call in scenario["syscalls"]:
        if call["role"].startswith(f"{name}["):
            fd = "-" if call["name"] == "close" else call["fd"]
            for i, what in enumerate(("calls", "errors", "zeros", "bytes")):
                found[call["name"], fd][i] += call[what]
    return dict(found)


def test_the_same_counts(place):
    whole = run(place, [tool("sh"), "-c", WORK], cwd=place)
    counts = run(place, [tool("sh"), "-c", WORK], "--counts-only", cwd=place)
    assert rows(counts, "dd") == rows(whole, "dd")
    for way in ("read", "write"):
        assert rows(counts, "dd")[way, "char device"] == [CALLS, 0, 0, CALLS]
    for scenario in (whole, counts):
        assert total(scenario, "rt_sigreturn") >= 7
        assert total(scenario, "write", "bytes", "file") == 4099
    assert total(counts, "execve") == total(whole, "execve")


def test_as_strace_sees_it(place):
    run(place, [tool("sh"), "-c", WORK], "--counts-only", strace=True, cwd=place)


def test_no_times_and_why(place):
    scenario = run(place, [tool("dd"), "if=/dev/zero", "of=out", "bs=1", "count=101"],
                   "--counts-only", cwd=place)
    for call in scenario["syscalls"]:
        assert [call[f"{what}_ns"] for what in ("cpu", "blocked", "runnable")] == [None] * 3
        assert (call["received_bytes"], call["histogram_log2_ns"]) == (None, [])
        assert call["why"] == NOT_ASKED
    (role,) = scenario["roles"].values()
    assert role["time_ns"]["kernel"] is None and NOT_ASKED in role["time_ns"]["why"]
    assert (role["faults"]["kernel"], role["faults"]["why"]) == (None, NOT_ASKED)
    assert scenario["timeline"]["events"] == []
    text = zctrace("report", place / "report.json", "-v").stdout
    assert re.search(r" write +file +101 +0 +101 B +— +— +—", text), text
    assert f"— {NOT_ASKED}" in text


SENDER = """
import os, socket, sys
with open(sys.argv[1], "rb") as file, socket.create_connection(("127.0.0.1", sys.argv[2])) as to:
    while os.sendfile(to.fileno(), file.fileno(), None, 65536):
        pass
"""


def test_no_verdict_on_what_was_not_seen(place):
    """The segments of a socket's first calls have left before it is looked at."""
    sink = Sink()
    scenario = run(place, [PYTHON, "-c", SENDER, make_file(place / "data", SIZE), sink.port],
                   "--counts-only")
    found = flow(scenario, "/data", by="sendfile")
    assert found["bytes"] == sink.total() == SIZE
    assert found["copies_per_byte"] is None
    assert found["verdict"].startswith("not visible (")


CALLER = """
import os, sys
sys.stdin.readline()
for _ in range(1009):
    os.getppid()
print("done", flush=True)
sys.stdin.readline()
"""


def test_of_a_running_program(place):
    with subprocess.Popen([PYTHON, "-c", CALLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        with attached(place, process.pid, "--counts-only") as watching:
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
        process.communicate("end\n")
    assert total(watching.scenario, "getppid") == 1009
