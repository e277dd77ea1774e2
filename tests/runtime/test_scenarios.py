# SPDX-License-Identifier: GPL-2.0
"""The scenario programs run by hand: what they deliver, what they print, which calls they make."""
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenario_programs import (
    CHUNK,
    MIB,
    ROUNDS,
    TIMEOUT_S,
    WAYS,
    counts,
    every_program,
    every_way,
    make_file,
    make_sparse_file,
    program,
    receiver,
    run,
    sender_command,
    sha256,
    strace,
    transfer,
)

SIZES = [0, 1, 4093, 65535, 65536, 65537, 99991, 23 * CHUNK, 1000003, 7 * MIB + 11]


@pytest.fixture(scope="module")
def server():
    """One receiver that serves all transfers of this module, as the documents' does."""
    with receiver("--port", 0, "--digest", lifetime_s=20 * TIMEOUT_S) as process:
        yield process


@every_way
@pytest.mark.parametrize("size", SIZES)
def test_delivers_the_same_bytes(server, tmp_path, way, size):
    transfer(server, way, make_file(tmp_path / "file", size))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    way=st.sampled_from(sorted(WAYS)),
    size=st.integers(0, 400_000),
    seed=st.integers(0, 2**32),
)
def test_delivers_any_file(server, tmp_path, way, size, seed):
    transfer(server, way, make_file(tmp_path / "file", size, seed))


@pytest.mark.long
@pytest.mark.parametrize("way", ["mmap-64K", "splice-64K", "uring-64K"])
def test_more_than_31_bits_of_bytes(tmp_path, way):
    """And in chunks as large as fit; all of it arrives."""
    size = (2 << 30) + 12_345
    path = make_sparse_file(tmp_path / "file", size)
    with receiver("--port", 0, "--once", "--how", "discard", "--chunk", "8M") as one:
        done = run(sender_command(way, "--chunk", "16M", "--port", one.port, path))
        assert (done.returncode, done.stderr) == (0, b"")
        assert f"Total size: {size}\n" in one.wait()[1]


def test_counts_its_receives(server, tmp_path):
    values = transfer(server, "copy-whole", make_file(tmp_path / "file", 23 * CHUNK))
    data, last = re.fullmatch(r"(\d+) and (one) that returned 0", values["Receives"]).groups()
    assert int(data) >= 23 and last == "one"
    values = transfer(server, "copy-whole", make_file(tmp_path / "file", 0))
    assert values["Receives"] == "0 and one that returned 0"


def test_serves_once(tmp_path):
    path = make_file(tmp_path / "file", 12345)
    with receiver("--port", 0, "--once") as one:
        assert run(program("copy", "--port", one.port, path)).returncode == 0
        status, stdout, stderr = one.wait()
    assert (status, stderr) == (0, "")
    assert "Total size: 12345\n" in stdout
    assert "SHA-256" not in stdout


def test_ipv6(tmp_path):
    path = make_file(tmp_path / "file", 99991)
    with receiver("--bind", "::1", "--port", 0, "--once", "--digest") as one:
        assert one.address == "::1"
        assert run(program("sendfile", "--host", "::1", "--port", one.port, path)).returncode == 0
        assert f"SHA-256: {sha256(path)}\n" in one.wait()[1]


@pytest.mark.xdist_group("ports of the documents")
@pytest.mark.parametrize("document, port", [("doc1", 8082), ("doc2", 10000)])
def test_ports_of_the_documents(tmp_path, document, port):
    """On an address of its own, so that nothing else on this machine is in the way."""
    address = "127.8.0.82"
    path = make_file(tmp_path / "file", 3 * 65535)
    with receiver("--as", document, "--bind", address, "--once") as one:
        assert one.port == port
        done = run(program("sendfile", "--as", document, "--host", address, path))
        assert done.returncode == 0
        assert f"Total size: {3 * 65535}\n" in one.wait()[1]
    with receiver("--port", 0, "--as", document) as one:
        assert one.port != port, "an option given by hand goes before the document's"


@pytest.mark.parametrize("options, lines", [([], 0), (["--progress"], 2)])
def test_progress_every_10000_receives(tmp_path, options, lines):
    path = make_file(tmp_path / "file", 29_999)
    with receiver("--port", 0, "--once", "--chunk", 1, *options) as one:
        assert run(program("copy", "--port", one.port, path)).returncode == 0
        stdout = one.wait()[1]
    assert re.findall("Current loop: .*", stdout) == ["Current loop: 10000", "Current loop: 20000"][
        :lines
    ]
    assert "Receives: 29999 and one that returned 0\n" in stdout


@every_program
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(name, option):
    done = run(program(name, option))
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert text.startswith(f"Usage: {name} [OPTION...]")
    assert text.count(f"\n  {name} ") >= 3, "three examples"
    assert "--gate" not in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "way, reads, sends, sendfiles, splices, enters",
    [
        # A read, a sendfile or a splice more than the rounds: the one that returns 0.
        ("copy-64K", ROUNDS + 1, ROUNDS, 0, 0, 0),
        ("copy-whole", 2, 1, 0, 0, 0),
        ("sendfile-64K", 0, 0, ROUNDS + 1, 0, 0),
        ("mmap-64K", 0, ROUNDS, 0, 0, 0),
        ("splice-64K", 0, 0, 0, 2 * ROUNDS + 1, 0),
        ("zerocopy-64K", ROUNDS + 1, ROUNDS, 0, 0, 0),
        ("uring-64K", 0, 0, 0, 0, ROUNDS),
        ("vmsplice-64K", ROUNDS + 1, 0, 0, ROUNDS, 0),
        ("tee-64K", 0, 0, 0, 3 * ROUNDS + 1, 0),
        ("direct-64K", ROUNDS + 1, ROUNDS, 0, 0, 0),
    ],
)
def test_exact_calls_of_senders(server, tmp_path, way, reads, sends, sendfiles, splices, enters):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    command = sender_command(way, "--port", server.port, path)

    of_file = counts(strace(tmp_path, ["-c", "-P", path], command))
    server.connection()
    of_all = counts(strace(tmp_path, ["-c"], command))
    server.connection()

    assert of_file["read"] == reads
    assert of_all["sendto"] == sends
    assert of_all["sendfile"] == of_file["sendfile"] == sendfiles
    assert (of_all["splice"], of_all["io_uring_enter"]) == (splices, enters)
    for other in ["write", "writev", "sendmsg", "lseek", "ioctl"]:
        assert of_file[other] == 0, other
    # One before the gate tells whether O_DIRECT is allowed.
    assert of_file["pread64"] == (way == "direct-64K")


@pytest.mark.parametrize(
    "options, calls", [(["--as", "doc1"], 24), (["--as", "doc2"], 23), (["--chunk", "65535"], 24)]
)
def test_sendfile_chunks_of_the_documents(server, tmp_path, options, calls):
    """65,535 bytes a call need one call more than 65,536; and one call finds the end."""
    path = make_file(tmp_path / "file", 23 * CHUNK)
    command = program("sendfile", "--port", server.port, *options, path)
    assert counts(strace(tmp_path, ["-c"], command))["sendfile"] == calls + 1
    server.connection()


@pytest.mark.parametrize("sender", [["copy"], ["copy", "--chunk", "64K"], ["sendfile"],
                                    ["splice"], ["zerocopy"], ["direct"], ["vmsplice"],
                                    ["tee"]])
@pytest.mark.parametrize("size", [0, 1])
def test_exact_calls_of_tiny_files(server, tmp_path, sender, size):
    path = make_file(tmp_path / "file", size)
    name, *options = sender
    command = program(name, *options, "--port", server.port, path)
    of_file = counts(strace(tmp_path, ["-c", "-P", path], command))
    server.connection()
    of_all = counts(strace(tmp_path, ["-c"], command))
    server.connection()
    moving = {"zerocopy": "read", "copy": "read", "direct": "read",
              "vmsplice": "read", "tee": "splice"}.get(name, name)
    assert of_file[moving] == size + 1
    assert of_all["sendto"] == (size if moving == "read" and name != "vmsplice" else 0)
    assert of_all["tee"] == (size if name == "tee" else 0)
