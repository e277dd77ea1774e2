# SPDX-License-Identifier: GPL-2.0
"""Why a program read and wrote: the call that would have spared it the copies was refused. How
often, and with which error, is exact."""
import pytest

from traced import COPIED, PYTHON, Sink, flow, program, run, run_under_strace
from zctrace import CHUNK, make_file, tool

pytestmark = pytest.mark.usefixtures("place")

SIZE = 23 * CHUNK + 17
TRIES = 3


def refusal(call, error, times, before=True):
    return {"call": call, "error": error, "times": times, "before": before}


def falls(place, way, target, *options, **more):
    path = make_file(place / "source", SIZE)
    scenario = run(place, [program("falls"), way, path, target], *options, **more)
    return flow(scenario, "/source")


@pytest.mark.parametrize("options", [[], ["--counts-only"]], ids=["", "counts only"])
@pytest.mark.parametrize("way, expected", [
    ("sendfile", [refusal("sendfile", "EINVAL", TRIES)]),
    ("copy_file_range", [refusal("copy_file_range", "EBADF", TRIES)]),
    ("several", [refusal("copy_file_range", "EINVAL", 1), refusal("copy_file_range", "EFAULT", 1),
                 refusal("copy_file_range", "other errors", TRIES)]),
    ("late", [refusal("sendfile", "EINVAL", 1, before=False)]),
])
def test_a_file_that_is_appended_to_takes_writes_only(place, way, expected, options):
    found = falls(place, way, place / "target", *options)
    assert found["refusals"] == expected
    assert (found["verdict"], found["calls_by"], found["bytes"]) == (COPIED, "read + write", SIZE)


def test_splice_needs_a_pipe(place):
    """EAGAIN, which it also got, refuses nothing."""
    sink = Sink()
    found = falls(place, "splice", sink.port)
    assert sink.total() == SIZE
    assert found["refusals"] == [refusal("splice", "EINVAL", TRIES)]
    assert (found["verdict"], found["calls_by"]) == (COPIED, "read + write")


def test_the_report_says_it(place):
    falls(place, "sendfile", place / "target", "--markdown", place / "report.md",
          "--html", place / "report.html")
    for name in ("report.md", "report.html"):
        text = (place / name).read_text()
        assert "sendfile was refused with EINVAL 3 times; after it came read + write" in \
            text.replace("\\", ""), name


def test_python_where_a_container_forbids_sendfile(place):
    """socket.sendfile() falls back to send(): the library says nothing of it."""
    path, sink = make_file(place / "source", SIZE), Sink()
    script = ("import socket, sys\n"
              f"with socket.create_connection(('127.0.0.1', {sink.port})) as s, "
              "open(sys.argv[1], 'rb') as f:\n"
              "    s.sendfile(f)\n")
    scenario = run(place, [program("refuse", "-lseccomp"), "sendfile", PYTHON, "-c", script, path])
    assert sink.total() == SIZE
    found = flow(scenario, "/source")
    assert found["refusals"] == [refusal("sendfile", "EPERM", 1)]
    assert found["verdict"] == COPIED and found["bytes"] == SIZE


def test_cp_where_a_container_forbids_copy_file_range(place):
    path = make_file(place / "source", SIZE)
    scenario = run(place, [program("refuse", "-lseccomp"), "copy_file_range", tool("cp"),
                           "--reflink=auto", path, place / "target"])
    assert (place / "target").read_bytes() == path.read_bytes()
    assert flow(scenario, "/source")["refusals"] == [refusal("copy_file_range", "EPERM", 1)]


def test_nothing_was_refused(place):
    path = make_file(place / "source", SIZE)
    scenario = run_under_strace(place, [tool("dd"), f"if={path}", f"of={place / 'target'}",
                                        "bs=64K"])
    assert [f["refusals"] for f in scenario["flows"] if f["refusals"]] == []
