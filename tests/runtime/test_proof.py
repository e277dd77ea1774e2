# SPDX-License-Identifier: GPL-2.0
"""Random programs' own tallies against the report: fixed seeds, and some that the date draws. `make
proof` does it with a thousand."""
import datetime
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "proof"))
import play  # noqa: E402
from compare import AGREES, WITNESS, WRONG  # noqa: E402

pytestmark = pytest.mark.usefixtures("place")

FIXED = (*range(1, 11), 16, 24, 25)  # with --counts-only, and attach
DAY = datetime.date.today().toordinal()
DRAWN = tuple(100000 + DAY * 7 % 899981 + i for i in range(4))


@pytest.mark.parametrize("seed", FIXED + DRAWN)
def test_report_says_what_the_program_did(seed):
    comparison = play.play(seed, play.mode_of(seed))
    assert play.wrong(comparison) == [], f"seed {seed}"
    agreed = {finding.number for finding in comparison.findings if finding.outcome == AGREES}
    assert {"calls, by system call", "bytes, by kind of descriptor"} <= agreed or comparison.doubts


def test_a_wrong_number_is_found():
    """Each kind of number is wrong when the report has another one."""
    comparison = play.play(1, "run")
    run, found = comparison.run, set()
    for row in run["syscalls"]:
        row["calls"] += 1
        row["bytes"] += 1
        row["errors"] += 1
        for time in ("cpu_ns", "blocked_ns", "runnable_ns"):
            row[time] += 10 ** 12
    for flow in run["flows"]:
        flow["bytes"] += 1
        if flow["copies_per_byte"] is not None:
            flow["copies_per_byte"] += 1
    run["roles"]["other"] = {
        "pid": 1, "switches": {"voluntary": -(10 ** 6)}, "faults": {"user": -(10 ** 6)}}
    again = type(comparison)({"scenarios": [run]}, comparison.tally)
    found = {finding.number for finding in again.findings if finding.outcome == WRONG}
    assert found == set(WITNESS)
