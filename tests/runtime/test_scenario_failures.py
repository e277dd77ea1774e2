# SPDX-License-Identifier: GPL-2.0
"""The scenario programs when something is wrong: the message, the exit status, and no hanging."""
import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import struct
import termios
import threading
import time

import pytest

from scenario_programs import (
    CHUNK,
    MIB,
    ROUNDS,
    TIMEOUT_S,
    WAYS,
    assert_one_message,
    every_program,
    every_sender,
    every_way,
    gated,
    gated_pair,
    gated_sender,
    has_sanitizer,
    listening_socket,
    make_file,
    make_sparse_file,
    open_gates,
    program,
    receiver,
    run,
    sender_command,
    sha256,
    strace,
    transfer,
)

# More than two sockets' buffers can take, so that a sender nobody reads from must block.
STUCK_BYTES = 128 * MIB


@pytest.fixture(scope="module")
def server():
    """One receiver that serves all transfers of this module, as the documents' does."""
    with receiver("--port", 0, "--digest", lifetime_s=20 * TIMEOUT_S) as process:
        yield process


def bad_file(tmp_path, kind):
    """The path of a file that cannot be sent, and the reason that the message gives."""
    path = tmp_path / "file"
    if kind == "missing":
        return path, "No such file or directory"
    if kind == "directory":
        return tmp_path, "a directory"
    if kind == "FIFO":
        os.mkfifo(path)
        return path, "a FIFO"
    if kind == "device":
        return "/dev/null", "a character device"
    if kind == "socket":
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(path))
        return path, "a socket"
    if kind == "loop":
        path.symlink_to(path)
        return path, "Too many levels of symbolic links"
    assert kind == "long name"
    return "x" * 5000, "File name too long"


BAD_FILES = ["missing", "directory", "FIFO", "device", "socket", "loop", "long name"]


@every_sender
@pytest.mark.parametrize("kind", BAD_FILES)
def test_refuses_bad_files(tmp_path, sender, kind):
    path, why = bad_file(tmp_path, kind)
    done = run(program(sender, "--port", 9, path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert_one_message(done.stderr, sender, str(path)[:800], why, "regular file")


@every_sender
@pytest.mark.parametrize("kind", BAD_FILES)
def test_tells_zctrace_of_bad_files(tmp_path, sender, kind):
    path, why = bad_file(tmp_path, kind)
    with gated(sender, "--port", 9, path) as here:
        tally = here.tally()
        assert why in tally["error"]
        assert (tally["bytes_sent"], tally["eof_probes"], tally["elapsed_ns"]) == (0, 0, 0)
        status, stderr = here.ended()
    assert status == 2
    assert stderr.decode() == f"{sender}: {tally['error']}\n"


@every_sender
def test_refuses_unreadable_files(tmp_path, sender):
    path = make_file(tmp_path / "file", 100)
    path.chmod(0)
    # root may read it all the same, unless it lacks the capabilities to.
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    before = drop if os.geteuid() == 0 else []
    done = run([*before, *program(sender, "--port", 9, path)])
    assert done.returncode == 2
    assert_one_message(done.stderr, sender, str(path), "Permission denied")


@every_sender
@pytest.mark.parametrize("name", [b"new\nline", b"not \xff UTF-8 \xc3", "文件".encode(), b'"\\'])
def test_names_of_any_bytes(tmp_path, sender, name):
    """The message is one line of UTF-8, also in JSON, whatever the file is called."""
    path = os.fsencode(tmp_path) + b"/" + name
    with gated(sender, "--port", 9, os.fsdecode(path)) as here:
        tally = here.tally()
        status, stderr = here.ended()
    assert status == 2
    assert stderr.decode() == f"{sender}: {tally['error']}\n" and stderr.count(b"\n") == 1
    shown = path.decode(errors="replace").replace("\ufffd", "?").replace("\n", "?")
    assert shown in tally["error"]


USAGE = [
    (["--chunk", "64X"], "--chunk 64X: not a size"),
    (["--chunk", ""], "not a size"),
    (["--chunk", "-1"], "not a size"),
    (["--chunk", "0"], "one call moves between 1 and 2147479552 bytes"),
    (["--chunk", "2G"], "one call moves between 1 and 2147479552 bytes"),
    (["--chunk", "99999999T"], "not a size"),
    (["--port", "65536"], "not a number from 0 to 65535"),
    (["--port", "-1"], "not a number from 0 to 65535"),
    (["--port", "80a"], "not a number from 0 to 65535"),
    (["--port", " 80"], "not a number from 0 to 65535"),
    (["--port", ""], "not a number from 0 to 65535"),
    (["--as", "doc3"], "there are doc1 and doc2"),
]


@every_program
@pytest.mark.parametrize("options, why", USAGE)
def test_usage_errors(tmp_path, name, options, why):
    files = [] if name == "receiver" else [str(make_file(tmp_path / "file", 1))]
    done = run(program(name, *options, *files))
    assert (done.returncode, done.stdout) == (2, b"")
    assert_one_message(done.stderr, name, why, f"see {name} --help")


@every_sender
@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--port", "0", "a"]])
def test_usage_errors_of_senders(sender, arguments):
    done = run(program(sender, *arguments))
    assert done.returncode == 2
    assert_one_message(done.stderr, sender, f"see {sender} --help")


@every_program
def test_unknown_option(name):
    done = run(program(name, "--no-such-option"))
    assert done.returncode == 2 and b"--help" in done.stderr


# ---------------------------------------------------------------------------------------------
# What goes wrong on the way
# ---------------------------------------------------------------------------------------------


@every_sender
def test_nobody_listens(tmp_path, sender):
    path = make_file(tmp_path / "file", 1)
    with listening_socket() as listener:
        port = listener.getsockname()[1]
    done = run(program(sender, "--port", port, path))
    assert done.returncode == 4
    assert_one_message(done.stderr, sender, f"port {port}", "Connection refused", "receiver")
    with gated(sender, "--port", port, path) as here:
        assert "Connection refused" in here.tally()["error"]
        assert here.ended()[0] == 4


@every_sender
def test_bad_host(tmp_path, sender):
    path = make_file(tmp_path / "file", 1)
    done = run(program(sender, "--host", "300.1.2.3.invalid", path))
    assert done.returncode == 2
    assert_one_message(done.stderr, sender, "300.1.2.3.invalid")


def test_port_in_use():
    with listening_socket() as listener:
        port = listener.getsockname()[1]
        done = run(program("receiver", "--port", port))
        assert done.returncode == 4
        assert_one_message(done.stderr, "receiver", f"port {port}", "Address already in use")
        with gated("receiver", "--port", port) as there:
            assert "Address already in use" in there.tally()["error"]
            assert there.ended()[0] == 4


@pytest.mark.parametrize("address", ["localhost", "300.1.1.1", "192.0.2.1", "x"])
def test_bad_bind_address(address):
    done = run(program("receiver", "--bind", address, "--port", 0))
    assert done.returncode in (2, 4) and done.stdout == b""
    assert_one_message(done.stderr, "receiver", address)


def assert_broken(here):
    """The sender says that the receiver is gone, to us and to zctrace, and was not killed."""
    here.expect("end")
    tally = here.tally()
    status, stderr = here.ended()
    assert status == 4
    assert_one_message(stderr, here.name, tally["error"])
    assert "the receiver closed the connection after" in tally["error"]
    assert tally["bytes_sent"] < tally["file_bytes"] == STUCK_BYTES


@every_way
def test_receiver_that_closes_early(tmp_path, way):
    path = make_sparse_file(tmp_path / "file", STUCK_BYTES)
    with gated_sender(way, path) as (here, listener):
        connection = listener.accept()[0]
        open_gates(here)
        connection.recv(100_000)
        connection.close()
        assert_broken(here)


@every_sender
def test_receiver_that_is_killed(tmp_path, sender):
    path = make_sparse_file(tmp_path / "file", STUCK_BYTES)
    with receiver("--port", 0) as server, gated(sender, "--port", server.port, path) as here:
        here.expect("ready")
        server.process.send_signal(signal.SIGSTOP)
        open_gates(here)
        server.process.kill()
        assert_broken(here)


def reset_connection(port, data):
    """A sender that sends some and then dies in the worst way."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(data)
        time.sleep(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_sender_that_resets(tmp_path):
    with receiver("--port", 0, "--once") as server:
        reset_connection(server.port, b"x" * 1000)
        status, stdout, stderr = server.wait()
    assert status == 4 and "Total" not in stdout
    assert_one_message(stderr.encode(), "receiver", "reset", "after 1000 bytes")

    with receiver("--port", 0, "--digest") as server:
        reset_connection(server.port, b"x" * 1000)
        assert server.line() == "Waiting for connection\n"
        transfer(server, "sendfile-64K", make_file(tmp_path / "file", 99991))

    with gated("receiver", "--port", 0) as there:
        port = there.port()
        resetting = threading.Thread(target=reset_connection, args=(port, b"x" * 1000))
        resetting.start()
        there.expect(f"ready {port}")
        open_gates(there)
        there.expect("end")
        tally = there.tally()
        resetting.join()
        assert tally["payload_bytes"] == tally["tcp_bytes_received"] == 1000
        assert "reset" in tally["error"] and there.ended()[0] == 4


@every_way
@pytest.mark.parametrize("size, change", [(500_000, -1), (500_000, -500_000), (500_000, 1)])
def test_file_that_changes_before_it_is_sent(tmp_path, way, size, change):
    path = make_file(tmp_path / "file", size)
    with gated_pair(way, path) as (here, there):
        os.truncate(path, size + change)
        open_gates(there, here)
        here.expect("end")
        tally = here.tally()
        status, stderr = here.ended()
        there.expect("end")
        assert there.tally()["payload_bytes"] == size + change
    word = "shrank" if change < 0 else "grew"
    assert status == 4
    assert_one_message(
        stderr, here.name, f"{path} {word} while it was sent: expected {size}, sent {size + change}"
    )
    assert (tally["file_bytes"], tally["bytes_sent"]) == (size, size + change)


def drain(connection):
    total = 0
    while data := connection.recv(MIB):
        total += len(data)
    return total


def wait_until_stuck(connection):
    """Waits until no more bytes arrive: the buffers are full, and the sender sleeps."""
    before, calm, deadline = -1, 0, time.monotonic() + TIMEOUT_S
    while calm < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        here = struct.unpack("i", fcntl.ioctl(connection, termios.FIONREAD, b"\0" * 4))[0]
        calm = calm + 1 if here == before and here > 0 else 0
        before = here


@contextlib.contextmanager
def stuck_sender(tmp_path, way):
    """A sender in the middle of a large file, blocked; its file and the other end."""
    path = make_sparse_file(tmp_path / "file", STUCK_BYTES)
    with gated_sender(way, path) as (here, listener):
        connection = listener.accept()[0]
        open_gates(here)
        wait_until_stuck(connection)
        with connection:
            yield here, path, connection


@pytest.mark.parametrize("way", ["copy-64K", "sendfile-64K", "mmap-64K", "splice-64K",
                                 "zerocopy-64K", "uring-64K", "uring-zc-64K", "direct-64K",
                                 "vmsplice-64K", "tee-64K"])
def test_file_that_shrinks_while_it_is_sent(tmp_path, way):
    with stuck_sender(tmp_path, way) as (here, path, connection):
        os.truncate(path, 4096)
        received = drain(connection)
        here.expect("end")
        tally = here.tally()
        status, stderr = here.ended()
    assert status == 4
    assert 0 < tally["bytes_sent"] == received < STUCK_BYTES
    assert_one_message(stderr, here.name, f"shrank while it was sent: expected {STUCK_BYTES}")


@pytest.mark.parametrize("way", ["copy-whole", "copy-64K", "sendfile-64K", "sendfile-65535",
                                 "mmap-64K", "splice-64K", "zerocopy-64K", "uring-64K",
                                 "direct-64K", "vmsplice-64K", "tee-64K"])
def test_file_that_never_stops_growing(tmp_path, way):
    path = make_file(tmp_path / "file", 100_000)
    stop = threading.Event()

    def grow():
        with open(path, "ab", buffering=0) as file:
            while not stop.is_set() and path.stat().st_size < 256 * MIB:
                file.write(b"x" * MIB)

    with gated_pair(way, path) as (here, there):
        writer = threading.Thread(target=grow)
        writer.start()
        while path.stat().st_size == 100_000:
            time.sleep(0.001)
        open_gates(there, here)
        here.expect("end")
        tally = here.tally()
        status, stderr = here.ended()
        stop.set()
        writer.join()
    assert status == 4 and tally["bytes_sent"] > tally["file_bytes"] == 100_000
    # These ask for the size once more, after "go": all of that may be sent.
    if way not in ("copy-whole", "mmap-64K", "uring-64K"):
        assert tally["bytes_sent"] <= 100_000 + CHUNK
    assert_one_message(stderr, here.name, "grew while it was sent: expected 100000, sent ")


@pytest.mark.parametrize("way, call", [("copy-whole", "send"), ("sendfile-1M", "sendfile")])
def test_calls_that_move_only_a_part(tmp_path, way, call):
    """A stopped process returns from its call with what was moved so far."""
    with stuck_sender(tmp_path, way) as (here, _, connection):
        here.process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        here.process.send_signal(signal.SIGCONT)
        received = drain(connection)
        here.expect("end")
        tally = here.tally()
        here.say("bye")
        assert here.ended() == (0, b"")
    assert received == tally["bytes_sent"] == STUCK_BYTES
    if way == "copy-whole":
        assert tally["data_calls"] == {"read": 1, "send": 2} and tally["rounds"] == 1
    else:
        assert tally["data_calls"][call] >= STUCK_BYTES // MIB


@pytest.mark.parametrize(
    "way, call, path_only",
    [
        ("copy-64K", "read", True),
        ("copy-64K", "sendto", False),
        ("sendfile-64K", "sendfile", False),
        ("mmap-64K", "sendto", False),
        ("splice-64K", "splice", False),
        ("zerocopy-64K", "sendto", False),
        ("zerocopy-64K", "recvmsg", False),
        ("uring-64K", "io_uring_enter", False),
        ("uring-zc-64K", "io_uring_enter", False),
        ("direct-64K", "read", True),
        ("vmsplice-64K", "vmsplice", False),
        ("tee-64K", "splice", False),
        ("tee-64K", "tee", False),
        ("vmsplice-64K", "splice", False),
        ("direct-64K", "sendto", False),
    ],
)
def test_interrupted_calls_of_senders(server, tmp_path, way, call, path_only):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    strace(
        tmp_path,
        [*(["-P", path] if path_only else []), "-e", f"inject={call}:error=EINTR:when=3+5"],
        sender_command(way, "--port", server.port, path),
    )
    assert server.connection()[1]["SHA-256"] == sha256(path)


def test_interrupted_calls_of_the_receiver(tmp_path):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    inject = ["strace", "-f", "-o", tmp_path / "log", "-e", "inject=recvfrom:error=EINTR:when=2+3"]
    with gated("receiver", "--port", 0, "--digest", before=inject) as there:
        port = there.port()
        with gated("sendfile", "--port", port, path) as here:
            here.expect("ready")
            there.expect(f"ready {port}")
            open_gates(there, here)
            there.expect("end")
            tally = there.tally()
            there.say("bye")
            assert there.ended()[0] == 0
    assert tally["sha256"] == sha256(path)


@pytest.mark.parametrize("error, status", [("EINVAL", 3), ("ENOSYS", 3), ("EIO", 4)])
def test_sendfile_that_the_kernel_refuses(server, tmp_path, error, status):
    path = make_file(tmp_path / "file", 1000)
    command = program("sendfile", "--port", server.port, path)
    inject = ["strace", "-f", "-o", str(tmp_path / "log"), "-e", f"inject=sendfile:error={error}"]
    done = run([*inject, *command])
    server.connection()
    assert done.returncode == status
    assert_one_message(done.stderr, "sendfile", "sendfile: ")


@pytest.mark.parametrize("way, call, error, status, words", [
    ("mmap-64K", "mmap", "ENOMEM", 3, "mmap of 1000 bytes: Cannot allocate memory"),
    ("splice-64K", "splice", "EINVAL", 3, "splice: Invalid argument"),
    ("splice-64K", "splice", "EIO", 4, "splice: Input/output error"),
    ("zerocopy-64K", "setsockopt", "EOPNOTSUPP", 3, "SO_ZEROCOPY: Operation not supported"),
    ("zerocopy-64K", "sendto", "ENOBUFS", 3, "MSG_ZEROCOPY: No buffer space available"),
    ("vmsplice-64K", "vmsplice", "EINVAL", 3, "vmsplice: Invalid argument"),
    ("tee-64K", "tee", "EINVAL", 3, "tee: Invalid argument"),
    ("tee-64K", "splice", "EIO", 4, "splice: Input/output error"),
    ("vmsplice-64K", "madvise", "EINVAL", 3, "madvise: Invalid argument"),
    ("direct-64K", "pread64", "EINVAL", 3, "O_DIRECT: a read of 65536 bytes: Invalid argument"),
    ("direct-64K", "pread64", "EIO", 4, "O_DIRECT: a read of 65536 bytes: Input/output error"),
    ("uring-64K", "io_uring_setup", "EPERM", 3, "io_uring_setup: Operation not permitted"),
    ("uring-64K", "io_uring_enter", "EBADF", 4, "io_uring_enter: Bad file descriptor"),
    # As a kernel without SEND_ZC, which cannot be asked what it has.
    ("uring-zc-64K", "io_uring_register", "EINVAL", 3, "SEND_ZC: this kernel has none"),
])
def test_ways_that_the_kernel_refuses(tmp_path, way, call, error, status, words):
    path = make_file(tmp_path / "file", 1000)
    # Libraries are mapped too: only the file's own mapping is to fail.
    only = ["-P", str(path)] if call in ("mmap", "pread64") else []
    inject = ["strace", "-f", "-o", str(tmp_path / "log"), *only, "-e",
              f"inject={call}:error={error}"]
    with receiver("--port", 0) as server:
        done = run([*inject, *sender_command(way, "--port", server.port, path)])
    assert done.returncode == status
    assert_one_message(done.stderr, WAYS[way][0], words)


def test_pages_given_away_are_not_written_to_again(tmp_path):
    """A receiver that takes nothing until all is sent: every byte is still the file's."""
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    with gated_sender("vmsplice-64K", path) as (here, listener):
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT_S)
        with connection:
            open_gates(here)
            wait_until_stuck(connection)
            taken = b"".join(iter(lambda: connection.recv(MIB), b""))
        here.expect("end")
        assert here.tally()["error"] is None
    assert hashlib.sha256(taken).hexdigest() == sha256(path)


def test_mapped_file_that_is_cut_within_its_last_page(tmp_path):
    """The rest of the page reads as zeros: the number of bytes does not tell."""
    with stuck_sender(tmp_path, "mmap-64K") as (here, path, connection):
        os.truncate(path, STUCK_BYTES - 100)
        assert drain(connection) == STUCK_BYTES
        here.expect("end")
        here.tally()
        status, stderr = here.ended()
    assert status == 4
    assert_one_message(stderr, "mmap", "shrank while it was sent",
                       f"now it has {STUCK_BYTES - 100}")


def test_borrowed_pages_come_back_with_a_word(tmp_path):
    """Loopback copies what is borrowed, and the kernel says so of every send."""
    for way in ("zerocopy-64K", "uring-zc-64K"):
        with gated_pair(way, make_file(tmp_path / "file", ROUNDS * CHUNK)) as (here, there):
            open_gates(there, here)
            here.expect("end")
            assert here.tally()["zerocopy"] == {
                "sends": ROUNDS, "completed": ROUNDS, "copied": ROUNDS}


@pytest.mark.parametrize("way", ["zerocopy-64K", "uring-zc-64K"])
def test_borrowed_pages_up_to_the_limit(tmp_path, way):
    """With less locked memory than its buffers have, it waits for pages to come back."""
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    # root may lock as much as it likes, unless it lacks the capability to.
    drop = ["setpriv", "--bounding-set=-ipc_lock"] if os.geteuid() == 0 else []
    limit = ["prlimit", f"--memlock={3 * CHUNK}", *drop]
    with receiver("--port", 0, "--digest") as server:
        done = run([*limit, *sender_command(way, "--port", server.port, path)])
        assert (done.returncode, done.stderr) == (0, b"")
        assert server.connection()[1]["SHA-256"] == sha256(path)


HOWS = ["discard", "splice", "zerocopy"]


@pytest.mark.parametrize("how", HOWS)
def test_other_receivers_count_the_same(tmp_path, how):
    path = make_file(tmp_path / "file", 7 * MIB + 11)
    with receiver("--port", 0, "--once", "--how", how) as server:
        assert run(program("sendfile", "--port", server.port, path)).returncode == 0
        assert f"Total size: {7 * MIB + 11}\n" in server.wait()[1]


@pytest.mark.parametrize("way", ["copy-64K", "sendfile-64K", "zerocopy-64K", "vmsplice-64K"])
@pytest.mark.parametrize("size", [0, 1, 4097, 7 * MIB + 11])
def test_mapping_receiver_sees_every_byte(tmp_path, way, size):
    with receiver("--port", 0, "--how", "zerocopy", "--digest") as server:
        values = transfer(server, way, make_file(tmp_path / "file", size))
    assert int(values["Mapped"]) <= size


def test_mapping_receiver_maps_whole_pages(tmp_path):
    """Pages that a pipe's writer filled are the kernel's own, single ones: they can be mapped."""
    path = make_file(tmp_path / "file", 8 * 4096 + 100)
    with gated("receiver", "--port", 0, "--how", "zerocopy", "--digest") as there:
        port = there.port()
        with socket.create_connection(("127.0.0.1", port)) as sender:
            there.expect(f"ready {port}")
            out, into = os.pipe()
            assert os.write(into, path.read_bytes()) == path.stat().st_size
            assert os.splice(out, sender.fileno(), path.stat().st_size) == path.stat().st_size
            os.close(out)
            os.close(into)
        open_gates(there)
        there.expect("end")
        tally = there.tally()
    assert tally["error"] is None and tally["sha256"] == sha256(path)
    assert tally["payload_bytes"] == path.stat().st_size
    # How many of the eight depends on where the kernel ends a segment.
    assert tally["mapped_bytes"] >= 4 * 4096 and tally["mapped_bytes"] % 4096 == 0
    assert 1 <= tally["data_calls"]["recv"] <= 5


def test_mapping_receiver_of_a_connection_that_is_reset():
    """The error is recv's, and not lost in the option."""
    with gated("receiver", "--port", 0, "--how", "zerocopy") as there:
        port = there.port()
        with socket.create_connection(("127.0.0.1", port)) as sender:
            there.expect(f"ready {port}")
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            open_gates(there)
        there.expect("end")
        assert "reset" in there.tally()["error"]


def test_splice_receiver_writes_the_file(tmp_path):
    path, copy = make_file(tmp_path / "file", 7 * MIB + 11), tmp_path / "copy"
    with receiver("--port", 0, "--once", "--how", "splice", "--output", copy) as server:
        assert run(program("copy", "--port", server.port, path)).returncode == 0
        assert server.wait()[0] == 0
    assert sha256(copy) == sha256(path)


@pytest.mark.parametrize("options, words", [
    (["--how", "read"], "there are recv, discard, splice and zerocopy"),
    (["--how", "discard", "--digest"], "only --how recv and zerocopy see the bytes"),
    (["--output", "x"], "only --how splice passes the bytes on"),
])
def test_usage_errors_of_the_receiver(options, words):
    done = run(program("receiver", *options))
    assert done.returncode == 2
    assert_one_message(done.stderr, "receiver", words)


def test_output_that_cannot_be_written(tmp_path):
    done = run(program("receiver", "--port", 0, "--how", "splice", "--output", tmp_path))
    assert done.returncode == 2
    assert_one_message(done.stderr, "receiver", str(tmp_path), "Is a directory")


def test_read_that_fails(server, tmp_path):
    path = make_file(tmp_path / "file", 3 * CHUNK)
    command = program("copy", "--chunk", "64K", "--port", server.port, path)
    inject = ["strace", "-f", "-o", str(tmp_path / "log"), "-P", str(path)]
    done = run([*inject, "-e", "inject=read:error=EIO:when=2", *command])
    server.connection()
    assert done.returncode == 4
    assert_one_message(done.stderr, "copy", "read: ", f"after {CHUNK} of {3 * CHUNK} bytes")


def test_file_too_large_for_memory(tmp_path):
    path = make_sparse_file(tmp_path / "file", 1 << 40)
    with listening_socket() as listener:
        # A sanitized program needs address space of its own; environment() limits its memory.
        limit = [] if has_sanitizer("copy") else ["prlimit", f"--as={1 << 30}"]
        done = run([*limit, *program("copy", "--port", listener.getsockname()[1], path)])
    assert done.returncode == 3
    # A sanitizer's warning may come first.
    message = done.stderr[done.stderr.rindex(b"copy: ") :]
    assert_one_message(message, "copy", "Cannot allocate memory", "--chunk 64K")
