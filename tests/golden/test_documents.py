# SPDX-License-Identifier: GPL-2.0
"""The documents name commands, options, targets of make, files and sections that there are."""
import functools
import re
import shlex
import subprocess

import pytest

from sample_reports import BUILD, ROOT

ZCTRACE = BUILD / "zctrace"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")),
             *sorted((ROOT / "labs").glob("*.md"))]
EVERYWHERE = {"--help", "--usage"}
WITH_OWN_HELP = {"check", "key"}
TO_BE_WRITTEN = {"NAME", "mine"}    # commands that a reader makes
ENDS = {"|", ">", ">>", "&&", "||", ";", "&", "--"}


def parametrised(documents):
    return pytest.mark.parametrize("document", documents, ids=lambda path: path.name)


@functools.cache
def help_of(*words):
    done = subprocess.run([ZCTRACE, *words], capture_output=True, text=True, timeout=60,
                          check=True)
    return done.stdout


@functools.cache
def commands():
    listed = help_of("help").split("Commands:")[1].split("Examples:")[0]
    return set(re.findall(r"^  (\S+)", listed, re.M))


def options_of(command, *rest):
    own = command == "lab" and rest and rest[0] in WITH_OWN_HELP
    said = help_of("lab", rest[0], "--help") if own else help_of("help", command)
    return EVERYWHERE | set(re.findall(r"(?<!\S)(-[-a-z]+|-[A-Za-z])\b", said))


def shell_lines(text):
    """The commands of a document: in its blocks, and between backticks in its prose."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        lines = block.replace("\\\n", " ").splitlines()
        yield from lines if language == "sh" else (
            line[2:] for line in lines if line.startswith("$ "))
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    yield from re.findall(r"`([^`\n]*)`", prose)


def calls(text, program):
    """The words behind each call of that program, up to where another command begins."""
    for line in shell_lines(text):
        found = re.match(rf"(?:sudo )?(?:\./|build/)?{program} (.*)", line)
        if not found or "…" in line:
            continue
        words = shlex.split(found.group(1).replace("$(pidof -s nginx)", "1"), comments=True)
        end = next((i for i, word in enumerate(words) if word in ENDS), len(words))
        yield line, words[:end]


@parametrised(DOCUMENTS)
def test_commands_and_options_are_there(document):
    for line, words in calls(document.read_text(encoding="utf-8"), "zctrace"):
        command, *rest = words
        if command in TO_BE_WRITTEN or command.startswith("-"):
            continue
        assert command in commands(), line
        named = {word.split("=")[0] for word in rest if re.match(r"-(-[a-z]|[A-Za-z]$)", word)}
        assert named <= options_of(command, *rest), line


@parametrised(DOCUMENTS)
def test_targets_of_make_are_there(document):
    text = "".join(path.read_text(encoding="utf-8") for path in
                   (ROOT / "Makefile", *ROOT.glob("tests/**/*.mk")))
    targets = set(re.findall(r"^([a-z][-\w ]*):(?!=)", text, re.M))
    targets = {target for names in targets for target in names.split()}
    for line, words in calls(document.read_text(encoding="utf-8"), "make"):
        asked = [word for word in words if re.fullmatch(r"[a-z][-a-z0-9]*", word)]
        assert set(asked) <= targets, line


def anchor(heading):
    """As GitHub makes it of a heading."""
    text = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path):
    return {anchor(heading) for heading in
            re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)}


@parametrised(DOCUMENTS)
def test_links_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if re.match(r"https?:", link):
            continue
        name, _, section = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not section or section in anchors(target), link
