# SPDX-License-Identifier: GPL-2.0
"""Where every byte went: the origin of each page is exact, on every file system, link and size,
with losses, holes, and files that change while they are sent."""
import contextlib
import ctypes
import json
import mmap
import os
import re
import struct
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from link_programs import descendant_named, in_network_of, loss, qdiscs, wait_until
from zctrace import (
    BUILD,
    CHUNK,
    FAILED,
    KIB,
    LATER,
    MEASURED,
    MIB,
    PAGE,
    ROUNDS,
    assert_one_message,
    assert_sound,
    assert_witnesses_sound,
    command,
    leg,
    make_file,
    measure,
    measure_one,
    must,
    origins,
    origins_at_queue,
    retransmitted,
    started,
    tool,
    verdict,
    wait_for_sender,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = ROUNDS * CHUNK
ODD_SIZES = [1, 4097, 99_991, 3 * MIB + 1]
COPIES = [["copy"], ["copy", "--chunk", "64K"], ["copy", "--prefault"]]
LINKS = ["lo", "veth", "veth-nosg"]

every_family = pytest.mark.parametrize("family", [[], ["--ipv6"]], ids=["4", "6"])
every_link = pytest.mark.parametrize("link", LINKS)
every_way = pytest.mark.parametrize("way", ["copy", "sendfile"])


def pages(size):
    return (size + PAGE - 1) // PAGE * PAGE


def all_of(size, origin):
    return {origin: size}


# --- links ---


@every_family
@pytest.mark.parametrize("link", ["lo", "veth"])
def test_sendfile_copies_nothing_where_the_device_gathers(link, family):
    scenario = measure_one("sendfile", "-n", 1, "--size", SIZE, "--link", link, *family)
    assert origins_at_queue(scenario) == origins(scenario) == all_of(SIZE, "file_page")
    assert leg(scenario, "user-socket")["bytes"] == 0
    assert leg(scenario, "user-socket")["evidence"] == "provenance"
    assert leg(scenario, "cache-user")["bytes"] == 0
    assert leg(scenario, "socket-receiver")["per_byte"] == 1
    assert leg(scenario, "socket-device")["bytes"] is None
    assert f"{link} has no device" in leg(scenario, "socket-device")["why"]


@every_family
def test_sendfile_copies_once_where_the_device_cannot_gather(family):
    """The copy happens between the two places that are looked at."""
    scenario = measure_one("sendfile", "-n", 1, "--size", SIZE, "--link", "veth-nosg", *family)
    assert origins_at_queue(scenario) == all_of(SIZE, "file_page")
    assert origins(scenario) == all_of(SIZE, "private")
    assert leg(scenario, "user-socket")["per_byte"] == 1


@every_family
@every_link
@pytest.mark.parametrize("copy", COPIES, ids=" ".join)
def test_copy_copies_everything(copy, link, family):
    scenario = measure_one(*copy, "-n", 1, "--size", SIZE, "--link", link, *family)
    assert origins_at_queue(scenario) == origins(scenario) == all_of(SIZE, "private")
    for name in ("cache-user", "user-socket", "socket-receiver"):
        assert leg(scenario, name)["per_byte"] == 1, name
    # counted where the kernel tells: test_filemap.py
    assert leg(scenario, "cache-user")["evidence"] in ("counted", "inferred")


@every_link
@every_way
@pytest.mark.parametrize("size", ODD_SIZES)
def test_odd_sizes(way, link, size):
    scenario = measure_one(way, "-n", 1, "--size", size, "--link", link, "--chunk", "64K")
    copied = way == "copy" or link == "veth-nosg"
    assert origins(scenario) == all_of(size, "private" if copied else "file_page")
    assert scenario["rounds"] == -(-size // CHUNK)


def test_full_compare_decides_by_the_pages():
    options = ["compare", "--full", "-n", 1, "--size", "4M", "--rate", "400Mbit", "--json", "-"]
    done = zctrace(*options)
    assert done.returncode == MEASURED
    assert_one_message(done.stderr, "5 conditions, 60 runs", "about 1 minute,")
    report = json.loads(done.stdout)
    assert_sound(report)
    conditions = [(s["cache"], s["link"], s["rate_bits"]) for s in report["scenarios"][::4]]
    assert conditions == [
        ("warm", "lo", 0),
        ("cold", "lo", 0),
        ("warm", "veth", 0),
        ("warm", "veth-nosg", 0),
        ("warm", "veth", 400_000_000),
    ]
    assert verdict(report, "copy-cpu-copies") == "holds"
    assert verdict(report, "sendfile-cpu-copies") == "holds if"
    assert verdict(report, "gather-removes-copy") == "holds"
    for claim in ("copy-dma-copies", "sendfile-dma-copies"):
        assert verdict(report, claim) == "not measured", "there is no device here"


@pytest.mark.parametrize("link, origin", [
    ("lo", "file_page"), ("veth", "file_page"), ("veth-nosg", "private")])
def test_segments_that_wait_in_a_queue(link, origin):
    """Some leave at once, others later and on whatever CPU: between the two places where they are
    looked at, others of the same socket come by."""
    scenario = measure_one("sendfile", "-n", 1, "--size", 4 * MIB, "--link", link, "--rate",
                           "400Mbit", "--chunk", "64K")
    assert origins_at_queue(scenario) == all_of(4 * MIB, "file_page")
    assert origins(scenario) == all_of(4 * MIB, origin)


# --- the disk ---


@every_link
@every_way
def test_cold_file_comes_from_the_disk_once(place, way, link):
    for size in (SIZE, 1_000_003):
        path = make_file(place / "file", size)
        scenario = measure_one(way, "-n", 1, "--cold", "--link", link, path)
        assert scenario["cache"] == "cold"
        assert leg(scenario, "disk-cache")["bytes"] == pages(size)


@every_way
def test_cold_file_again_and_again(way):
    """Segments of the run before may not hold its pages when the next is to begin."""
    for run in range(5):
        scenario = measure_one(way, "-n", 2, "--cold", "--size", SIZE)
        assert leg(scenario, "disk-cache")["bytes"] == SIZE, run


def test_warm_file_is_not_read_again(place):
    path = make_file(place / "file", SIZE)
    for way in ("copy", "sendfile"):
        found = leg(measure_one(way, "-n", 1, "--warm", path), "disk-cache")
        assert found["bytes"] == 0 and "--cold" in found["note"]


@pytest.mark.parametrize("way", ["copy --chunk 4097", "sendfile --chunk 1M"])
def test_cold_file_in_odd_chunks(place, way):
    path = make_file(place / "file", 1_000_003)
    scenario = measure_one(*way.split(), "-n", 1, "--cold", path)
    assert leg(scenario, "disk-cache")["bytes"] == pages(1_000_003)


# --- file systems ---


@contextlib.contextmanager
def mounted(place, kind, *options):
    directory = place / f"mount-{kind}"
    directory.mkdir()
    must("mount", "-t", kind, *options, directory)
    try:
        yield directory
    finally:
        with contextlib.suppress(AssertionError):
            must("umount", directory)
        if os.path.ismount(directory):
            must("umount", "--lazy", directory)


@contextlib.contextmanager
def loop_mounted(place, kind):
    """A new file system of that kind on a file of its own; a machine without it fails the test."""
    image = place / f"{kind}.image"
    with open(image, "wb") as file:
        file.truncate(512 * MIB)
    must(f"mkfs.{kind}", image)
    with mounted(place, kind, "-o", "loop", image) as directory:
        yield directory
    wait_until(lambda: str(image) not in must("losetup", "-l"), "the loop device's end")


@contextlib.contextmanager
def overlay(place, lower):
    """An overlay over a directory."""
    for name in ("upper", "work"):
        (lower.parent / name).mkdir(exist_ok=True)
    layers = f"lowerdir={lower},upperdir={lower.parent}/upper,workdir={lower.parent}/work"
    with mounted(place, "overlay", "-o", layers, "overlay") as directory:
        yield directory


@contextlib.contextmanager
def file_system(place, kind):
    with contextlib.ExitStack() as stack:
        if kind == "tmpfs":
            yield stack.enter_context(mounted(place, "tmpfs", "-o", "size=256M", "tmpfs"))
        elif kind == "overlay":
            below = stack.enter_context(loop_mounted(place, "ext4"))
            (below / "lower").mkdir()
            yield stack.enter_context(overlay(place, below / "lower"))
        else:
            yield stack.enter_context(loop_mounted(place, kind))


DISKS = ["ext4", "xfs", "btrfs", "overlay"]


@pytest.mark.parametrize("kind", [*DISKS, "tmpfs"])
def test_file_systems(place, kind):
    size = 3 * MIB + 4321
    with file_system(place, kind) as directory:
        path = make_file(directory / "file", size)
        for link in ("lo", "veth-nosg"):
            report = measure("sendfile", "-n", 1, "--link", link, path)
            (scenario,) = report["scenarios"]
            assert report["config"]["file_system"] == kind
            assert origins_at_queue(scenario) == all_of(size, "file_page")
            assert leg(scenario, "user-socket")["bytes"] == (0 if link == "lo" else size)
            assert leg(scenario, "disk-cache")["bytes"] == 0
        (moves,) = (call for call in scenario["syscalls"] if call["name"] == "sendfile")
        assert moves["source"] == str(path)
        scenario = measure_one("copy", "-n", 1, path)
        assert origins(scenario) == all_of(size, "private")


@pytest.mark.parametrize("kind", DISKS)
@every_way
def test_cold_files_of_file_systems(place, kind, way):
    size = 3 * MIB + 4321
    with file_system(place, kind) as directory:
        path = make_file(directory / "file", size)
        scenario = measure_one(way, "-n", 1, "--cold", path)
        assert leg(scenario, "disk-cache")["bytes"] == pages(size)
        assert origins(scenario) == all_of(size, "private" if way == "copy" else "file_page")


def test_overlay_file_that_was_changed(place):
    """Its pages are now those of the upper layer's file."""
    with loop_mounted(place, "ext4") as below:
        (below / "lower").mkdir()
        make_file(below / "lower" / "file", MIB)
        with overlay(place, below / "lower") as directory:
            for _ in range(2):
                scenario = measure_one("sendfile", "-n", 1, "--cold", directory / "file")
                assert leg(scenario, "disk-cache")["bytes"] == pages(scenario["payload_bytes"])
                assert list(origins(scenario)) == ["file_page"]
                with open(directory / "file", "ab") as file:
                    file.write(b"more" * 1234)
                    os.fsync(file.fileno())


def test_cold_needs_a_disk(place):
    with file_system(place, "tmpfs") as directory:
        done = zctrace("sendfile", "-n", 1, "--cold", make_file(directory / "file", MIB))
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "tmpfs has no disk below it", "stay in the page cache")


COMPOUND_HEAD, COMPOUND_TAIL = 1 << 15, 1 << 16


def large_folio_pages(path):
    """How many pages of the file lie in folios of more than one page, by /proc/kpageflags."""
    count = 0
    with contextlib.ExitStack() as stack:
        file, pagemap, flags = (
            stack.enter_context(open(name, "rb", buffering=0))
            for name in (path, "/proc/self/pagemap", "/proc/kpageflags")
        )
        memory = stack.enter_context(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE))
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for at in range(0, len(memory), PAGE):
            assert memory[at] is not None, "the page is mapped by looking at it"
            entry = struct.unpack("Q", os.pread(pagemap.fileno(), 8, (start + at) // PAGE * 8))[0]
            assert entry >> 63, "the page is not there"
            flag = os.pread(flags.fileno(), 8, (entry & (1 << 55) - 1) * 8)
            count += bool(struct.unpack("Q", flag)[0] & (COMPOUND_HEAD | COMPOUND_TAIL))
    return count


def has_large_folios(kind):
    """Which kernels make them: xfs since 5.18, ext4 since 6.16, btrfs only as an experiment."""
    major, minor = map(int, re.match(r"(\d+)\.(\d+)", os.uname().release).groups())
    return (major, minor) >= {"xfs": (5, 18), "ext4": (6, 16)}[kind]


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_large_folios(place, kind):
    """A page in the middle of a folio is the file's own page as much as its first."""
    size = 16 * MIB + 5
    with file_system(place, kind) as directory:
        path = make_file(directory / "file", size)
        for link in ("lo", "veth-nosg"):
            scenario = measure_one("sendfile", "-n", 1, "--cold", "--link", link, path)
            assert origins_at_queue(scenario) == all_of(size, "file_page")
            assert leg(scenario, "disk-cache")["bytes"] == pages(size)
        if has_large_folios(kind):
            assert large_folio_pages(path) > size / PAGE / 2


def test_huge_pages_of_tmpfs(place):
    size = 8 * MIB + 5
    with mounted(place, "tmpfs", "-o", "size=64M,huge=always", "tmpfs") as directory:
        path = make_file(directory / "file", size)
        scenario = measure_one("sendfile", "-n", 1, "--link", "veth-nosg", path)
        assert origins_at_queue(scenario) == all_of(size, "file_page")
        assert origins(scenario) == all_of(size, "private")
        assert large_folio_pages(path) >= 8 * MIB / PAGE


# --- holes ---


@pytest.mark.parametrize("kind", [*DISKS, "tmpfs"])
def test_files_with_holes(place, kind):
    """A disk's file system fills pages of the cache with zeros, and they are the file's own. tmpfs
    has no page for a hole: it lends the one zero page of the kernel."""
    part = 256 * KIB
    with file_system(place, kind) as directory:
        path = directory / "file"
        with open(make_file(path, part), "r+b") as file:
            file.truncate(4 * part)
            file.seek(2 * part)
            file.write(os.urandom(part))
            os.fsync(file.fileno())
        scenario = measure_one("sendfile", "-n", 1, path)
        found = origins(scenario)
        assert sum(found.values()) == 4 * part
        if kind == "tmpfs":
            assert found == {"file_page": 2 * part, "zero_page": 2 * part}
        else:
            assert found == all_of(4 * part, "file_page")
        assert leg(scenario, "user-socket")["bytes"] == 0
        scenario = measure_one("copy", "-n", 1, path)
        assert origins(scenario) == all_of(4 * part, "private")


def test_file_that_is_one_hole(place):
    with open(place / "file", "wb") as file:
        file.truncate(MIB + 17)
    for way, origin in (("sendfile", "file_page"), ("copy", "private")):
        assert origins(measure_one(way, "-n", 1, place / "file")) == all_of(MIB + 17, origin)


# --- loss ---


@pytest.mark.parametrize("link, origin", [("veth", "file_page"), ("veth-nosg", "private")])
def test_segments_dropped_between_the_two_places(place, link, origin):
    """A queue with hardly any room drops what was looked at where it was handed on. TCP hands it on
    again, and what reaches the device is new there though it was seen before."""
    size = 4 * MIB + 3
    options = ["-n", 1, "--size", size, "--link", link, "--rate", "100Mbit", "--chunk", "64K"]
    with started("sendfile", *options, "--json", place / "report.json", "-q") as running:
        pid = wait_until(lambda: descendant_named(running.pid, "sendfile"), "a sender")
        in_network_of(pid, "tc", "qdisc", "change", "dev", "zc-sender", "root", "tbf", "rate",
                      "100mbit", "burst", "128k", "limit", "70k")
        wait_until(lambda: qdiscs(pid)["zc-sender"]["drops"] > 0, "the first drop", pause_s=0)
        assert running.end() == (MEASURED, "", "")
    report = json.loads((place / "report.json").read_text())
    assert_sound(report)
    (scenario,) = report["scenarios"]
    assert origins_at_queue(scenario) == all_of(size, "file_page")
    assert origins(scenario) == all_of(size, origin)


@pytest.mark.parametrize("way, origin", [("sendfile", "file_page"), ("copy", "private")])
@pytest.mark.parametrize("family", [[], ["--ipv6"]], ids=["4", "6"])
def test_loss_does_not_change_the_origins(place, way, origin, family):
    """1% of the packets are lost on their way: what is sent again is counted apart."""
    size = 8 * MIB + 3
    options = ["-n", 1, "--size", size, "--link", "veth", "--rate", "100Mbit", *family]
    with started(way, *options, "--json", place / "report.json", "-q") as running:
        # Each run has programs of its own, but the namespaces stay.
        pid = wait_until(lambda: descendant_named(running.pid, "receiver"), "a receiver")
        with loss(pid, "zc-receiver", 101) as lossy:
            assert running.end() == (MEASURED, "", "")
            assert lossy.ask()["lost_packets"] > 0
    report = json.loads((place / "report.json").read_text())
    assert_sound(report)
    (scenario,) = report["scenarios"]
    assert origins(scenario) == origins_at_queue(scenario) == all_of(size, origin)
    assert retransmitted(scenario) > 0
    assert leg(scenario, "socket-receiver")["bytes"] == size


# The queue of the device loses every 101st packet with data, after TCP has handed it on.
LOSING_QUEUE = """
ip link set lo up
tc qdisc add dev lo root handle 1: htb
tc filter add dev lo parent 1: bpf direct-action object-file "$1" section tc
shift
"$@"
tc -s -j qdisc show dev lo
"""


@pytest.mark.parametrize("way, origin", [("sendfile", "file_page"), ("copy", "private")])
def test_what_the_queue_loses_is_new_when_it_is_sent_again(place, way, origin):
    """It came by the first hook before, and by the second it has not."""
    size = 32 * MIB + 3
    lossy = BUILD / "tests" / "lossy.bpf.o"
    done = subprocess.run(
        [tool("unshare"), "--net", "sh", "-ec", LOSING_QUEUE, "sh", lossy,
         *command(way, "-q", "-n", 1, "--size", size, "--json", place / "report.json")],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["drops"] > 0
    (scenario,) = json.loads((place / "report.json").read_text())["scenarios"]
    assert_witnesses_sound(scenario)
    send = leg(scenario, "user-socket")
    assert send["origin_bytes"] == send["at_queue_bytes"]
    assert set(origins(scenario)) == {origin}
    assert retransmitted(scenario) > 0


# --- files that change ---

@pytest.mark.parametrize("way", [["copy", "--chunk", "64K"], ["sendfile"]], ids=" ".join)
@pytest.mark.parametrize("length", [0, 100_001, 4 * MIB])
def test_file_truncated_while_it_is_sent(place, way, length):
    """A clear error; never a hang, never a verdict over a part of the file."""
    path = make_file(place / "file", 8 * MIB)
    with started(*way, "-n", 1, "--rate", "40Mbit", "--json", "-", path) as running:
        wait_for_sender(running, way[0])
        os.truncate(path, length)
        status, stdout, stderr = running.end()
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, str(path), "while it was")


@pytest.mark.parametrize("way", [["copy"], ["copy", "--chunk", "64K"], ["sendfile"]], ids=" ".join)
def test_file_rewritten_while_it_is_sent(place, way):
    """What arrives is neither the old file nor the new one: the run does not count."""
    path = make_file(place / "file", 4 * MIB)
    with started(*way, "-n", 1, "--rate", "40Mbit", "--json", "-", path) as running:
        wait_for_sender(running, way[0])
        make_file(place / "other", 4 * MIB, seed=1)
        with open(path, "r+b") as file:
            file.write((place / "other").read_bytes())
        status, stdout, stderr = running.end()
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, str(path), "changed while it was measured")


def test_file_that_grows_while_it_is_sent(place):
    path = make_file(place / "file", 4 * MIB)
    with started("sendfile", "-n", 1, "--rate", "40Mbit", "--json", "-", path) as running:
        wait_for_sender(running, "sendfile")
        with open(path, "ab") as file:
            file.write(b"more" * 100_000)
        status, stdout, stderr = running.end()
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, str(path), "while it was")


def test_file_changed_between_runs_keeps_what_was_measured(place):
    """The runs before the change are reported; those after it do not count."""
    path = make_file(place / "file", 4 * MIB)
    with started("sendfile", "-n", 9, "--rate", "100Mbit", "--json", "-", path) as running:
        wait_for_sender(running, "sendfile", number=LATER)
        os.truncate(path, MIB)
        status, stdout, stderr = running.end()
    assert status == FAILED
    assert_one_message(stderr, str(path), "what was measured until then follows")
    (scenario,) = json.loads(stdout)["scenarios"]
    assert 2 <= len(scenario["runs"]) < LATER
    assert origins(scenario) == all_of(4 * MIB, "file_page")


def test_file_removed_while_it_is_sent(place):
    """That changes nothing: the program has it open."""
    path = make_file(place / "file", 4 * MIB)
    with started("sendfile", "-n", 1, "--rate", "40Mbit", "--json", "-", path) as running:
        wait_for_sender(running, "sendfile")
        path.unlink()
        status, stdout, stderr = running.end()
    assert (status, stderr) == (MEASURED, "")
    report = json.loads(stdout)
    assert_sound(report)


# --- any run ---


@st.composite
def runs(draw):
    way = draw(st.sampled_from(["copy", "sendfile"]))
    size = draw(st.one_of(st.integers(1, 20_000), st.integers(20_000, 3_000_000)))
    # At most some thousands of rounds.
    chunk = draw(st.one_of(st.none(), st.integers(max(1, size // 3000), 2 * size)))
    options = [way, "--size", size]
    options += ["--chunk", chunk] if chunk else []
    options += ["--link", draw(st.sampled_from(LINKS))]
    for option in ("--cold", "--ipv6", "--no-timeline"):
        options += [option] if draw(st.booleans()) else []
    options += ["--prefault"] if way == "copy" and draw(st.booleans()) else []
    return options, way, size, chunk


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(runs())
def test_every_byte_is_accounted_for(drawn):
    """measure_one() has compared the bytes of all origins with the file's and the receiver's."""
    options, way, size, chunk = drawn
    scenario = measure_one(*options, "-n", 1)
    whole = way == "copy" and not chunk
    rounds = 1 if whole else -(-size // (chunk or CHUNK))
    assert scenario["payload_bytes"] == size
    assert scenario["rounds"] == rounds
    sends = next(
        call["calls"] for call in scenario["syscalls"]
        if call["name"] == ("sendto" if way == "copy" else "sendfile")
    )
    if way == "copy":
        assert sends == rounds
        assert scenario["crossings"]["per_round"] == 4
    else:
        assert sends == rounds + 1
        assert scenario["crossings"]["per_round"] == 2
    copied = way == "copy" or "veth-nosg" in options
    assert origins(scenario) == all_of(size, "private" if copied else "file_page")
    assert leg(scenario, "disk-cache")["bytes"] == (pages(size) if "--cold" in options else 0)
