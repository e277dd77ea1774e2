# SPDX-License-Identifier: GPL-2.0
"""The labs as their texts have them: commands are taken out of the text, and run unchanged.

Used by test_labs.py and by tests/golden/test_handins.py. Run by itself it records labs/data anew,
as root, in the current directory: lab_texts.py record N...
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build")).resolve()
LABS = ROOT / "labs"
BLOCK_S = 240


def text_path(number, key=False):
    (path,) = (LABS / "instructor" if key else LABS).glob(f"{number}-*.md")
    return path


def numbers():
    return sorted(int(path.name.split("-")[0]) for path in LABS.glob("[0-9]*-*.md"))


def blocks(number, key=False):
    """The command blocks of a text, each as one piece."""
    return re.findall(r"^```sh\n(.*?)^```$", text_path(number, key).read_text(), re.M | re.S)


def section(number, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text_path(number).read_text(),
                     re.M | re.S)[1]


def predictions(number):
    """Rows of the table: dictionaries of id, question, unit, where, within."""
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")]
            for line in section(number, "Predict").splitlines() if line.startswith("|")]
    return [dict(zip(("id", "question", "unit", "where", "within"), row)) for row in rows[2:]]


def questions(number):
    return re.findall(r"^\d+\. ", section(number, "Explain"), re.M)


def measurements(number):
    """The reports that its commands save."""
    return re.findall(r"^sudo \./zctrace .*--json (lab\S+)", section(number, "Measure"), re.M)


def answer_to(prediction):
    """Something that can be an answer, right or wrong."""
    return prediction["unit"].split(" / ")[0] if " / " in prediction["unit"] else "3"


def furnish(room):
    """What a student has in the directory in which zctrace was built."""
    (room / "zctrace").symlink_to(BUILD / "zctrace")
    (room / "build").symlink_to(BUILD)
    for name in ("labs", "scenarios", "docs", "bpf", "user", "tests", "Makefile"):
        (room / name).symlink_to(ROOT / name)
    return room


@contextlib.contextmanager
def terminal(room):
    """Runs blocks of commands one after the other, as a student's shell would; what they leave
    running ends with it."""
    groups = []
    tools = room / "tools"
    tools.mkdir()
    if not shutil.which("sudo"):
        # Where everybody is root there may be none.
        (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (tools / "sudo").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:/usr/bin:/bin:/usr/sbin:/sbin"}

    def run(block):
        with open(room / "said.txt", "w+") as said:
            process = subprocess.Popen(
                ["bash", "-e", "-o", "pipefail", "-c", block], cwd=room, env=environment,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )
            groups.append(process.pid)
            status = process.wait(BLOCK_S)
            said.seek(0)
            text = said.read()
        assert status == 0, f"{block}\n{text}"
        return text

    try:
        yield run
    finally:
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)


def run_all(number, run):
    """Every command of the lab, in order; the key's solution before what needs it."""
    solution = blocks(number, key=True)
    said = []
    for block in blocks(number):
        if solution and re.search(r"--json lab\d+-after", block):
            run("".join(solution))
        said.append(run(block))
    return said


def main():
    room = furnish(pathlib.Path.cwd())
    for number in map(int, sys.argv[2:]):
        with terminal(room) as run:
            run_all(number, run)
        shutil.rmtree(room / "tools")
        for name in measurements(number):
            shutil.copy(room / name, LABS / "data" / name)


if __name__ == "__main__":
    main()
