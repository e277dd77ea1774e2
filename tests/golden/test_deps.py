# SPDX-License-Identifier: GPL-2.0
"""What `make deps` does where something is missing, or nothing, or there is no package manager.

Package managers, sudo and what they install are scripts of this test, alone on PATH: nothing is
installed. Each notes how it was called.
"""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINE = 3
BORROWED = ["sh", "sed", "cat", "grep", "tr", "sort", "dirname", "env", "uname", "mkdir", "touch",
            "printf", "rm", "chmod"]

TABLE = """\
# a comment
#need\tapt\tdnf\tpacman\tfor
command:alpha\talpha-deb\talpha-rpm\talpha-arch\tbuild
command:beta\tbeta-new|beta-deb\t\tbeta-rpm\t-\tbuild
command:gamma\t-\t-\t-\tbuild,optional
command:delta\tdelta-deb\tdelta-rpm\tdelta-arch\ttest
"""

# Called as a package manager: makes the program that a package has.
INSTALL = """\
#!/bin/sh
echo "$(id -u) ${0##*/} $*" >>"$LOG"
[ "$MANAGER_FAILS" ] && exit 100
for word in "$@"; do
    case $word in
    alpha-*|beta-*|delta-*)
        [ "$LEAVES_OUT" = "${word%-*}" ] && continue
        echo "#!/bin/sh" >"$BIN/${word%-*}"
        chmod +x "$BIN/${word%-*}"
        printf '#!/bin/sh\\necho -DFOUND_BY_PKG_CONFIG\\n' >"$BIN/pkg-config"
        chmod +x "$BIN/pkg-config" ;;
    esac
done
"""
POLICY = """\
#!/bin/sh
[ "$2" = beta-new ] && echo "  Candidate: (none)" || echo "  Candidate: 1.0"
"""
SUDO = """\
#!/bin/sh
echo "sudo $*" >>"$LOG"
AS_ROOT=1 exec "$@"
"""
ID = """\
#!/bin/sh
[ "$AS_ROOT" ] && echo 0 || echo 1000
"""
COMPILER = """\
#!/bin/sh
echo "$(id -u) ${0##*/} $*" >>"$LOG"
"""


class Machine:
    """A directory with tools/ and a PATH with only what this test put there."""

    def __init__(self, path):
        self.path, self.bin, self.log = path, path / "bin", path / "log"
        self.variables = {"PATH": str(self.bin), "LOG": str(self.log), "BIN": str(self.bin)}
        self.bin.mkdir()
        self.log.touch()
        (path / "tools").mkdir()
        shutil.copy(ROOT / "tools" / "deps.sh", path / "tools")
        (path / "tools" / "packages.tsv").write_text(TABLE, "utf-8")
        for name in BORROWED:
            self.bin.joinpath(name).symlink_to(shutil.which(name))
        self.add("id", ID)

    def add(self, name, text="#!/bin/sh\n"):
        self.bin.joinpath(name).write_text(text, "utf-8")
        self.bin.joinpath(name).chmod(0o755)

    def run(self, *command, **variables):
        return subprocess.run(command, cwd=self.path, env={**self.variables, **variables},
                              capture_output=True, text=True, timeout=60, check=False)

    def deps(self, *options, **variables):
        return self.run(self.bin / "sh", "tools/deps.sh", *options, **variables)

    def calls(self):
        return self.log.read_text("utf-8").splitlines()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def with_manager(machine, name):
    machine.add(name, INSTALL)
    machine.add("sudo", SUDO)
    if name == "apt-get":
        machine.add("apt-cache", POLICY)
    return machine


@pytest.fixture(params=["apt-get", "dnf", "pacman"])
def managed(machine, request):
    return with_manager(machine, request.param)


def test_nothing_is_missing(managed):
    for name in ["alpha", "beta", "gamma", "delta"]:
        managed.add(name)
    done = managed.deps()
    assert (done.returncode, done.stderr, managed.calls()) == (0, "", [])
    assert done.stdout == "zctrace: everything is there for: build test\n"


@pytest.mark.parametrize("manager, expected", [
    ("apt-get", ["apt-get -qq -o DPkg::Lock::Timeout=300 update",
                 "apt-get -y -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install "
                 "--no-install-recommends alpha-deb beta-deb delta-deb"]),
    ("dnf", ["dnf -y --setopt=install_weak_deps=False --setopt=strict=0 install "
             "alpha-rpm beta-rpm delta-rpm"]),
    ("pacman", ["pacman -S --needed --noconfirm alpha-arch delta-arch"]),
])
def test_what_is_missing_is_installed_as_root(machine, manager, expected):
    with_manager(machine, manager).deps("build", "test")
    assert [call for call in machine.calls() if not call.startswith("sudo ")] \
        == [f"0 {call}" for call in expected]


def test_a_second_time_nothing_is_installed(managed):
    assert managed.deps("build").returncode == 0
    before = managed.calls()
    assert before and managed.deps("build").returncode == 0
    assert managed.calls() == before or "pacman -S" in before[-1]


def test_only_what_the_purpose_needs(managed):
    managed.deps("build")
    assert not any("delta" in call for call in managed.calls())
    assert any("alpha" in call for call in managed.calls())


def test_what_has_no_package_is_said(machine):
    done = with_manager(machine, "pacman").deps("build")
    assert done.returncode == 0
    assert "no package of this system has beta gamma: going without\n" in done.stdout


def test_root_needs_no_sudo(managed):
    managed.bin.joinpath("sudo").unlink()
    assert managed.deps("build", AS_ROOT="1").returncode == 0
    assert managed.calls()


def test_neither_root_nor_sudo(managed):
    managed.bin.joinpath("sudo").unlink()
    done = managed.deps("build")
    assert (done.returncode, managed.calls()) == (MACHINE, [])
    assert done.stderr == ("zctrace: installing needs root, and there is no sudo; "
                           "as root: tools/deps.sh build\n")


def test_no_manager_prints_the_list_and_stops(machine):
    done = machine.deps("build", "test")
    assert (done.returncode, done.stdout, machine.calls()) == (MACHINE, "", [])
    assert "none of apt-get, dnf and pacman. Missing: alpha beta delta; " in done.stderr
    assert "Debian's packages: alpha-deb beta-new delta-deb\n" in done.stderr


def test_no_manager_is_needed_where_nothing_is_missing(machine):
    for name in ["alpha", "beta"]:
        machine.add(name)
    assert machine.deps("build").returncode == 0


def test_manager_fails(managed):
    done = managed.deps("build", MANAGER_FAILS="1")
    assert done.returncode == MACHINE
    assert "failed, see above; missing: alpha beta\n" in done.stderr


def test_package_without_the_program(managed):
    done = managed.deps("build", LEAVES_OUT="alpha")
    assert done.returncode == MACHINE
    assert done.stderr.endswith("zctrace: still missing: alpha; install what has them by hand\n")


def test_check_installs_nothing(managed):
    done = managed.deps("--check", "build")
    assert (done.returncode, managed.calls()) == (MACHINE, [])
    assert done.stderr == "zctrace: missing: alpha beta; make deps installs what is missing\n"


# --- make ---

OBJECT = "build/user/util/part.o"


@pytest.fixture
def project(machine):
    """A program of one file, that is built by the project's own Makefile."""
    with_manager(machine, "apt-get")
    for makefile in [ROOT / "Makefile", *ROOT.glob("user/*.mk"), *ROOT.glob("tests/**/*.mk")]:
        copied = machine.path / makefile.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(makefile, copied)
    machine.path.joinpath("user", "util").mkdir()
    machine.path.joinpath("user", "util", "part.c").touch()
    machine.add("compiler", COMPILER)
    machine.make = [shutil.which("make"), "-j4", "CC=compiler"]
    return machine


def compilations(machine):
    return [call for call in machine.calls() if " compiler " in call]


def test_make_deps_and_a_goal_build_with_what_was_installed(project):
    done = project.run(*project.make, "deps", OBJECT)
    assert done.returncode == 0, done.stderr
    compiled, = compilations(project)
    assert project.calls()[-1] == compiled
    assert compiled.startswith("1000 ") and " -DFOUND_BY_PKG_CONFIG " in compiled


def test_make_deps_in_any_place_comes_first(project):
    assert project.run(*project.make, OBJECT, "deps").returncode == 0
    assert " -DFOUND_BY_PKG_CONFIG " in project.calls()[-1]


def test_make_stops_where_deps_fails(project):
    done = project.run(*project.make, "deps", OBJECT, MANAGER_FAILS="1")
    assert done.returncode != 0 and not compilations(project)


@pytest.mark.parametrize("goals, wanted", [
    (["deps"], {"alpha", "beta", "delta"}),
    (["deps", OBJECT], {"alpha", "beta", "delta"}),
    (["deps", "all"], {"alpha", "beta"}),
    (["deps", "run"], {"alpha", "beta"}),
])
def test_make_deps_installs_for_its_goals(project, goals, wanted):
    project.run(*project.make, *goals)
    installed = " ".join(call for call in project.calls() if " install " in call)
    assert set(re.findall(r"(alpha|beta|delta)-deb", installed)) == wanted


def test_plain_make_installs_nothing_and_says_what_would(project):
    done = project.run(*project.make, OBJECT)
    assert done.returncode != 0 and project.calls() == []
    assert "zctrace: missing: alpha beta; make deps installs what is missing\n" in done.stderr


# --- the table ---

def rows():
    for line in (ROOT / "tools" / "packages.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [field for field in line.split("\t") if field]


def test_table_is_complete():
    table = list(rows())
    assert all(len(row) == 5 for row in table)
    assert {row[0].split(":")[0] for row in table} == {
        "command", "pkg-config", "header", "python", "library", "clang-runtime", "file"}
    assert {purpose for row in table for purpose in row[4].split(",")} <= {
        "build", "test", "bench", "kernels", "optional"}
    assert len({row[0] for row in table}) == len(table)


def test_table_has_the_libraries_of_the_makefile():
    libraries = re.search(r"^LIBS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)[1]
    listed = {row[0].split(":")[1] for row in rows() if row[0].startswith("pkg-config:")}
    # libnl-3.0 comes with its routing part.
    assert set(libraries.split()) - {"libnl-3.0"} <= listed


def test_every_need_of_this_build_is_met_here():
    done = subprocess.run([ROOT / "tools" / "deps.sh", "--check", "build", "test"], check=False,
                          capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
