# SPDX-License-Identifier: GPL-2.0
"""A sweep: exact counts at every size of the chunk, what is refused, and what Ctrl-C leaves."""
import csv
import json
import re
import statistics

import pytest

from zctrace import (
    CHUNK,
    FAILED,
    KIB,
    MEASURED,
    MIB,
    ROUNDS,
    USAGE,
    assert_one_message,
    calls,
    data_calls,
    disagreeing,
    leg,
    make_file,
    measure,
    started,
    wait_for_sender,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = ROUNDS * CHUNK
QUICK = ["-q", "-n", 1, "--size", SIZE]
PER_ROUND = {"copy": 4, "sendfile": 2}
NAME = "zctrace-sweep.json"


def rounds(size, chunk):
    return -(-size // chunk)


def chunks_of(report, way):
    return [s["chunk_bytes"] for s in report["scenarios"] if s["id"] == way]


def test_counts_are_exact_at_every_size():
    chunks = [4 * KIB, CHUNK, 100_000, MIB, SIZE]
    report = measure("sweep", *QUICK, "--chunks", ",".join(map(str, chunks)))
    assert (report["mode"], report["claims"]) == ("sweep", [])
    assert [(s["id"], s["chunk_bytes"]) for s in report["scenarios"]] == [
        (way, chunk) for way in PER_ROUND for chunk in chunks]
    for scenario in report["scenarios"]:
        way, number = scenario["id"], rounds(SIZE, scenario["chunk_bytes"])
        assert scenario["rounds"] == number
        assert scenario["crossings"]["data"] == PER_ROUND[way] * number
        assert data_calls(scenario) == PER_ROUND[way] // 2 * number
        assert calls(scenario)["read" if way == "copy" else "sendfile"] == number + 1
        copied = SIZE if way == "copy" else 0
        for name in ("cache-user", "user-socket"):
            assert leg(scenario, name)["bytes"] == copied, name
        assert scenario["timeline"]["limit"] == 0
    assert rounds(SIZE, CHUNK) == ROUNDS


def test_bytes_per_second_are_of_the_untraced_median():
    report = measure("sweep", "-q", "-n", 3, "--size", SIZE, "--chunks", "64K")
    for scenario in report["scenarios"]:
        median = statistics.median(scenario["elapsed_ns"]["untraced"]["runs"])
        assert scenario["bytes_per_second"] == pytest.approx(SIZE * 1e9 / median, rel=1e-6)


@pytest.mark.parametrize("spec, expected", [
    ("1K..16K", [KIB << n for n in range(5)]),
    ("4K..20K", [4 * KIB, 8 * KIB, 16 * KIB, 20 * KIB]),
    ("64K..64K", [64 * KIB]),
    ("1M,4K,4K,64K", [4 * KIB, 64 * KIB, MIB]),
    ("4KB..9KB,1M", [4000, 8000, 9000, MIB]),
])
def test_sizes_of_the_chunk(spec, expected):
    report = measure("sweep", "-q", "-n", 1, "--size", "1M", "--scenarios", "sendfile", "--chunks",
                     spec)
    assert chunks_of(report, "sendfile") == expected


def test_default_sizes_end_at_the_file(place):
    file = make_file(place / "file", 5000)
    for options in ([file], ["--size", 5000]):
        report = measure("sweep", "-q", "-n", 1, *options)
        for way in PER_ROUND:
            assert chunks_of(report, way) == [1024, 2048, 4096]


def test_every_way_that_there_is():
    """Also those that this test does not know."""
    listed = zctrace("list", "scenarios").stdout.splitlines()
    ways = [line.split()[0] for line in listed if line and not line[0].isspace()]
    done = zctrace("sweep", *QUICK, "--scenarios", "all", "--chunks", "64K,1M", "--json", "-")
    assert (done.returncode, done.stderr) == (MEASURED, "")
    scenarios = json.loads(done.stdout)["scenarios"]
    assert set(PER_ROUND) <= set(ways)
    assert [(s["id"], s["chunk_bytes"]) for s in scenarios] == [
        (way, chunk) for way in ways for chunk in (CHUNK, MIB)]
    for scenario in scenarios:
        assert scenario["failed"] or scenario["rounds"] == rounds(SIZE, scenario["chunk_bytes"])


def test_chosen_ways_in_their_order():
    report = measure("sweep", *QUICK, "--scenarios", "sendfile,copy,sendfile", "--chunks", "1M")
    assert [s["id"] for s in report["scenarios"]] == ["sendfile", "copy"]


def test_report_is_kept_and_every_format_made_of_it(place):
    done = zctrace("sweep", "-n", 1, "--size", SIZE, "--chunks", "64K,1M")
    assert done.returncode == MEASURED
    assert done.stderr.startswith("zctrace: 1 condition, 12 runs (check, untraced, traced); about ")
    kept = place.parent / "current" / NAME
    again = zctrace("report", kept)
    assert again.stdout == done.stdout
    assert re.search(r"^ +copy +64 KiB +\d+ ", done.stdout, re.MULTILINE)
    assert "With 1 run each nothing can be told from noise" in " ".join(done.stdout.split())
    for kind in ("html", "markdown", "csv", "openmetrics", "perfetto"):
        made = place / kind
        assert zctrace("report", kept, "-q", f"--{kind}", made).returncode == MEASURED
        assert made.stat().st_size > 0
    rows = list(csv.DictReader((place / "csv").open()))
    rate = {(r["scenario"], r["chunk_bytes"]) for r in rows if r["metric"] == "bytes_per_second"}
    assert rate == {(way, str(chunk)) for way in PER_ROUND for chunk in (CHUNK, MIB)}
    compared = zctrace("diff", kept, kept)
    assert compared.returncode == MEASURED
    kept.unlink()


@pytest.mark.parametrize("options, parts", [
    (["--chunks", "0"], ["--chunks 0", "at least 1 byte"]),
    (["--chunks", "64X"], ["--chunks 64X", "not a size"]),
    (["--chunks", "8K..4K"], ["8K..4K", "larger than the last", "4K..8K"]),
    (["--chunks", "4K.."], ["not a size"]),
    (["--chunks", "..4K"], ["not a size"]),
    (["--chunks", ""], ["not a size"]),
    (["--chunks", "4K,,8K"], ["not a size"]),
    (["--chunks", "1..4G"], ["2147479552"]),
    (["--chunks", ",".join(map(str, range(1, 42)))], ["at most 40"]),
    (["--chunks", "1..1G,3..1G"], ["at most 40"]),
    (["--chunks", "1M..4M", "--size", "2M"], ["4 MiB", "2 MiB"]),
    (["--scenarios", "cp"], ['"cp"', "copy, sendfile", "all"]),
    (["--scenarios", ""], ['""', "copy, sendfile"]),
    (["--expect", "copy-switches=holds"], ["--expect", "zctrace compare"]),
    (["--to", "192.0.2.7", "--link", "veth"], ["--to", "--link"]),
    (["--full"], ["--full"]),
    (["a", "b"], ["one FILE only"]),
])
def test_what_is_refused(place, options, parts):
    done = zctrace("sweep", *options)
    assert (done.returncode, done.stdout) == (USAGE, "")
    for part in parts:
        assert part in done.stderr
    assert not (place.parent / "current" / NAME).exists()


def test_chunk_larger_than_the_file_given(place):
    done = zctrace("sweep", "--chunks", "8K", make_file(place / "file", 5000))
    assert done.returncode == USAGE
    assert_one_message(done.stderr, "8 KiB", "4.88 KiB")


def test_ctrl_c_keeps_what_was_measured(place):
    """After a check of each of two sizes and four runs of both kinds, the eighth run is of a
    second round."""
    options = ["-q", "-n", 9, "--size", "4M", "--rate", "100Mbit", "--chunks", "64K,1M"]
    with started("sweep", *options, "--scenarios", "sendfile") as running:
        wait_for_sender(running, "sendfile", number=8)
        running.terminal_signal()
        status, stdout, stderr = running.end(timeout_s=20)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, "sweep: interrupted", "what was measured until then follows")
    kept = place.parent / "current" / NAME
    report = json.loads(kept.read_text())
    assert chunks_of(report, "sendfile")[0] == CHUNK
    for scenario in report["scenarios"]:
        repeats = sum(run["traced"] for run in scenario["runs"])
        assert 1 <= repeats < 9
        assert scenario["rounds"] == rounds(4 * MIB, scenario["chunk_bytes"])
        assert data_calls(scenario) == scenario["rounds"]
        assert disagreeing(scenario) == []
    kept.unlink()
