# SPDX-License-Identifier: GPL-2.0
"""No option is accepted and ignored: for every option of every command's help there is an
experiment that shows what it does, or that it is refused here. An option without one fails.
"""
import csv
import json
import os
import pathlib
import pty
import re
import socket
import subprocess

import pytest

from remote_programs import Receive
from test_labs import write_predictions
from zctrace import NOBODY, ROOT, USAGE, command, zctrace

pytestmark = pytest.mark.usefixtures("place")

DATA = ROOT / "labs" / "data"
REPORT = DATA / "lab1-compare.json"
# They share copy's options, and one run shows that each program heeds them.
OTHER_WAYS = ("sendfile", "mmap", "splice", "zerocopy", "uring", "uring-zc", "direct",
              "vmsplice", "tee")
SMALL = ("--size", "64K", "-n", "1")
FORMATS = ("csv", "html", "json", "markdown", "openmetrics", "perfetto")


def options_of(*words):
    """The long names, or the short ones of those that have no long."""
    text = zctrace(*words, "--help").stdout
    found = set()
    for line in text.splitlines():
        match = re.match(r"^  (?:-(\S), |    |  -(\S)  )(?:--([a-z0-9-]+))?", line)
        if match and (match[3] or match[2]):
            found.add(match[3] or match[2])
    return found - {"help", "usage"}


def done(*options, status=0, **more):
    ended = zctrace(*options, **more)
    assert ended.returncode == status, ended.stderr
    return ended


def refused(*options):
    ended = zctrace(*options)
    return ended.returncode == USAGE and ended.stdout == ""


def report(*options, **more):
    return json.loads(done(*options, "--json", "-", **more).stdout)


def config(*options):
    return report(*options)["config"]


def addresses(*options):
    found = report(*options)["scenarios"][0]["syscalls"]
    return " ".join(str(call[end]) for call in found for end in ("source", "sink"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seen(*options, cwd=None):
    """What a person sees on a terminal with colours."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(command(*options), stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                          env=environment, cwd=cwd) as running:
        os.close(slave)
        text = b""
        try:
            while part := os.read(master, 65536):
                text += part
        except OSError:
            pass
        os.close(master)
        running.wait()
    return text.decode()


def has_colours(text):
    """Not the escape with which a slow run's progress is wiped off the line."""
    return re.search(r"\x1b\[[0-9;]*m", text)


def colours_go(*options):
    return has_colours(seen(*options)) and not has_colours(seen(*options, "--no-color"))


def writes(*options, name):
    """The format's file, which is not empty and not one of the others."""
    path = pathlib.Path(f"out.{name}").absolute()
    done(*options[:1], f"--{name}", path, *options[1:])
    content = path.read_bytes()
    path.unlink()
    return bool(content)


def lines(*options, **more):
    return len((lambda ended: ended.stdout + ended.stderr)(done(*options, **more)).splitlines())


# --- the table: effects by option, each given the command and what makes a small run of it ---


def of_any_report(base):
    """What every command with a report has."""
    return {
        **{name: lambda name=name: writes(*base, name=name) for name in FORMATS},
        "no-color": lambda: colours_go(*base),
        "quiet": lambda: done(base[0], "-q", *base[1:]).stdout == "",
        "verbose": lambda: lines(base[0], "-v", *base[1:]) > lines(*base),
    }


def of_any_measurement(*way):
    base = (*way, *SMALL)
    port = free_port()
    return {
        **of_any_report(base),
        "cold": lambda: config(*base, "--cold")["cache"] == "cold",
        "warm": lambda: config(*base, "--cold", "--warm")["cache"] == "warm",
        "cpus": lambda: config(*base, "--cpus", "0")["cpus"] == "0",
        "ipv6": lambda: "::1" in addresses(*base, "--ipv6"),
        "link": lambda: config(*base, "--link", "veth")["link"] == "veth",
        "rate": lambda: config(*base, "--link", "veth", "--rate", "1Gbit")["rate_bits"] == 10**9,
        "no-timeline": lambda: not report(*base, "--no-timeline")["scenarios"][0]["timeline"][
            "events"],
        "timeline": lambda: 0 < len(report(*base, "--timeline=11")["scenarios"][0]["timeline"][
            "events"]) < 100,
        "runs": lambda: config(*way, "--size", "64K", "-n", "2")["repeats"] == 2,
        "port": lambda: f":{port}" in addresses(*base, "--port", port),
        "receiver": lambda: config(*base, "--receiver", "discard")["receiver"] == "discard",
        "receiver-delay": lambda: config(*base, "--receiver-delay", "7")["receiver_delay_us"] == 7,
        "size": lambda: config(*way, "--size", "65K", "-n", "1")["payload_bytes"] == 65 << 10,
        "socket-buffer": lambda: config(*base, "--socket-buffer", "32K")[
            "socket_buffer_bytes"] == 32 << 10,
        "timeout": lambda: "--timeout allows more" in done(
            *way, "--size", "4M", "-n", "1", "--receiver-delay", "900000", "--timeout", "1",
            status=4).stderr,
        "to": lambda: "127.0.0.1" in done(*base, "--to", f"127.0.0.1:{port}", status=4).stderr,
        "without": lambda: "net_dev_start_xmit" in json.dumps(
            report(*base, "--without", "net_dev_start_xmit")),
        "seed": lambda: config(*base, "--seed", "23")["seed"] == 23,
        "device": lambda: refused(*base, "--device", "lo,nothing"),
    }


ARTICLE = """# Article: Small

- by: me
- at: here
- date: 2026-01-01
- language: en

## Claims

### switches: sendfile: switches per call

- says: 2
- rule: `sendfile crossings_per_round = 2 ±1 %`
"""


def of_check():
    article = pathlib.Path("small.md").absolute()
    article.write_text(ARTICLE, "utf-8")
    base = ("check", article, *SMALL)
    given = {name: lambda name=name: refused(*base, *name.split())
             for name in ("--cold", "--warm", "--link veth", "--rate 1Gbit")}
    return {
        **of_any_measurement("check", article),
        **{name.split()[0].lstrip("-"): effect for name, effect in given.items()},
        "expect": lambda: zctrace(*base, "--expect", "switches=does not hold").returncode == 1,
    }


def of_articles():
    return {"text": lambda: done("articles", "doc1", "--text").stdout.startswith("# Article: ")}


def of_a_way(way):
    base = (way, *SMALL)
    single = way != "compare"
    return {
        **of_any_measurement(way),
        "all": lambda: refused(*base, "--all") if single else
        {s["id"] for s in report(*base, "--all")["scenarios"]} == {"copy", *OTHER_WAYS},
        "full": lambda: refused(*base, "--full") if single else
        len({s["link"] for s in report(*base, "--full")["scenarios"]}) == 3,
        "as": lambda: config(*base, "--as", "doc1")["chunk_bytes"] == 65535,
        "chunk": lambda: config(*base, "--chunk", "4K")["chunk_bytes"] == 4096,
        "prefault": lambda: report(*base, "--prefault")["scenarios"][0]["variant"] == "prefault"
        if way == "copy" else refused(*base, "--prefault"),
        "expect": lambda: zctrace(
            *base, "--expect", "kernel-support=does not hold").returncode == 1,
    }


def of_sweep():
    base = ("sweep", *SMALL, "--chunks", "4K,64K")
    return {
        **of_any_measurement("sweep"),
        "chunks": lambda: len(report(*base)["scenarios"]) == 4,
        "scenarios": lambda: {s["id"] for s in report(*base, "--scenarios", "mmap")[
            "scenarios"]} == {"mmap"},
    }


def of_a_trace(mode, whole):
    """whole(options) is the command line of a small one."""
    def text(*options):
        ended = done(*whole(*options))
        return ended.stdout + ended.stderr

    def saved(*options):
        path = pathlib.Path("saved.json").absolute()
        done(*whole("--json", path, *options))
        try:
            return json.loads(path.read_text())["scenarios"][0]
        finally:
            path.unlink()

    def coarse(things, least):
        """Fewer places than what the program needs: said. What attach sees needs fewer."""
        option = f"--max-{things}"
        if mode == "attach":
            return refused(*whole(option, "1"))
        return option in zctrace(*whole(option, least)).stderr

    def live():
        path = pathlib.Path("live.prom").absolute()
        done(*whole("--live-openmetrics", path))
        content = path.read_text()
        path.unlink()
        return content.endswith("# EOF\n")

    def written(name):
        path = pathlib.Path(f"out.{name}").absolute()
        done(*whole(f"--{name}", path))
        content = path.read_bytes()
        path.unlink()
        return bool(content)

    return {
        **{name: lambda name=name: written(name) for name in FORMATS},
        "no-color": lambda: has_colours(seen(*whole())) and
        not has_colours(seen(*whole("--no-color"))),
        "quiet": lambda: "zctrace" in text() and "zctrace" not in text("-q"),
        "verbose": lambda: len(text("-v").splitlines()) > len(text().splitlines()),
        "counts-only": lambda: saved("--counts-only")["syscalls"][0]["cpu_ns"] is None,
        "interval": lambda: "bytes moved by calls" in text("-i", "0.01"),
        "live-openmetrics": live,
        **{f"max-{things}": lambda things=things, least=least: coarse(things, least)
           for things, least in (("cells", 64), ("objects", 64), ("processes", 8))},
        "timeline": lambda: not saved("--timeline", "0")["timeline"]["events"],
        "without": lambda: saved("--without", "sched_switch")["roles"] and refused(
            *whole("--without", "no_such_tracepoint")),
    }


MANY = """
import os, sys
for n in range(97):
    with open(f'{sys.argv[1]}/{n}', 'w') as f: f.write('x')
    os.unlink(f'{sys.argv[1]}/{n}')
for n in range(23):
    if os.fork() == 0: os._exit(0)
    os.wait()
"""


def of_run():
    place = pathlib.Path.cwd().parent / "own"
    place.chmod(0o777)

    def whole(*options):
        return ("run", *options, "--", "/usr/bin/python3", "-c", MANY, place)
    return {
        **of_a_trace("run", whole),
        "user": lambda: done("run", "-q", "-u", "nobody", "--", "id", "-u").stdout ==
        f"{NOBODY}\n",
    }


def of_attach(pid):
    def whole(*options):
        return ("attach", "-p", pid, "-d", "0.4", *options)
    return {
        **of_a_trace("attach", whole),
        "pid": lambda: refused("attach", "-d", "0.1"),
        "duration": lambda: done(*whole()).returncode == 0,
    }


def of_receive():
    port = free_port()

    def told(*options):
        running = Receive(*options)
        stopped = running.stop()
        assert stopped == (0, ""), stopped
        return running

    def measured(*options):
        running = Receive(*options)
        try:
            found = report("sendfile", *SMALL, "--to", f"127.0.0.1:{running.port}")
            if "--once" in options:
                assert running.process.wait(20) == 0
        finally:
            stopped = running.stop()
        return found, stopped

    return {
        "bind": lambda: told("--bind", "127.0.0.2").address == "127.0.0.2",
        "port": lambda: told("--port", port).port == port,
        "data-port": lambda: f":{port}" in json.dumps(measured("--data-port", port)[0]),
        "once": lambda: measured("--once")[1] == (0, ""),
        "timeout": lambda: refused("receive", "--timeout", "0"),
        "verbose": lambda: bool(told().traced),
    }


def of_saved(*base):
    return {
        **{name: lambda name=name: writes(*base, name=name) for name in FORMATS},
        "no-color": lambda: colours_go(*base),
        "quiet": lambda: done(base[0], "-q", *base[1:]).stdout == "",
        "verbose": lambda: lines(base[0], "-v", *base[1:]) > lines(*base),
    }


def of_diff():
    base = ("diff", REPORT, REPORT)
    return {
        "no-color": lambda: colours_go(*base),
        "verbose": lambda: lines("diff", "-v", *base[1:]) > lines(*base),
    }


def of_lab():
    room = pathlib.Path.cwd().parent / "own"

    def sheet(*options):
        for old in room.glob("*handin*"):
            old.unlink()
        ended = zctrace("lab", 1, "--from", DATA, "--predictions", write_predictions(room, 1),
                        *options, cwd=room)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def handin(*options):
        sheet(*options)
        return json.loads((room / "lab1-handin.json").read_text())

    answers = room / "answers.txt"
    answers.write_text("why-1: because\n")
    named = ("lab", 1, "--from", DATA, "--predictions", write_predictions(room, 1))
    return {
        "answers": lambda: handin("--answers", answers)["explanations"][0] == "because",
        "from": lambda: len(handin()["reports"]) == 2,
        "name": lambda: handin("--name", "Edsger")["name"] == "Edsger",
        "no-color": lambda: has_colours(seen(*named, "--out", room / "a")) and
        not has_colours(seen(*named, "--no-color", "--out", room / "b")),
        "out": lambda: bool(sheet("--out", "mine")) and (room / "mine.json").exists(),
        "predictions": lambda: handin()["predictions"] != {},
        "quiet": lambda: len(sheet("-q").splitlines()) < len(sheet().splitlines()),
    }


def of_lab_check():
    base = ("lab", "check", REPORT)
    return {
        "csv": lambda: len(list(csv.reader(zctrace(*base, "--csv", "-").stdout.splitlines()))) == 2,
        "no-color": lambda: colours_go(*base),
    }


def of_lab_key():
    return {"from": lambda: refused("lab", "key", 1) and
            done("lab", "key", 1, "--from", DATA).stdout != ""}


def of_doctor():
    return {"json": lambda: "findings" in json.loads(zctrace("doctor", "--json").stdout)}


def effects(words, pid):
    tables = {
        "sweep": of_sweep, "run": of_run, "receive": of_receive, "diff": of_diff, "lab": of_lab,
        "check": of_check, "articles": of_articles,
        "lab check": of_lab_check, "lab key": of_lab_key, "doctor": of_doctor, "list": dict,
        "report": lambda: of_saved("report", REPORT), "attach": lambda: of_attach(pid),
    }
    return of_a_way(words) if words in ("copy", "compare") else tables[words]()


def commands():
    """From zctrace's own help, with the second words of lab."""
    text = zctrace("help").stdout
    names = re.findall(r"^  ([a-z-]+)  +\S", text.split("Commands:")[1].split("Examples:")[0], re.M)
    assert set(OTHER_WAYS) < set(names)
    return [name for name in names if name not in ("version", "help", *OTHER_WAYS)] + \
        ["lab check", "lab key"]


MOVES = """
import os, time
zero, null = os.open("/dev/zero", os.O_RDONLY), os.open("/dev/null", os.O_WRONLY)
while True:
    os.write(null, os.read(zero, 4096))
    time.sleep(0.001)
"""


@pytest.fixture(scope="module")
def busy():
    """A program that moves bytes all the time, and leaves the CPU to others."""
    with subprocess.Popen(["/usr/bin/python3", "-c", MOVES]) as running:
        yield running.pid
        running.kill()


def every_option():
    for words in commands():
        for name in sorted(options_of(*words.split())):
            ports = [pytest.mark.xdist_group("ports of the documents")] if name == "as" else []
            yield pytest.param(words, name, id=f"{words} {name}", marks=ports)


@pytest.mark.parametrize("words, name", every_option())
def test_an_option_does_something_or_is_refused(words, name, busy, place):
    assert effects(words, busy)[name]()
    for left in [*pathlib.Path().glob("zctrace-*.json"), *pathlib.Path().glob("small.md")]:
        left.unlink()


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_every_way_has_the_options_of_copy(way):
    assert options_of(way) == options_of("copy")
    port = free_port()
    made = report(way, *SMALL, "--chunk", "4K", "--ipv6", "--port", port, "--receiver", "discard",
                  "--cpus", "0", "--socket-buffer", "32K", "--receiver-delay", "7")
    (scenario,) = made["scenarios"]
    assert scenario["rounds"] == 16
    assert f"[::1]:{port}" in json.dumps(scenario["syscalls"])
    given = {"receiver": "discard", "cpus": "0", "socket_buffer_bytes": 32 << 10,
             "receiver_delay_us": 7}
    assert given.items() <= made["config"].items()
    assert refused(way, *SMALL, "--prefault") and refused(way, *SMALL, "--all")


@pytest.mark.parametrize("options", [
    ["diff", REPORT, REPORT, "--html", "x"], ["diff", REPORT, REPORT, "--json", "-"],
    ["diff", REPORT, REPORT, "-q"],
    ["compare", "--full", "--cold"], ["compare", "--full", "--link", "lo"],
    ["copy", "--timeline", "--no-timeline"],
    ["run", "--counts-only", "--timeline", "9", "--", "true"],
    ["run", "--without", "nothing", "--", "true"], ["attach", "-p", "1", "--without", "nothing"],
    ["version", "--json"], ["help", "copy", "compare"], ["--version", "copy"],
    ["lab", "--name", "Ada"], ["lab", "-q"],
], ids=lambda options: " ".join(map(str, options[:3])))
def test_what_would_be_ignored_is_refused(options):
    assert refused(*options)
    assert not list(pathlib.Path().iterdir())


@pytest.mark.xdist_group("ports of the documents")
@pytest.mark.parametrize("order", [1, -1])
def test_as_leaves_room_for_options_in_any_order(order):
    pair = [["--as", "doc1"], ["--chunk", "4K"]][::order]
    made = report("copy", *SMALL, *sum(pair, []))
    assert made["config"]["as"] == "doc1" and made["config"]["chunk_bytes"] == 4096
    assert made["scenarios"][0]["chunk_bytes"] == 4096
