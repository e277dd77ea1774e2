# SPDX-License-Identifier: GPL-2.0
"""What leaves the page cache for a program's memory: pages that reads got, and files that it has
mapped by page faults. Linux 6.1 does not tell, 6.12 does."""
import functools
import json

import pytest

from traced import PYTHON, flow, run
from zctrace import CHUNK, KIB, MIB, PAGE, leg, make_file, measure_one, must, zctrace

pytestmark = pytest.mark.usefixtures("place")

ODD = 1_000_003
SIZE = 23 * CHUNK


@functools.cache
def kernel_tells():
    findings = json.loads(zctrace("doctor", "--json").stdout)["findings"]
    return all(any(f["what"] == f"tracepoint {name}" and f["ok"] for f in findings)
               for name in ("mm_filemap_get_pages", "mm_filemap_map_pages"))


def pages_read(size, chunk):
    """Each chunk gets every page that it has a byte of."""
    return sum((min(at + chunk, size) - 1) // PAGE - at // PAGE + 1 for at in range(0, size, chunk))


def witnesses(scenario):
    return [w for w in scenario["witnesses"] if w["id"] == "sender.cache_pages"]


@pytest.mark.parametrize("way, chunk", [
    ("copy", 0), ("copy", 64 * KIB), ("copy", 4097), ("copy", 1024), ("copy", 6 * KIB),
    ("zerocopy", 64 * KIB), ("uring", 64 * KIB)])
def test_reads_get_each_page_of_what_they_return(place, way, chunk):
    path = make_file(place / "file", ODD)
    chunks = ["--chunk", chunk] if chunk else []
    scenario = measure_one(way, "-n", 2, *chunks, path)
    found = leg(scenario, "cache-user")
    assert found["bytes"] == ODD
    assert found["evidence"] == ("counted" if kernel_tells() else "inferred")
    expected = pages_read(ODD, chunk or ODD)
    counts = [(w["counted"], w["witness"], w["runs"], w["differ"]) for w in witnesses(scenario)]
    assert counts == ([(expected, expected, 2, 0)] if kernel_tells() else [])


@pytest.mark.parametrize("chunk", [4097, 64 * KIB])
def test_a_cold_file_is_inferred_where_a_batch_is_not_told_of(place, chunk):
    path = make_file(place / "file", ODD)
    scenario = measure_one("copy", "-n", 1, "--cold", "--chunk", chunk, path)
    found, rows = leg(scenario, "cache-user"), witnesses(scenario)
    assert found["bytes"] == ODD
    assert found["evidence"] == ("counted" if rows else "inferred")
    assert [w["counted"] for w in rows] in ([], [pages_read(ODD, chunk)])


@pytest.mark.parametrize("way", ["sendfile", "splice", "mmap"])
def test_what_is_not_read_gets_none(way):
    scenario = measure_one(way, "-n", 1, "--size", SIZE, "--chunk", "64K")
    assert leg(scenario, "cache-user")["bytes"] == 0
    assert [(w["counted"], w["witness"]) for w in witnesses(scenario)] == \
        ([(0, 0)] if kernel_tells() else [])


def test_a_file_system_that_reads_in_its_own_way_is_inferred(place):
    directory = place / "memory"
    directory.mkdir()
    must("mount", "-t", "tmpfs", "-o", "size=64M", "tmpfs", directory)
    try:
        scenario = measure_one("copy", "-n", 1, make_file(directory / "file", SIZE))
    finally:
        must("umount", "--lazy", directory)
    found = leg(scenario, "cache-user")
    assert (found["bytes"], found["evidence"], found["note"]) == (SIZE, "inferred", "inferred")
    assert witnesses(scenario) == []


def test_without_the_tracepoint_it_is_inferred():
    scenario = measure_one("copy", "-n", 1, "--size", SIZE, "--without", "mm_filemap_get_pages")
    found = leg(scenario, "cache-user")
    assert (found["bytes"], found["evidence"], found["note"]) == (SIZE, "inferred", "inferred")
    assert witnesses(scenario) == []


TOUCHES = """
import mmap, sys
with open(sys.argv[1], "rb") as file, open(sys.argv[2], "wb", buffering=0) as out:
    data = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
    for at in range(0, int(sys.argv[3]), 65536):
        data[at]
    out.write(bytes(2 << 20))
"""


@pytest.mark.parametrize("touched, words", [
    (0, "(4 MiB)"),
    (1, "(4 MiB, reached by 1 page fault)"),
    (23, "(4 MiB, reached by 23 page faults)"),
])
def test_page_faults_of_a_mapped_file(place, touched, words):
    """One maps the 64 KiB around it, where the page cache has it in small folios."""
    path = place / "source"
    with path.open("wb", buffering=0) as file:
        for _ in range(4 * MIB // PAGE):
            file.write(bytes(PAGE))
    scenario = run(place, [PYTHON, "-c", TOUCHES, path, place / "target", touched * CHUNK])
    because = flow(scenario, "memory", "/target")["because"]
    assert f"{path} {words if kernel_tells() else '(4 MiB)'}" in because
