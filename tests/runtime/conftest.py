# SPDX-License-Identifier: GPL-2.0
"""What the tests of measured runs share: root, a place for files, and a look at what is left.

A module asks for it with `pytestmark = pytest.mark.usefixtures("place")`.
"""
import os
import pathlib
import shutil
import tempfile
import time

import pytest

pytest.register_assert_rewrite("leaks", "zctrace")
import leaks  # noqa: E402
from zctrace import BUILD  # noqa: E402

PATIENCE_S = 10


def pytest_configure(config):
    for mark in (
        "alone: runs when nothing else does: it looks at the whole machine, or at long times",
        "long: begins first, or the others would be waiting for it",
        "xdist_group(name): those of a group run one after the other",
    ):
        config.addinivalue_line("markers", mark)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def root():
    """Never skipped: a test that did not run has shown nothing."""
    assert os.geteuid() == 0, "run these tests as root: they load BPF programs"
    leaks.adopt_orphans()


@pytest.fixture
def nothing_left(root):
    """Fails the test if processes, BPF objects or network namespaces are there after it."""
    before = leaks.Before()
    yield
    end = time.monotonic() + PATIENCE_S
    left = before.left()
    while left and time.monotonic() < end:
        # The kernel frees BPF objects a little after their last user has gone.
        time.sleep(0.02)
        left &= before.left()
    assert left == set()


@pytest.fixture
def place(nothing_left, monkeypatch):
    """A directory for the test's own files, on a disk and open to every user. The current directory
    and $TMPDIR are other ones, in which nothing may be left."""
    top = pathlib.Path(tempfile.mkdtemp(prefix="zctrace-test-", dir="/var/tmp"))
    top.chmod(0o755)
    directories = {name: top / name for name in ("own", "current", "temporary")}
    for directory in directories.values():
        directory.mkdir()
        directory.chmod(0o755)  # whatever the umask
    monkeypatch.chdir(directories["current"])
    monkeypatch.setenv("TMPDIR", str(directories["temporary"]))
    for name in ("SUDO_UID", "SUDO_GID", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    yield directories["own"]
    left = [str(path) for name in ("current", "temporary") for path in directories[name].iterdir()]
    left += map(str, directories["own"].rglob(".zctrace-*"))
    monkeypatch.undo()
    shutil.rmtree(top)
    assert left == []


@pytest.fixture
def public_build(place):
    """zctrace and its programs where every user finds them; the repository may be in a home."""
    top = place / "build"
    (top / "scenarios").mkdir(parents=True)
    shutil.copy(BUILD / "zctrace", top)
    for name in ("receiver", "copy", "sendfile"):
        shutil.copy(BUILD / "scenarios" / name, top / "scenarios")
    for path in (top, *top.rglob("*")):
        path.chmod(0o755)
    return top / "zctrace"
