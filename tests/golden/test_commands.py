# SPDX-License-Identifier: GPL-2.0
"""Commands that measure nothing: what they print, what they refuse, and that output which could not
be written is not taken for all of it. Needs no privilege.
"""
import json
import os
import pty
import shutil
import subprocess

import pytest

from make_fixtures import MAKERS, fixture
from sample_reports import BUILD, ROOT
from test_golden import check_page

ZCTRACE = BUILD / "zctrace"
DATA = ROOT / "labs" / "data"
DONE, CLAIM, USAGE, MACHINE, FAILED = range(5)
FULL = "/dev/full"


def zctrace(*arguments, program=ZCTRACE, **more):
    """Exit status, standard output, standard error."""
    done = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, timeout=120,
                          **{**dict(capture_output=True), **more}, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def refused(*arguments, status=USAGE, **more):
    """The only line of a refusal."""
    done = zctrace(*arguments, **more)
    assert done[:2] == (status, ""), done
    lines = [line for line in done[2].splitlines() if line.startswith("zctrace")]
    assert len(lines) == 1, done
    return lines[0]


def on_a_terminal(*arguments):
    """Exit status and what is seen."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([ZCTRACE, *map(str, arguments)], stdin=theirs, stdout=theirs,
                          stderr=theirs, env={"PATH": "/usr/bin:/bin", "TERM": "xterm"}) as running:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:
            pass    # the last one has closed it
    os.close(ours)
    return running.returncode, seen.decode()


# --- what there is ---


def test_every_scenario_is_a_command():
    status, text, stderr = zctrace("list", "scenarios")
    assert (status, stderr) == (DONE, "")
    for line in text.splitlines():
        name, what = line.split(maxsplit=1)
        assert what and f"Usage: zctrace {name} " in zctrace("help", name)[1]


def test_every_metric_says_what_it_rests_on():
    status, text, stderr = zctrace("list", "metrics")
    assert (status, stderr) == (DONE, "")
    entries = text.splitlines()
    for head, what, evidence in zip(entries[::3], entries[1::3], entries[2::3]):
        assert head.endswith(")") and what.strip(), head
        assert evidence.startswith("  from: ") and "; witness: " in evidence, head
    names = [head.split(" (")[0] for head in entries[::3]]
    assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize("option, command", [("--help", "help"), ("-h", "help"),
                                             ("--version", "version"), ("-V", "version")])
def test_options_for_what_is_a_command(option, command):
    assert zctrace(option) == zctrace(command)
    assert zctrace(option)[0] == DONE


def test_doctor_says_the_same_to_people_and_to_scripts():
    status, text, stderr = zctrace("doctor")
    again, made, _ = zctrace("doctor", "--json")
    doctor = json.loads(made)
    assert (status, stderr) == (again, "")
    assert status == (DONE if doctor["able"] else MACHINE)
    lines = text.splitlines()
    for finding in doctor["findings"]:
        at = next(i for i, line in enumerate(lines) if line[5:].startswith(finding["what"] + " "))
        word = "yes" if finding["ok"] else "NO" if finding["required"] else "no"
        assert lines[at].split()[0] == word
        if not finding["ok"]:
            assert lines[at + 1].split() == ["lost:", *finding["loses"].split()]
            assert lines[at + 2].split() == ["to", "do:", *finding["advice"].split()]
    assert len(lines) == len(doctor["findings"]) + \
        2 * sum(not finding["ok"] for finding in doctor["findings"])


# --- output that cannot be written ---


@pytest.mark.parametrize("command", [
    ["list", "claims"], ["help"], ["--version"], ["version"], ["--help"], ["lab"],
    ["lab", "key", "1", "--from", DATA], ["lab", "check", fixture("run")],
    ["lab", "check", *[fixture("run")] * 200], ["lab", "check", fixture("run"), "--csv", "-"],
    ["diff", fixture("run"), fixture("run")],
    ["report", fixture("run")], ["report", fixture("run"), "--csv", "-"],
], ids=lambda command: " ".join(map(str, command[:2])))
def test_a_full_disk_is_told(command):
    with open(FULL, "w", encoding="utf-8") as full:
        status, _, stderr = zctrace(*command, capture_output=False, stdout=full,
                                    stderr=subprocess.PIPE)
    assert status == FAILED
    assert stderr.startswith("zctrace: standard output: ") and stderr.count("\n") == 1, stderr


def test_a_table_for_grading_goes_to_a_file_or_is_refused(tmp_path):
    table = tmp_path / "grades.csv"
    status, text, stderr = zctrace("lab", "check", "--no-color", fixture("run"), "--csv", table)
    assert (status, stderr) == (CLAIM, "")
    check_page(text)
    assert table.read_text().count("\n") == 2
    status, _, stderr = zctrace("lab", "check", fixture("run"), "--csv", tmp_path / "no" / "g.csv")
    assert status == FAILED
    assert stderr == f"zctrace: {tmp_path / 'no' / 'g.csv'}: No such file or directory\n"


def test_a_binary_format_is_not_for_a_terminal():
    status, seen = on_a_terminal("report", fixture("run"), "--perfetto", "-")
    assert status == USAGE
    assert "--perfetto -: a terminal cannot show this format; give a file" in seen


def test_colours_are_for_terminals_that_want_them():
    status, seen = on_a_terminal("report", fixture("compare"))
    assert status == DONE and "\x1b[" in seen
    status, seen = on_a_terminal("report", fixture("compare"), "--no-color")
    assert status == DONE and "\x1b[" not in seen


def test_reports_go_nowhere_that_cannot_be_written(tmp_path):
    line = refused("report", fixture("run"), "--json", tmp_path / "no" / "x.json")
    assert f"{tmp_path}/no/x.json: No such file or directory" in line
    line = refused("report", fixture("run"), *["--csv", tmp_path / "x.csv"] * 33)
    assert "too many output files" in line
    assert list(tmp_path.iterdir()) == []


# --- a program away from its directory ---


@pytest.fixture
def alone(tmp_path):
    """zctrace where neither its labs nor its scenario programs are."""
    return shutil.copy(ZCTRACE, tmp_path / "zctrace")


@pytest.mark.parametrize("command, status", [
    (["lab"], FAILED), (["lab", "1"], USAGE), (["lab", "key", "1"], USAGE),
])
def test_labs_are_missing(alone, command, status):
    assert "the labs are not beside this program" in \
        refused(*command, program=alone, status=status)


def test_hand_ins_are_unreadable_without_the_labs(alone, tmp_path):
    (tmp_path / "x.json").write_text("{}")
    status, text, stderr = zctrace("lab", "check", tmp_path / "x.json", program=alone)
    assert (status, stderr) == (CLAIM, "") and "unreadable" in text


# --- labs ---


def test_too_many_places_and_numbers():
    for command in ("lab", "lab key"):
        assert "--from: at most 8" in refused(*command.split(), 1, *["--from", DATA] * 9)
        assert "give the number of one lab" in refused(*command.split(), 1, 2)
    assert "/nowhere: No such file" in refused("lab", "key", 1, "--from", "/nowhere")


def changed_data(place, change):
    """The recorded reports of lab 1, one of them changed."""
    place.mkdir()
    for path in DATA.glob("lab1-*.json"):
        report = json.loads(path.read_text("utf-8"))
        if path.name == "lab1-compare.json":
            change(report)
        (place / path.name).write_text(json.dumps(report), "utf-8")
    return place


def test_a_statement_that_does_not_hold_here(tmp_path):
    def change(report):
        for scenario in report["scenarios"]:
            scenario["crossings"].update(per_round=3.0)

    status, text, stderr = zctrace("lab", "key", 1, "--from", changed_data(tmp_path / "x", change))
    assert (status, stderr) == (CLAIM, "")
    check_page(text)
    assert [line for line in text.splitlines() if line.endswith(" no")]


def test_what_the_lab_could_not_measure_is_not_judged(tmp_path):
    def change(report):
        for scenario in report["scenarios"]:
            scenario["crossings"].update(per_round=None)
            scenario["rounds"] = None

    data = changed_data(tmp_path / "x", change)
    (tmp_path / "p").write_text("copy-round: 4\nsendfile-round: 2\n")
    status, text, stderr = zctrace("lab", 1, "--from", data, "--predictions", tmp_path / "p",
                                   "--name", "Grace", "--no-color", "-q", "--out", "h",
                                   cwd=tmp_path)
    assert (status, stderr) == (DONE, "")
    check_page(text)
    assert "not measured: " in text
    made = json.loads((tmp_path / "h.json").read_text("utf-8"))
    assert made["name"] == "Grace" and made["predictions"]["copy-round"] == "4"
    assert '<p class="dim">not measured: ' in (tmp_path / "h.html").read_text("utf-8")


def test_answers_that_are_no_text(tmp_path):
    """Bytes that are no UTF-8 are kept, made visible."""
    (tmp_path / "a").write_bytes(b"copy-round: 4\nwhy-1: it \xff is\n")
    status, _, stderr = zctrace("lab", 1, "--from", DATA, "--answers", tmp_path / "a",
                                "--out", tmp_path / "h")
    assert (status, stderr) == (DONE, "")
    made = json.loads((tmp_path / "h.json").read_text("utf-8"))
    assert made["explanations"][0] == "it \\xff is"


def test_the_later_of_two_reports_counts(tmp_path):
    """Somebody measured again, and goes on with the hand-in."""
    def change(report):
        report["scenarios"][0]["rounds"] = 77

    arguments = ("--out", tmp_path / "h", "-q")
    (tmp_path / "a").write_text("copy-round: 4\n")
    assert zctrace("lab", 1, "--from", DATA, "--predictions", tmp_path / "a", *arguments)[0] == DONE
    data = changed_data(tmp_path / "x", change)
    assert zctrace("lab", 1, "--from", tmp_path / "h.json", "--from", data, *arguments)[0] == DONE
    made = json.loads((tmp_path / "h.json").read_text("utf-8"))
    (kept,) = [r for r in made["reports"] if r["file"] == "lab1-compare.json"]
    assert json.loads(kept["json"])["scenarios"][0]["rounds"] == 77
    assert zctrace("lab", "check", tmp_path / "h.json")[0] == CLAIM, "its counts disagree"


def test_the_lab_report_cannot_be_written(tmp_path):
    (tmp_path / "a").write_text("copy-round: 4\n")
    line = zctrace("lab", 1, "--from", DATA, "-q", "--out", tmp_path / "no" / "h",
                   "--predictions", tmp_path / "a")
    assert line[0] == FAILED
    assert line[2] == f"zctrace: {tmp_path}/no/h.json: No such file or directory\n"


# --- diff ---


def diff(tmp_path, change, base="compare"):
    """The page, B being A after change."""
    made = MAKERS[base]()
    change(made)
    path = tmp_path / "b.json"
    path.write_text(json.dumps(made), "utf-8")
    status, page, stderr = zctrace("diff", fixture(base), path)
    assert (status, stderr) == (DONE, "")
    check_page(page)
    return [" ".join(line.split()) for line in page.splitlines()]


def test_diff_of_versions(tmp_path):
    def change(report):
        report["tool"]["version"] = "later"

    assert f"zctrace {MAKERS['compare']()['tool']['version']} later" in diff(tmp_path, change)


def test_diff_of_claims_that_one_has(tmp_path):
    def change(report):
        report["claims"][0].update(id="another", text="another claim")

    lines = diff(tmp_path, change)
    assert any(line.startswith("another claim — ") for line in lines), lines


def test_diff_of_chunks(tmp_path):
    """Scenarios of the same name and another chunk are compared, and it is said."""
    def change(report):
        for scenario in report["scenarios"]:
            scenario["chunk_bytes"] = scenario["chunk_bytes"] and 32768

    lines = diff(tmp_path, change)
    assert not any(line.startswith("only in") for line in lines), lines
    assert any("32 KiB" in line for line in lines), lines
