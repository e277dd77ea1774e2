# SPDX-License-Identifier: GPL-2.0
"""Saved reports: every fixture gives the expected text, Markdown and CSV, and what is no report is
refused with status 4 and one line on stderr. Needs no privilege.
"""
import csv
import io
import json
import re
import subprocess
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from make_fixtures import (DIFFS, EXPECTED, MAKERS, copy_scenario, expected, failed, fixture,
                           spread)
from sample_reports import BUILD

ZCTRACE = BUILD / "zctrace"
COLUMNS = 100
UNREADABLE = 4
BIDIRECTIONAL = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
CSV_COLUMNS = ["mode", "scenario", "variant", "cache", "link", "rate_bits", "chunk_bytes", "run",
               "traced", "role", "metric", "unit", "value", "why"]


def zctrace(*arguments, **environment):
    return subprocess.run([ZCTRACE, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False,
                          env={"PATH": "/usr/bin:/bin", **environment})


def output(*arguments, **environment):
    done = zctrace(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout


def hidden(line):
    """Characters that a terminal acts upon, or that change the order of others."""
    return [c for c in line if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or
            unicodedata.bidirectional(c) in BIDIRECTIONAL or c in "\u200b\u200e\u200f\ufeff"]


def refused(path):
    """The one line that says why."""
    done = zctrace("report", path)
    assert done.returncode == UNREADABLE, done
    assert done.stdout == b""
    line = done.stderr.decode()
    assert line.startswith("zctrace: ") and line.endswith("\n") and line.count("\n") == 1
    assert not hidden(line[:-1])
    return line


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF"
               else 1 for c in line)


def check_page(page, width=COLUMNS):
    """What every terminal page keeps to, whatever the report holds."""
    assert page.endswith("\n")
    for line in page[:-1].split("\n"):
        assert columns(line) <= width, line
        assert line == line.rstrip(" ")
        assert not hidden(line)


@pytest.fixture(params=MAKERS)
def name(request):
    return request.param


@pytest.mark.parametrize("suffix", EXPECTED)
def test_expected_output(name, suffix):
    assert output("report", fixture(name), "--no-color", *EXPECTED[suffix]).decode() == \
        expected(f"{name}.{suffix}").read_text("utf-8")


@pytest.mark.parametrize("diff", DIFFS)
def test_expected_diff(diff):
    before, after, options = DIFFS[diff]
    page = output("diff", fixture(before), fixture(after), *options).decode()
    assert page == expected(diff).read_text("utf-8")
    check_page(page)


def test_fixtures_are_what_their_makers_say(name):
    assert json.loads(fixture(name).read_text("utf-8")) == json.loads(json.dumps(MAKERS[name]()))


def test_json_survives_unchanged(name):
    same = output("report", fixture(name), "--json", "-") == fixture(name).read_bytes()
    assert same  # their difference takes pytest minutes


@pytest.mark.parametrize("options", [[], ["-v"]])
def test_pages_keep_to_the_terminal(name, options):
    check_page(output("report", fixture(name), *options).decode())


def test_no_color_without_a_terminal(name):
    assert b"\x1b" not in output("report", fixture(name), TERM="xterm-256color")


def test_locale_does_not_matter(name):
    plain = output("report", fixture(name), LC_ALL="C")
    assert plain == output("report", fixture(name), LC_ALL="C.UTF-8")


def test_markdown_has_no_markup_of_others():
    page = output("report", fixture("hostile"), "--markdown", "-").decode()
    assert "<script" not in page and "<img" not in page and "</table" not in page
    tables = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    assert len(tables) >= 2
    for table in tables:
        assert len({line.count("|") - line.count("\\|") for line in table.splitlines()}) == 1


def test_csv_is_tidy(name):
    rows = list(csv.reader(io.StringIO(output("report", fixture(name), "--csv", "-").decode())))
    assert rows[0] == CSV_COLUMNS
    assert {len(row) for row in rows} == {len(CSV_COLUMNS)}
    for row in rows[1:]:
        value = dict(zip(CSV_COLUMNS, row))
        assert (value["value"] == "") == (value["why"] != ""), row
        if value["value"]:
            float(value["value"])
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_csv_has_every_run():
    made = MAKERS["compare"]()
    rows = csv.DictReader(io.StringIO(output("report", fixture("compare"), "--csv", "-").decode()))
    elapsed = [(r["scenario"], r["variant"], r["traced"], int(r["value"])) for r in rows
               if r["run"] and r["metric"] == "elapsed"]
    assert elapsed == [(s["id"], s["variant"], str(r["traced"]).lower(), r["elapsed_ns"])
                       for s in made["scenarios"] for r in s["runs"]]


def test_two_sweeps_are_a_line_for_each_size(tmp_path):
    other = MAKERS["sweep"]()
    quicker, moved, _, gone = other["scenarios"][:4]
    for times in (quicker["elapsed_ns"]["untraced"], quicker["sender_cpu_ns"]["untraced"]):
        times.update(spread([t // 2 for t in times["runs"]]))
    moved["crossings"]["data"] += 4
    moved["legs"][1].update(bytes=0, per_byte=0.0)
    other["scenarios"].remove(gone)
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other), "utf-8")
    page = output("diff", fixture("sweep"), path).decode()
    check_page(page)
    lines = {" ".join(line.split()[:3]): " ".join(line.split()) for line in page.split("\n")}
    assert lines["copy 1 KiB"].count("changed: 0.50×") == 2
    assert lines["copy 16 KiB"].count("within the noise") == 2
    assert "crossings of data calls: 65,536 in A, 65,540 in B" in page
    assert "CPU copies per byte: 2.00 in A, 1.00 in B" in page
    assert "could not be measured in either" in page
    assert "only in A: copy, 4 MiB" in page
    assert "rounds" not in page
    assert b"rounds" in output("diff", fixture("sweep"), path, "-v")


def test_a_way_that_failed_at_every_size_is_said_once(tmp_path):
    report, why = MAKERS["sweep"](), "io_uring is disabled on this machine"
    for chunk in (1024, 4096, 16384):
        point = failed(copy_scenario("chunk", [1], 1, chunk, 0, 0, 0), why)
        point["id"] = "uring"
        report["scenarios"].append(point)
    path = tmp_path / "failed.json"
    path.write_text(json.dumps(report), "utf-8")
    for options in ([], ["--markdown", "-"]):
        page = output("report", path, *options).decode().replace("\\_", "_")
        assert page.count(why) == 1
        lines = [line for line in page.split("\n") if "uring" in line and "every" in line]
        assert len(lines) == 1 and "—" in lines[0] and not re.search("[0-9]", lines[0])
    page = output("report", path, "--html", "-").decode()
    assert page.split("<main")[1].split('id="path"')[0].count(why) == 1


def test_not_measured_is_never_zero():
    page = output("report", fixture("unmeasured")).decode()
    line = next(line for line in page.split("\n") if "context switches" in line)
    assert "0" not in line and "—" in line
    assert "sched_switch is not in this kernel's BTF" in page


def test_cut_anywhere(tmp_path):
    whole = fixture("compare").read_bytes()
    path = tmp_path / "cut.json"
    for length in range(0, len(whole) - 2, 97):
        path.write_bytes(whole[:length])
        refused(path)


def test_newer_schema(tmp_path):
    path = tmp_path / "newer.json"
    path.write_text(json.dumps({**MAKERS["compare"](), "schema": "zctrace/2"}), "utf-8")
    assert "use a newer zctrace" in refused(path)


FOREIGN = {"empty": "", "object": "{}", "array": "[]", "null": "null", "number": "1",
           "other": '{"schema": "other"}', "nul": "\x00", "escape": "\x1b[2J",
           "deep arrays": "[" * 100000, "deep objects": '{"a":' * 100000, "mark": "\ufeff{}",
           "twice": '{"schema": "zctrace/1", "schema": "zctrace/1"}'}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_foreign(text, tmp_path):
    path = tmp_path / "foreign.json"
    path.write_text(text, "utf-8")
    refused(path)


def test_invalid_utf8(tmp_path):
    path = tmp_path / "bytes.json"
    path.write_bytes(fixture("compare").read_bytes().replace(b"kvm", b"k\xffm", 1))
    refused(path)


def test_not_a_file(tmp_path):
    assert "regular file" in refused(tmp_path)
    assert "regular file" in refused("/dev/zero")
    assert "No such file" in refused(tmp_path / "nothing")


def test_too_large(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as large:
        large.truncate((512 << 20) + 1)
    assert "too large" in refused(path)


def places(value, path=()):
    """The path of every value in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


PLACES = {name: list(places(make())) for name, make in MAKERS.items()}
JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=300),
                 st.integers(0, 2**63 - 1), st.sampled_from(["", "sender", "\x1b", "字" * 4096]),
                 st.lists(st.integers(), max_size=9), st.dictionaries(st.text(), st.none(),
                                                                      max_size=3))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_value_is_anything(data, tmp_path_factory):
    """It can be read and its page keeps to the terminal, or it is refused; nothing else."""
    name = data.draw(st.sampled_from(list(MAKERS)))
    made = MAKERS[name]()
    path = data.draw(st.sampled_from(PLACES[name][1:]))
    where = made
    for key in path[:-1]:
        where = where[key]
    where[path[-1]] = data.draw(JUNK)
    file = tmp_path_factory.getbasetemp() / "junk.json"
    file.write_text(json.dumps(made), "utf-8", "surrogatepass")
    done = zctrace("report", file, "-v")
    if done.returncode == 0:
        # Python and the C library may know the width of newer characters differently.
        check_page(done.stdout.decode(), 2 * COLUMNS)
    else:
        refused(file)


def test_a_million_events(tmp_path):
    made = MAKERS["compare"]()
    made["scenarios"][2]["timeline"]["dropped"] = 0
    made["scenarios"][2]["timeline"]["events"] = [
        [1 + i % 2, 0, 4713, 0, 1, i, 65536] for i in range(1000000)]
    path = tmp_path / "long.json"
    path.write_text(json.dumps(made), "utf-8")
    assert b"1,000,000 events" in output("report", path, "-v")
