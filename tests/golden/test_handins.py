# SPDX-License-Identifier: GPL-2.0
"""Labs without root, from the recorded reports, and what an instructor gets: hand-ins that are
good, incomplete, altered and hostile, also a hundred at once. Needs no privilege.
"""
import copy
import csv
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import pytest

from sample_reports import BUILD
from test_golden import check_page, hidden

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "runtime"))
import lab_texts  # noqa: E402

ZCTRACE = BUILD / "zctrace"
DATA = ROOT / "labs" / "data"
GOOD, JUDGED_BAD, USAGE = 0, 1, 2
every_lab = pytest.mark.parametrize("number", lab_texts.numbers())


def zctrace(*arguments, cwd=None):
    done = subprocess.run([ZCTRACE, *map(str, arguments)], stdin=subprocess.DEVNULL, cwd=cwd,
                          capture_output=True, timeout=120, check=False,
                          env={"PATH": "/usr/bin:/bin"})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def said(number, name="Ada Lovelace", **more):
    lines = [f"name: {name}"]
    for prediction in lab_texts.predictions(number):
        lines.append(f"{prediction['id']}: {lab_texts.answer_to(prediction)}")
    for index, _ in enumerate(lab_texts.questions(number)):
        lines.append(f"why-{index + 1}: because of this,\n  and of that")
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in more.items())]) + "\n"


def hand_in(place, number, text=None, status=GOOD, source=DATA):
    """What a student makes who has no root: the path of the hand-in."""
    answers = place / "answers.txt"
    answers.write_text(said(number) if text is None else text, "utf-8")
    (place / f"lab{number}-handin.json").unlink(missing_ok=True)
    done = zctrace("lab", number, "--from", source, "--answers", answers, cwd=place)
    assert done[0] == status, done
    return place / f"lab{number}-handin.json"


def check(*paths):
    """Exit status and rows of lab check."""
    status, table, stderr = zctrace("lab", "check", *paths)
    assert stderr == ""
    check_page(table)
    again, text, stderr = zctrace("lab", "check", *paths, "--csv", "-")
    assert (again, stderr) == (status, "")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["file"] for row in rows] == [str(path) for path in paths]
    assert not [cell for row in rows for cell in row.values() if hidden(cell)]
    return status, rows


@every_lab
def test_without_root(tmp_path, number):
    path = hand_in(tmp_path, number)
    status, (row,) = check(path)
    assert (status, row["complete"], row["evidence"], row["missing"], row["reason"]) == \
        (GOOD, "yes", "recorded", "", "")
    assert row["name"] == "Ada Lovelace" and row["lab"] == str(number)
    assert int(row["predicted"]) == int(row["predictions"]) == \
        len(lab_texts.predictions(number))
    assert sorted(p.name for p in tmp_path.iterdir()) == \
        sorted(["answers.txt", *(f"lab{number}-handin.{kind}" for kind in ("html", "json", "md"))])


@every_lab
def test_the_key_holds_for_the_recorded_reports(number):
    status, text, stderr = zctrace("lab", "key", number, "--from", DATA)
    assert (status, stderr) == (GOOD, ""), text
    check_page(text)


def test_the_right_predictions_are_right(tmp_path):
    """What the report says, predicted: all right; with one changed, all but that one."""
    path = hand_in(tmp_path, 1)
    rows = [line.split(" | ") for line in path.with_suffix(".md").read_text().splitlines()
            if line.endswith("right |") or line.endswith("wrong |")]
    measured = [row[2] for row in rows]
    assert measured == ["4", "2", "1,024", "512", "39,324", "9,831"]
    ids = [prediction["id"] for prediction in lab_texts.predictions(1)]
    right = dict(zip(ids, measured))
    _, (row,) = check(hand_in(tmp_path, 1, said(1, **right)))
    assert row["right"] == "6"
    _, (row,) = check(hand_in(tmp_path, 1, said(1, **{**right, "ratio": "9×"})))
    assert row["right"] == "5"
    _, (row,) = check(hand_in(tmp_path, 1, said(1, **{**right, "ratio": "530"})))
    assert row["right"] == "6", "±5 %"


# --- incomplete ---


@pytest.mark.parametrize("without, missing", [
    ("name", "name"), ("copy-round", "1 of 6 predictions"), ("why-2", "1 of 3 answers"),
])
def test_incomplete(tmp_path, without, missing):
    lines = said(1).replace(",\n ", ",").splitlines()
    kept = [line for line in lines if not line.startswith(f"{without}:")]
    path = hand_in(tmp_path, 1, "\n".join(kept) + "\n")
    status, (row,) = check(path)
    assert (status, row["complete"], row["missing"]) == (JUDGED_BAD, "no", missing)
    assert row["evidence"] == "recorded"


def test_goes_on_with_a_hand_in(tmp_path):
    """Answers come later; the predictions stay."""
    path = hand_in(tmp_path, 1, "name: Ada\ncopy-round: 7\n")
    before = json.loads(path.read_text())
    (tmp_path / "later.txt").write_text("why-1: first\nwhy-2: second\nwhy-3: third\n")
    status, text, stderr = zctrace("lab", 1, "--from", path, "--answers", tmp_path / "later.txt",
                                   cwd=tmp_path)
    assert (status, stderr) == (GOOD, "")
    assert "Still missing: 5 of 6 predictions." in text
    after = json.loads(path.read_text())
    assert after == {**before, "explanations": ["first", "second", "third"]}


def test_a_hand_in_is_not_overwritten(tmp_path):
    path = hand_in(tmp_path, 1)
    before = path.read_bytes()
    (tmp_path / "answers.txt").write_text("copy-round: 9\n")
    more = ("--answers", tmp_path / "answers.txt")
    status, _, stderr = zctrace("lab", 1, "--from", DATA, *more, cwd=tmp_path)
    assert status == USAGE and "go on with --from lab1-handin.json" in stderr
    assert path.read_bytes() == before
    assert zctrace("lab", 1, "--from", DATA, *more, "--out", "other", cwd=tmp_path)[0] == GOOD
    assert path.read_bytes() == before


# --- predictions are made before ---


def go_on(place, path, text):
    (place / "later.txt").write_text(text)
    return zctrace("lab", 1, "--from", path, "--predictions", place / "later.txt", cwd=place)


def test_what_was_skipped_stays_skipped(tmp_path):
    """The measured values are on the screen by then."""
    path = hand_in(tmp_path, 1, "name: Ada\ncopy-round: 7\n")
    before = path.read_bytes()
    status, _, stderr = go_on(tmp_path, path, "sendfile-round: 2\n")
    assert status == USAGE
    assert "sendfile-round: the predictions were sealed at 20" in stderr
    status, _, stderr = go_on(tmp_path, path, "copy-round: 4\n")
    assert status == USAGE and "copy-round: the predictions were sealed at 20" in stderr
    assert path.read_bytes() == before
    assert go_on(tmp_path, path, "copy-round: 7\n")[0] == GOOD, "the same is no change"
    _, (row,) = check(path)
    assert (row["predicted"], row["right"]) == ("1", "0")


def test_nothing_is_shown_before_a_prediction(tmp_path):
    status, text, stderr = zctrace("lab", 1, "--from", DATA, "-q", cwd=tmp_path)
    assert (status, text) == (USAGE, "") and "no predictions, and no terminal" in stderr
    assert list(tmp_path.iterdir()) == []


def seal_of(made):
    predictions = json.dumps(made["predictions"], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{made['sealed']['at']}\n{predictions}".encode()).hexdigest()


def test_the_seal_is_of_the_time_and_the_predictions(tmp_path):
    made = json.loads(hand_in(tmp_path, 1).read_text())
    assert made["sealed"] == {"at": made["sealed"]["at"], "sha256": seal_of(made)}
    sheet = (tmp_path / "lab1-handin.md").read_text()
    assert f"Predictions sealed {made['sealed']['at']}, SHA-256 {seal_of(made)}." in sheet
    assert seal_of(made) in (tmp_path / "lab1-handin.html").read_text()


@pytest.mark.parametrize("change, when, said_of_it", [
    (lambda made: None, "before", ""),
    (lambda made: made.pop("sealed"), "not sealed", "were never sealed"),
    (lambda made: made["predictions"].update({"copy-round": "4.0"}), "changed",
     "are not those that were sealed"),
    (lambda made: made["sealed"].update(at="2020-01-01T00:00:00Z"), "changed",
     "are not those that were sealed"),
    (lambda made: (made["sealed"].update(at="2099-01-01T00:00:00Z"),
                   made["sealed"].update(sha256=seal_of(made))), "after",
     "were sealed after a report was measured"),
], ids=["sealed", "no seal", "another prediction", "another time", "too late"])
def test_when_predictions_were_made(tmp_path, good, change, when, said_of_it):
    made = copy.deepcopy(good)
    change(made)
    path = write(tmp_path / "a.json", made)
    status, (row,) = check(path)
    assert (status, row["made"]) == (GOOD if when == "before" else JUDGED_BAD, when)
    assert (row["complete"], row["evidence"]) == ("yes", "consistent")
    table = " ".join(zctrace("lab", "check", path)[1].split())
    assert said_of_it in table


def test_recorded_reports_are_older_than_any_prediction(tmp_path):
    status, (row,) = check(hand_in(tmp_path, 1))
    assert (status, row["made"]) == (GOOD, "recorded")


# --- altered ---


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A complete hand-in whose evidence is nobody else's."""
    path = hand_in(tmp_path_factory.mktemp("good"), 1)
    made = json.loads(path.read_text())
    for index, report in enumerate(made["reports"]):
        measured = json.loads(report["json"])
        measured["config"]["started"] = made["sealed"]["at"]
        put_report(made, index, measured)
    return made


def put_report(made, index, report, honest=True):
    text = json.dumps(report)
    made["reports"][index]["json"] = text
    if honest:
        made["reports"][index]["sha256"] = hashlib.sha256(text.encode()).hexdigest()


def write(path, made):
    path.write_text(json.dumps(made), "utf-8")
    return path


def test_own_evidence_is_consistent(tmp_path, good):
    status, (row,) = check(write(tmp_path / "a.json", good))
    assert (status, row["evidence"], row["reason"]) == (GOOD, "consistent", "")


def first(report, **match):
    return next(call for call in report["scenarios"][0]["syscalls"]
                if all(call[key] == value for key, value in match.items()))


def change(path, amount=1):
    def apply(report):
        *steps, last = path
        value = report["scenarios"][0]
        for step in steps:
            value = value[step]
        value[last] += amount
    return apply


def change_call(amount_by, **match):
    def apply(report):
        call = first(report, **match)
        for key, amount in amount_by.items():
            call[key] += amount
    return apply


def swap_verdict(report):
    claim = next(c for c in report["claims"] if c["id"] == "copy-switches")
    assert claim["verdict"] == "holds"
    claim["verdict"] = "does not hold"


def drop_witnesses(report):
    report["scenarios"][0]["witnesses"] = []


def lie_of_witness(report):
    witness = report["scenarios"][0]["witnesses"][0]
    witness["witness"] += witness["tolerance"] + 1


def more_calls(report):
    """With its histogram, but not with the crossings."""
    call = first(report, role="sender", name="read")
    call["calls"] += 1
    call["histogram_log2_ns"][-1] += 1


ALTERED = {
    "loss": (change(("loss", "recursion")), "events were lost"),
    "failures": (change_call({"errors": 1 << 40}, role="sender", name="read"), "more failed than"),
    "no runs": (lambda r: r["scenarios"][0].update(runs=[]), "0 runs, but"),
    "crossings": (change(("crossings", "data"), 2), "crossings of data calls"),
    "control": (change(("crossings", "control"), 2), "crossings of control calls"),
    "total": (change(("crossings", "total"), -2), "crossings in all"),
    "per round": (change(("crossings", "per_round"), -1), "a round"),
    "received": (change(("received_bytes",)), "the receiver says"),
    "sent": (change_call({"bytes": -1}, role="sender", name="sendto"), "were sent"),
    "arrived": (change_call({"bytes": -1}, role="receiver", name="recvfrom"), "were received"),
    "calls": (change_call({"calls": 1}, role="sender", name="read"), "its histogram"),
    "calls alike": (more_calls, "crossings of data calls"),
    "origin": (lambda r: r["scenarios"][0]["legs"][2]["origin_bytes"].update(private=1),
               "passed the device"),
    "time": (lambda r: r["scenarios"][0]["elapsed_ns"]["untraced"].update(median=1),
             "median of the elapsed times"),
    "run": (lambda r: r["scenarios"][0]["runs"][0].update(elapsed_ns=1), "runs differ"),
    "digest": (lambda r: r["scenarios"][0].update(sha256_received="0" * 64),
               "not what was sent"),
    "witness": (lie_of_witness, "witness"),
    "no witness": (drop_witnesses, "no witness"),
    "nothing": (lambda r: r.update(scenarios=[], claims=[]), "nothing was measured"),
    "verdict": (swap_verdict, "does not follow"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_altered(tmp_path, good, name):
    """Whoever changes a number, and the digest with it, leaves others that disagree."""
    alter, reason = ALTERED[name]
    made = copy.deepcopy(good)
    report = json.loads(made["reports"][0]["json"])
    report["tool"]["version"] = subprocess.run([ZCTRACE, "version"], capture_output=True, text=True,
                                               check=True).stdout.split()[1]
    put_report(made, 0, report)
    assert check(write(tmp_path / "before.json", made))[1][0]["evidence"] == "consistent"
    alter(report)
    put_report(made, 0, report, honest=False)
    status, (row,) = check(write(tmp_path / "a.json", made))
    assert (status, row["evidence"]) == (JUDGED_BAD, "inconsistent")
    assert "altered, its SHA-256 is another" in row["reason"]
    put_report(made, 0, report)
    status, (row,) = check(write(tmp_path / "b.json", made))
    assert (status, row["evidence"]) == (JUDGED_BAD, "inconsistent")
    assert reason in row["reason"], row["reason"]


def test_a_report_that_is_none(tmp_path, good):
    """Its digest is right, so that it was handed over like that."""
    made = copy.deepcopy(good)
    put_report(made, 0, {"schema": "zctrace/1"})
    status, (row,) = check(write(tmp_path / "a.json", made))
    assert (status, row["evidence"]) == (JUDGED_BAD, "inconsistent")
    assert row["reason"].startswith("lab1-compare.json: ") and "missing" in row["reason"]


def test_another_command(tmp_path, good):
    made = copy.deepcopy(good)
    report = json.loads(made["reports"][0]["json"])
    report["tool"]["command"] += ["--chunk", "1M"]
    put_report(made, 0, report)
    status, (row,) = check(write(tmp_path / "a.json", made))
    assert status == JUDGED_BAD
    assert row["missing"] == "lab1-compare.json by the lab's command"


def test_the_same_measurement_twice(tmp_path, good):
    one = write(tmp_path / "one.json", good)
    two = write(tmp_path / "two.json", {**good, "name": "Charles"})
    _, rows = check(one, two)
    assert [row["same_as"] for row in rows] == ["", str(one)]
    (tmp_path / "r1").mkdir()
    (tmp_path / "r2").mkdir()
    _, rows = check(hand_in(tmp_path / "r1", 1), hand_in(tmp_path / "r2", 1))
    assert [row["same_as"] for row in rows] == ["", ""], "everybody may take the recorded ones"


# --- hostile ---

EVIL = "\x1b[2J\x07<script>alert(1)</script>|`|\r\n\u202e=cmd()"


def hostile_files(place, good):
    """Paths of what no student should hand in."""
    made = {
        "empty": "", "object": "{}", "array": "[]", "deep": "[" * 100000,
        "nul": '{"schema": "zctrace-lab/1\x00"}', "cut": json.dumps(good)[:-40],
        "raw": good["reports"][0]["json"], "newer": json.dumps({**good, "schema": "zctrace-lab/2"}),
        "no lab": json.dumps({**good, "lab": 99}), "huge lab": json.dumps({**good, "lab": 2**40}),
        "negative": json.dumps({**good, "lab": -1}), "types": json.dumps({**good, "name": {}}),
        "texts": json.dumps({**good, "explanations": [1, None, [], {}]}),
        "values": json.dumps({**good, "predictions": {"copy-round": ["4"], "ratio": 1e308}}),
        "long": json.dumps({**good, "name": "x" * 20000}),
        "many": json.dumps({**good, "reports": good["reports"] * 40}),
        "twice": json.dumps({**good, "reports": good["reports"][:1] * 2}),
        "bad report": json.dumps({**good, "reports": [{**good["reports"][0], "json": "{" * 9999}]}),
        "no text": json.dumps({**good, "reports": [{"file": "lab1-compare.json", "json": {}}]}),
        "path": json.dumps({**good, "reports": [{**good["reports"][0],
                                                 "file": "../../../etc/passwd"}]}),
        "format": json.dumps({**good, "name": "%s%n%s%n", "predictions": {"copy-round": "%n"}}),
        "evil": json.dumps({**good, "name": EVIL, "written": EVIL, "title": EVIL}),
        "nan": json.dumps({**good, "predictions": {"copy-round": "nan", "ratio": "1e999"}}),
    }
    paths = [place / f"{name}.json" for name in made]
    for path, text in zip(paths, made.values()):
        path.write_text(text, "utf-8")
    (place / "invalid.json").write_bytes(b'{"schema": "zctrace-lab/1", "name": "\xff"}')
    with open(place / "large.json", "wb") as large:
        large.truncate((64 << 20) + 1)
    os.mkfifo(place / "fifo")
    (place / "link").symlink_to("/dev/zero")
    (place / f"{EVIL.replace('/', '')}.json").write_text("{}")
    more = ("invalid.json", "large.json", "fifo", "link", "missing")
    return [*paths, *(place / name for name in more), place]


def test_a_hundred_hand_ins_of_which_some_are_hostile(tmp_path, good):
    (tmp_path / "bad").mkdir()
    bad = hostile_files(tmp_path / "bad", good)
    chance = random.Random(7)
    paths = list(bad)
    while len(paths) < 100:
        made = copy.deepcopy(good)
        report = json.loads(made["reports"][0]["json"])
        report["config"]["started"] = f"2025-01-01T00:00:{len(paths):02}Z"
        put_report(made, 0, report)
        doc1 = json.loads(made["reports"][1]["json"])
        doc1["config"]["started"] = f"2025-01-01T00:00:{len(paths):02}Z"
        put_report(made, 1, doc1)
        paths.append(write(tmp_path / f"student{len(paths)}.json", made))
    chance.shuffle(paths)
    status, rows = check(*paths)
    assert status == JUDGED_BAD and len(rows) == 100
    for path, row in zip(paths, rows):
        sound = row["complete"] == "yes" and row["evidence"] == "consistent"
        assert sound == (path not in bad or path.stem in ("evil", )), row
        assert (row["evidence"] == "unreadable") <= bool(row["reason"]), row


def test_a_name_from_hell(tmp_path):
    path = hand_in(tmp_path, 1, said(1, name=EVIL.replace("\r\n", " "), **{
        "why-2": EVIL.replace("\r\n", " ")}))
    _, (row,) = check(path)
    assert not hidden(row["name"]) and not row["name"].startswith("=")
    page = path.with_suffix(".html").read_text("utf-8")
    assert "<script" not in page and "alert(1)" in page and "\x1b" not in page
    markdown = path.with_suffix(".md").read_text("utf-8")
    assert "<script" not in markdown and "\x1b" not in markdown and "\u202e" not in markdown


# --- what a student can get wrong ---


@pytest.mark.parametrize("text, part", [
    ("copy-round: four\n", "is no answer"), ("nonsense: 4\n", "asks for no"),
    ("no colon here\n", "is not"), ("why-9: x\n", "asks for no"), ("ratio: 1e999\n", "no answer"),
    ("\x1b[2J: 4\n", "asks for no"),
])
def test_answers_that_are_none(tmp_path, text, part):
    answers = tmp_path / "answers.txt"
    answers.write_text(text, "utf-8")
    status, _, stderr = zctrace("lab", 1, "-q", "--from", DATA, "--answers", answers, cwd=tmp_path)
    assert status == USAGE and part in stderr and not hidden(stderr[:-1])
    assert stderr.startswith("zctrace: ") and stderr.count("\n") == 1


@pytest.mark.parametrize("arguments, part", [
    (("lab", 99), "there is no lab"), (("lab", "x"), "the number of one lab"),
    (("lab", 1, 2), "the number of one lab"), (("lab", "check"), "a hand-in is missing"),
    (("lab", "key"), "which lab"), (("lab", "key", 99), "there is no lab"),
    (("lab", 1, "--from", "nowhere"), "No such file"), (("lab", 1), "no predictions"),
    (("lab", 1, "--answers", "nowhere"), "No such file"),
    (("lab", 1, "--from", DATA / "lab3-lo.json"), "no report of that name"),
])
def test_bad_usage(tmp_path, arguments, part):
    status, _, stderr = zctrace(*arguments, cwd=tmp_path)
    assert status == USAGE and part in stderr


def test_of_another_lab(tmp_path):
    path = hand_in(tmp_path, 3)
    status, _, stderr = zctrace("lab", 1, "--from", path, cwd=tmp_path)
    assert status == USAGE and "it is of lab 3, not of lab 1" in stderr


def test_lists_the_labs():
    status, text, _ = zctrace("lab")
    assert status == GOOD
    assert [int(line.split()[0]) for line in text.splitlines() if line[:1].isdigit()] == \
        lab_texts.numbers()


def test_installed(tmp_path):
    """The labs are found beside an installed program; the keys stay in the source."""
    for place, what in (("bin", [ZCTRACE]), ("share/zctrace/labs", lab_texts.LABS.glob("*.md")),
                        ("share/zctrace/labs/data", DATA.iterdir())):
        (tmp_path / place).mkdir(parents=True)
        for path in what:
            shutil.copy(path, tmp_path / place / path.name)
    listed = subprocess.run([tmp_path / "bin" / "zctrace", "lab"], capture_output=True, text=True,
                            check=True).stdout
    assert listed.endswith(f"its text is in {tmp_path}/share/zctrace/labs\n")
    key = subprocess.run([tmp_path / "bin" / "zctrace", "lab", "key", "1"], capture_output=True,
                         text=True, check=False)
    assert key.returncode == USAGE and "there is no key" in key.stderr
