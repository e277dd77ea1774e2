# SPDX-License-Identifier: GPL-2.0
"""The folders of user/, what they include, and the way of a number in docs/ARCHITECTURE.md."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER = ROOT / "user"
TABLE = (USER / "folders.mk").read_text(encoding="utf-8")
FOLDERS = re.search(r"^FOLDERS := (.*)$", TABLE, re.M)[1].split()


def uses(folder):
    return re.search(rf"^{folder}_uses :=(.*)$", TABLE, re.M)[1].split()


def test_every_folder_is_in_the_table():
    assert sorted(FOLDERS) == sorted(path.name for path in USER.iterdir() if path.is_dir())


def test_no_source_is_outside_of_the_folders():
    assert [path.name for path in USER.iterdir() if path.suffix in (".c", ".h")] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_readme_says_what_may_be_included(folder):
    text = (USER / folder / "README.md").read_text(encoding="utf-8")
    line = re.search(r"^- May include: (.*)\.$", text, re.M)[1]
    assert re.findall(r"`([^`]+)`", line) == uses(folder)
    for name in re.findall(r"`([^`]+\.[ch])`", text):
        assert (USER / folder / name).is_file(), name


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_uses_only_those_above_it_in_the_table(folder):
    before = FOLDERS[:FOLDERS.index(folder)]
    assert set(uses(folder)) <= {"bpf", *before}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_include_gets_around_the_table(folder):
    for source in (USER / folder).glob("*.[ch]"):
        for name in re.findall(r'#\s*include "([^"]+)"', source.read_text(encoding="utf-8")):
            assert "/" not in name, f"{source.name}: {name}"


def module(name):
    """x_internal.h and its like are parts of x."""
    return pathlib.PurePath(name).stem.removesuffix("_internal")


def includes():
    """What each module includes, by its header and its source."""
    found = {}
    for source in USER.glob("*/*.[ch]"):
        names = re.findall(r'#\s*include "([^"]+)"', source.read_text(encoding="utf-8"))
        found.setdefault(module(source), set()).update(map(module, names))
    return {name: uses - {name} for name, uses in found.items()}


def test_no_two_modules_include_each_other():
    remaining = includes()
    while remaining:
        free = [name for name, uses in remaining.items() if not uses & remaining.keys()]
        assert free, f"in circles, or above one: {sorted(remaining)}"
        for name in free:
            del remaining[name]


ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
STOPS = [*re.findall(r"^\| \d+ \| `([^`]+)` \| `([^`]+)` \|", ARCHITECTURE, re.M),
         *re.findall(r"`([^`]+\.c)` \(`(\w+)`\)", ARCHITECTURE)]


def test_architecture_has_the_whole_way():
    assert len(STOPS) == len(re.findall(r"^\| \d+ \|", ARCHITECTURE, re.M)) + 2 == 19


@pytest.mark.parametrize("path, function", STOPS)
def test_architecture_names_what_is_there(path, function):
    text = (ROOT / path).read_text(encoding="utf-8")
    defined = rf"^(?:[a-z].*[ *]{function}\(|int BPF_PROG\({function},)[^;]*?\)\n\{{"
    assert re.search(defined, text, re.M)
