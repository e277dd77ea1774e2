# SPDX-License-Identifier: GPL-2.0
"""The labs, done on this machine: every command of every text as it is written, the statements of
the keys against what was measured, and `zctrace lab` from the predictions to the hand-in.
"""
import json
import os
import pathlib
import pty
import re
import subprocess

import pytest

import lab_texts
from zctrace import (FAILED, MEASURED, NOBODY, SEGMENTS, USAGE, command, tells_unseen_segments,
                     zctrace)

pytestmark = pytest.mark.usefixtures("place")

# They measure doc1, and use its port themselves.
ports = pytest.mark.xdist_group("ports of the documents")
every_lab = pytest.mark.parametrize("number", lab_texts.numbers())


@pytest.fixture
def room(place):
    place.chmod(0o777)
    return lab_texts.furnish(place)


def unseen_segments(report):
    """Segments left on top of a process that this kernel hides from BPF: the witnesses tell."""
    return any(not witness["agree"] and witness["id"] in SEGMENTS
               and witness["counted"] < witness["witness"]
               for scenario in report["scenarios"] for witness in scenario["witnesses"])


def write_predictions(room, number, name="Ada", **more):
    given = {p["id"]: lab_texts.answer_to(p) for p in lab_texts.predictions(number)}
    lines = [f"name: {name}", *(f"{key}: {value}" for key, value in {**given, **more}.items())]
    path = room / "predictions.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.long
@ports
@every_lab
def test_every_command_runs_and_the_key_holds(place, number):
    changes = number == lab_texts.CHANGES_SOURCE
    room = (lab_texts.furnish_to_build if changes else lab_texts.furnish)(place)
    with lab_texts.terminal(room) as run:
        lab_texts.run_all(number, run)
    for name in lab_texts.measurements(number):
        assert json.loads((room / name).read_text())["schema"] == "zctrace/1"
    unseen = any(unseen_segments(json.loads((room / name).read_text()))
                 for name in lab_texts.measurements(number))
    key = zctrace("lab", "key", number, "--from", room)
    statements = re.findall(r"^\| ", lab_texts.text_path(number, key=True).read_text(), re.M)
    held = re.findall(r"  yes$", key.stdout, re.M)
    if unseen:  # a claim may not be decided then, and nothing else is amiss
        held += re.findall(r"  not measured  no$", key.stdout, re.M)
    else:
        assert (key.returncode, key.stderr) == (0, ""), key.stdout
    assert len(held) == len(statements) - 1, key.stdout
    # And every number that is asked for is there.
    done = zctrace("lab", number, "-q", "--from", room, "--predictions",
                   write_predictions(room, number), cwd=room)
    assert (done.returncode, done.stderr) == (0, "")
    assert unseen or "not measured" not in done.stdout
    checked = zctrace("lab", "check", room / f"lab{number}-handin.json", "--csv", "-")
    (row,) = checked.stdout.splitlines()[1:]
    assert ",consistent," in row or tells_unseen_segments(row), row
    assert f"{len(lab_texts.questions(number))} answers" in row
    assert "by the lab's command" not in row


def as_nobody():
    return {**os.environ, "SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}


def test_a_lab_as_sudo_runs_it(room):
    done = zctrace("lab", 2, "--predictions", write_predictions(room, 2), cwd=room,
                   env=as_nobody())
    assert (done.returncode, done.stderr) == (MEASURED, "")
    assert "## " not in done.stdout and "Lab 2: A crossing" in done.stdout
    for line in lab_texts.section(2, "Measure").splitlines():
        if "--json lab2" in line and line.startswith("sudo"):
            assert f"$ {line}\n" in done.stdout
    made = [*lab_texts.measurements(2), *(f"lab2-handin.{kind}" for kind in ("json", "md", "html"))]
    for name in made:
        status = (room / name).stat()
        assert (status.st_uid, status.st_gid) == (NOBODY, NOBODY), name
    handin = json.loads((room / "lab2-handin.json").read_text())
    assert handin["schema"] == "zctrace-lab/1" and handin["name"] == "Ada"
    for report in handin["reports"]:
        assert (room / report["file"]).read_text() == report["json"]


def test_predictions_survive_a_measurement_that_fails(room):
    """And the lab goes on from them."""
    (room / "lab2-pinned.json").mkdir()
    done = zctrace("lab", 2, "--predictions", write_predictions(room, 2), cwd=room)
    assert done.returncode == USAGE
    assert "lab2-pinned.json" in done.stderr
    handin = json.loads((room / "lab2-handin.json").read_text())
    assert handin["predictions"]["usual"] == "3"


class Seat:
    """A student at a terminal: a session of its own, whose Ctrl-C is the line discipline's."""

    def __init__(self, room, *arguments):
        self.master, slave = pty.openpty()
        self.said = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command(*arguments)], stdin=slave, stdout=slave,
            stderr=slave, cwd=room,
        )
        os.close(slave)

    def type(self, *lines):
        os.write(self.master, "".join(f"{line}\n" for line in lines).encode())

    def read(self, until=None):
        """All that is said until then, or until the program has closed the terminal."""
        while until is None or until not in self.said:
            try:
                some = os.read(self.master, 65536)
            except OSError:
                break
            if not some:
                break
            self.said += some
        assert until is None or until in self.said, self.said.decode()

    def read_questions(self, count):
        """Until so many predictions were asked for."""
        while self.said.count(b"Your prediction") < count:
            self.said += os.read(self.master, 65536)

    def ctrl_c(self):
        os.write(self.master, b"\x03")

    def end(self):
        self.read()
        os.close(self.master)
        return self.process.wait(60)


def handed_in(room):
    return json.loads((room / "lab2-handin.json").read_text())


def test_ctrl_c_keeps_what_was_given(room):
    """And the lab goes on from there: no prediction is asked for twice, nothing measured again."""
    answers = [lab_texts.answer_to(p) for p in lab_texts.predictions(2)]
    first = Seat(room, "lab", 2)
    first.type("Grace", *answers[:2])
    first.read_questions(3)
    first.ctrl_c()
    assert first.end() == FAILED
    assert b"interrupted; what was given and measured so far is kept" in first.said
    kept = handed_in(room)
    assert kept["name"] == "Grace" and list(kept["predictions"].values()) == answers[:2]
    assert "sealed" not in kept
    second = Seat(room, "lab", 2, "--from", "lab2-handin.json")
    second.type(*answers[2:], "because")
    second.read(b"\r\n  2. ")
    second.ctrl_c()
    assert second.end() == FAILED
    kept = handed_in(room)
    assert list(kept["predictions"].values()) == answers and kept["sealed"]
    assert [report["file"] for report in kept["reports"]] == lab_texts.measurements(2)
    assert kept["explanations"] == ["because"]
    third = Seat(room, "lab", 2, "--from", "lab2-handin.json")
    third.type("so", "and so")
    assert third.end() == 0
    assert b"Your prediction" not in third.said and b"$ sudo" not in third.said
    assert handed_in(room) == {**kept, "explanations": ["because", "so", "and so"]}
    assert ",before" in zctrace("lab", "check", room / "lab2-handin.json", "--csv", "-").stdout


def test_on_a_terminal(room):
    """Asked and answered: the predictions, the stop, the answers."""
    seat = Seat(room, "lab", 2)
    seat.type("Grace", "nonsense", *[lab_texts.answer_to(p) for p in lab_texts.predictions(2)],
              *["because" for _ in lab_texts.questions(2)])
    status, said = seat.end(), seat.said
    assert status == 0, said.decode()
    assert b"That is not an answer to it" in said
    handin = json.loads((room / "lab2-handin.json").read_text())
    assert handin["name"] == "Grace"
    assert handin["explanations"] == ["because"] * 3
    assert b"Still missing" not in said
    html = pathlib.Path(room / "lab2-handin.html").read_text()
    assert "because" in html
