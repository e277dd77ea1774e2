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
CHANGES_SOURCE = 6


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


# Of the build: what no build needs, and what other tests write meanwhile.
NOT_COPIED = ("results", "fuzz", "sanitize", "coverage", "kernels", "static", "arm64", "programs")


def furnish_to_build(room):
    """The same as a copy, for a lab that changes the source; what was built needs no new build."""
    for name in cloned_files():
        (room / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, room / name)
    shutil.copytree(BUILD, room / "build", symlinks=True, copy_function=shutil.copy2,
                    ignore=shutil.ignore_patterns(*NOT_COPIED))
    return room


def cloned_files():
    """What a clone has."""
    parts = ("Makefile", "bpf", "labs", "scenarios", "tests", "tools", "user", "web")
    for part in parts:
        for path in [ROOT / part, *(ROOT / part).rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


@contextlib.contextmanager
def terminal(room):
    """Runs blocks of commands one after the other, as a student's shell would; what they leave
    running ends with it."""
    groups = []
    tools = room / ".bin"
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
        if solution and re.search(r"--json lab(\d+-after|6-)", block):
            run("".join(solution))
        said.append(run(block))
    return said


def clear(room):
    for path in room.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def main():
    room = pathlib.Path.cwd()
    for number in map(int, sys.argv[2:]):
        (furnish_to_build if number == CHANGES_SOURCE else furnish)(room)
        with terminal(room) as run:
            run_all(number, run)
        for name in measurements(number):
            shutil.copy(room / name, LABS / "data" / name)
        clear(room)


if __name__ == "__main__":
    main()
