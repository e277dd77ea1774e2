# SPDX-License-Identifier: GPL-2.0
"""More descriptors than a thread remembers: each call still counts for the file that it was made
on, also when the numbers change their meaning between two rounds.
"""
import pytest

from traced import PYTHON, run

FILES, ROUNDS, SWAP_AFTER = 31, 23, 11

# Goes round FILES files and reads i + 1 KiB from number i; half-way, each pair of numbers swaps
# its files. Several threads do it at once where that is asked for.
READER = """
import os, sys, threading
FILES, ROUNDS, SWAP_AFTER, THREADS = map(int, sys.argv[2:])
files = [os.open(f"{sys.argv[1]}/f{i}", os.O_RDONLY) for i in range(FILES)]

def go_round(rounds):
    for _ in range(rounds):
        for i, fd in enumerate(files):
            os.pread(fd, i + 1 << 10, 0)

def all_together(rounds):
    threads = [threading.Thread(target=go_round, args=(rounds,)) for _ in range(THREADS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

all_together(SWAP_AFTER)
for i in range(0, FILES - 1, 2):
    spare = os.dup(files[i])
    os.dup2(files[i + 1], files[i])
    os.dup2(spare, files[i + 1])
    os.close(spare)
all_together(ROUNDS - SWAP_AFTER)
"""


def expected(file, threads):
    """Calls and bytes of a file: those of its own number, and after the swap of the other's."""
    other = file if file == FILES - 1 else file ^ 1
    kib = SWAP_AFTER * (file + 1) + (ROUNDS - SWAP_AFTER) * (other + 1)
    return threads * ROUNDS, threads * kib << 10


@pytest.mark.parametrize("options", [(), ("--counts-only",)], ids=["times", "counts"])
@pytest.mark.parametrize("threads", [1, 3])
def test_each_file_has_its_own_calls(place, options, threads):
    for i in range(FILES):
        (place / f"f{i}").write_bytes(b"z" * (FILES << 10))
    scenario = run(place, [PYTHON, "-c", READER, place, FILES, ROUNDS, SWAP_AFTER, threads],
                   *options)
    found = {flow["source"]: (flow["calls"], flow["bytes"]) for flow in scenario["flows"]
             if flow["source"].startswith(str(place))}
    assert found == {f"{place}/f{i}": expected(i, threads) for i in range(FILES)}
    assert sum(scenario["loss"].values()) == 0


# A thread with a table of its own, in which each pair of numbers has swapped its files, goes round
# beside one that has them as they were. Nothing makes a descriptor meanwhile.
PRIVATE = """
import ctypes, os, sys, threading
FILES, ROUNDS = map(int, sys.argv[2:])
CLONE_FILES = 0x400
files = [os.open(f"{sys.argv[1]}/f{i}", os.O_RDONLY) for i in range(FILES)]
libc = ctypes.CDLL(None)
both = threading.Barrier(2)

def go_round():
    for _ in range(ROUNDS):
        for i, fd in enumerate(files):
            os.pread(fd, i + 1 << 10, 0)
        both.wait()

def with_its_own():
    assert libc.unshare(CLONE_FILES) == 0
    for i in range(0, FILES - 1, 2):
        spare = os.dup(files[i])
        os.dup2(files[i + 1], files[i])
        os.dup2(spare, files[i + 1])
        os.close(spare)
    both.wait()
    go_round()

thread = threading.Thread(target=with_its_own)
thread.start()
both.wait()
go_round()
thread.join()
"""


def test_a_thread_has_its_own_descriptors(place):
    for i in range(FILES):
        (place / f"f{i}").write_bytes(b"z" * (FILES << 10))
    scenario = run(place, [PYTHON, "-c", PRIVATE, place, FILES, ROUNDS])
    found = {flow["source"]: (flow["calls"], flow["bytes"]) for flow in scenario["flows"]
             if flow["source"].startswith(str(place))}
    other = {i: i if i == FILES - 1 else i ^ 1 for i in range(FILES)}
    assert found == {f"{place}/f{i}": (2 * ROUNDS, ROUNDS * (i + 1 + other[i] + 1) << 10)
                     for i in range(FILES)}
