# SPDX-License-Identifier: GPL-2.0
"""Flows and verdicts of programs that zctrace did not write: the documents' own in Python, those
that distributions package, and one of each way in which Linux moves a file's bytes. What strace
shows of the same run is the yardstick."""
import json
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from link_programs import link, wait_until
from traced import (
    COPIED,
    IN_KERNEL,
    PYTHON,
    Sink,
    ZERO,
    fetch,
    flow,
    free_port,
    listens,
    program,
    run,
    run_under_strace,
    server,
    stop,
    strace_calls,
    total,
    unseen,
    warnings,
)
from zctrace import BUILD, CHUNK, MIB, make_file, measure_one, tool

pytestmark = pytest.mark.usefixtures("place")

DOC1_BYTES = 1_288_490_188
SIZE = 3 * MIB + 77     # no multiple of a page
CHUNKS = 49             # of 64 KiB


@pytest.fixture
def source(place):
    return make_file(place / "source", SIZE)


def bytes_to(scenario, sink):
    return sum(f["bytes"] for f in scenario["flows"] if sink in f["sink"])


# --- the documents' programs ---

COPY_CLIENT = """
import socket
import time
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", {port}))
start = time.time()
try:
    with open(r"{path}", "rb") as f:
        message = f.read()
        sock.sendall(message)
finally:
    sock.close()
print("Total time: ", time.time() - start)
"""

SENDFILE_CLIENT = """
import os
import socket
import time
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", {port}))
start = time.time()
try:
    with open(r"{path}", "rb") as f:
        ret = 0
        offset = 0
        while True:
            ret = os.sendfile(sock.fileno(), f.fileno(), offset, {chunk})
            offset += ret
            if ret == 0:
                break
finally:
    sock.close()
print("Total time: ", time.time() - start)
"""


def client(place, text, **values):
    path = place / "client.py"
    path.write_text(text.format(**values))
    return [PYTHON, path]


def rows(scenario, name, end):
    """Rows of a call on a kind of descriptor: (calls, of them end of file, bytes)."""
    found = [call for call in scenario["syscalls"] if call["name"] == name and end in call["fd"]]
    return [sum(call[what] for call in found) for what in ("calls", "zeros", "bytes")]


def test_document_copy_in_python(place, source):
    """One read of the whole file, one that finds its end, one send."""
    sink = Sink()
    scenario = run(place, client(place, COPY_CLIENT, port=sink.port, path=source))
    assert sink.total() == SIZE
    assert rows(scenario, "sendto", "tcp") == [1, 0, SIZE]
    found = flow(scenario, "/source", str(sink.port))
    assert (found["calls"], found["bytes"], found["calls_by"]) == (2, SIZE, "read + sendto")
    assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 2)
    assert "to the byte" in found["because"]


def test_document_copy_in_python_reads_twice(place, source):
    """The read that finds the end as well: strace of the same run tells the file's reads apart."""
    sink = Sink()
    scenario = run_under_strace(place, client(place, COPY_CLIENT, port=sink.port, path=source))
    assert sink.total() == SIZE
    assert rows(scenario, "sendto", "tcp") == [1, 0, SIZE]
    made = next(calls for calls in strace_calls(place / "strace.log").values()
                if ("read", SIZE) in calls)
    reads = [value for name, value in made if name == "read"]
    assert reads[reads.index(SIZE) + 1] == 0


@pytest.mark.parametrize("chunk", [65535, 65536])
def test_document_sendfile_in_python(place, chunk):
    """Of doc1's size: as many calls as the C program makes. On tmpfs holes take no room."""
    path = pathlib.Path("/dev/shm") / f"zctrace-test-{place.parent.name}"
    calls = -(-DOC1_BYTES // chunk)
    assert chunk != 65535 or calls == 19_662
    sink = Sink()
    try:
        with open(path, "wb") as file:
            file.truncate(DOC1_BYTES)
        scenario = run(place, client(place, SENDFILE_CLIENT, port=sink.port, path=path,
                                     chunk=chunk))
    finally:
        path.unlink()
    assert sink.total() == DOC1_BYTES
    made, ends, moved = rows(scenario, "sendfile", "tcp")
    assert (made - ends, ends, moved) == (calls, 1, DOC1_BYTES)
    found = flow(scenario, str(path), str(sink.port))
    assert (found["calls"], found["bytes"]) == (calls, DOC1_BYTES)
    assert (found["verdict"], round(found["copies_per_byte"], 2)) == (ZERO, 0)


# --- packaged programs ---


def nginx_conf(place, port, sendfile):
    path = place / "nginx.conf"
    path.write_text(f"""
daemon off; master_process on; worker_processes 1; user root; pid {place}/nginx.pid;
error_log /dev/null;
events {{}}
http {{
  access_log off; sendfile {"on" if sendfile else "off"}; tcp_nopush off;
  client_body_temp_path {place}; proxy_temp_path {place};
  server {{ listen 127.0.0.1:{port}; root {place}; }}
}}
""")
    return path


def nginx(place, port, sendfile):
    conf = nginx_conf(place, port, sendfile)
    for module in ("fastcgi", "uwsgi", "scgi"):
        (place / module).mkdir(exist_ok=True)
    return [tool("nginx"), "-p", place, "-c", conf]


def assert_perhaps_of(scenario, source, sink):
    """The program wrapped the file's bytes in some of its own (headers, lengths): that the one
    became the other is likely, cannot be seen, and is not told as one flow."""
    read = flow(scenario, source, "memory")
    written = flow(scenario, "memory", sink)
    assert SIZE <= read["bytes"] < written["bytes"] <= read["bytes"] * 1.01
    for found in (read, written):
        assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 1)
        assert "perhaps" in found["because"] and "nearly as many" in found["because"]
    return read, written


def quit_when_fetched(place, port, path, times=1):
    """What a browser does, and then the end of the server."""
    wait_until(lambda: listens(port), "the server")
    for _ in range(times):
        assert fetch(port, path) == SIZE
    pid = int((place / "nginx.pid").read_text())
    subprocess.run(["kill", "-QUIT", str(pid)], check=True)


@pytest.mark.parametrize("sendfile", [True, False])
def test_nginx(place, source, sendfile):
    port = free_port()
    scenario = run_under_strace(place, nginx(place, port, sendfile),
                                during=lambda _: quit_when_fetched(place, port, "/source", 3))
    if sendfile:
        found = flow(scenario, "/source", f":{port}")
        assert found["bytes"] == total(scenario, "sendfile", "bytes") == 3 * SIZE
        assert (found["calls_by"], found["verdict"]) == ("sendfile", ZERO)
        assert found["copies_per_byte"] < 0.01
    else:
        read, found = assert_perhaps_of(scenario, "/source", f":{port}")
        assert (total(scenario, "sendfile"), read["bytes"]) == (0, 3 * SIZE)
    assert found["role"] == "nginx"
    assert "clients of" in found["sink"] and "(3 connections)" in found["sink"]
    assert "sendfile" not in warnings(scenario), "bytes that were wrapped get no advice"


def test_cp(place, source):
    """Debian's cp asks the kernel to copy; told not to share blocks it still does."""
    scenario = run_under_strace(place, [tool("cp"), source, place / "target"])
    found = flow(scenario, "/source", "/target")
    assert (found["bytes"], found["calls_by"]) == (SIZE, "copy_file_range")
    assert found["verdict"] == IN_KERNEL
    assert (place / "target").read_bytes() == source.read_bytes()


def test_cat_copies(place, source):
    with open(place / "target", "wb") as target:
        scenario = run(place, [tool("cat"), source], stdout=target)
    found = flow(scenario, "/source", "/target")
    assert found["bytes"] == SIZE
    assert (place / "target").read_bytes() == source.read_bytes()


def test_dd(place, source):
    scenario = run_under_strace(
        place, [tool("dd"), f"if={source}", f"of={place / 'target'}", "bs=4k", "status=none"])
    found = flow(scenario, "/source", "/target")
    assert (found["bytes"], found["calls"]) == (SIZE, 2 * -(-SIZE // 4096))
    assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 2)
    assert "1,538 calls of" in warnings(scenario)


def test_dd_past_the_page_cache(place):
    path = make_file(place / "source", 3 * MIB)
    scenario = run_under_strace(
        place, [tool("dd"), f"if={path}", f"of={place / 'target'}", "bs=64k", "status=none",
                "iflag=direct", "oflag=direct"])
    found = flow(scenario, "/source", "/target")
    assert (found["bytes"], found["calls"]) == (3 * MIB, 96)
    assert (found["source_kind"], found["sink_kind"]) == ("file (O_DIRECT)", "file (O_DIRECT)")
    assert (found["verdict"], found["copies_per_byte"]) == (ZERO, 0)
    assert "O_DIRECT" in found["because"]


def test_rsync(place, source):
    scenario = run_under_strace(place, [tool("rsync"), "-W", source, place / "target"])
    assert (place / "target").read_bytes() == source.read_bytes()
    assert len(scenario["roles"]) == 3, "a sender, a receiver, a generator"
    read = next(f for f in scenario["flows"] if "/source" in f["source"])
    written = next(f for f in scenario["flows"] if ".target." in f["sink"])
    assert SIZE == read["bytes"] == written["bytes"]
    # Between the two the bytes are wrapped.
    for found in (read, written):
        assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 1)


def test_socat_relays_by_copying(place, source):
    sink, port = Sink(), free_port()

    def relay(pid):
        wait_until(lambda: listens(port), "socat")
        with socket.create_connection(("127.0.0.1", port)) as sender:
            sender.sendall(source.read_bytes())

    scenario = run_under_strace(
        place, [tool("socat"), "-u", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr",
                f"TCP:127.0.0.1:{sink.port}"], during=relay)
    assert sink.total() == SIZE
    found = flow(scenario, f":{port}", f":{sink.port}")
    assert (found["bytes"], found["calls_by"]) == (SIZE, "read + write")
    assert found["verdict"] == COPIED
    assert found["copies_per_byte"] == 2
    assert "splice" in warnings(scenario)


@pytest.mark.parametrize("splice", [True, False])
def test_haproxy_relays(place, source, splice):
    sink, port = Sink(), free_port()
    conf = place / "haproxy.cfg"
    conf.write_text(f"""
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 9s
  timeout server 9s
listen relay
  bind 127.0.0.1:{port}
  {"option splice-request" if splice else ""}
  server sink 127.0.0.1:{sink.port}
""")

    def relay(pid):
        wait_until(lambda: listens(port), "haproxy")
        with socket.create_connection(("127.0.0.1", port)) as sender:
            sender.sendall(source.read_bytes())
            sender.shutdown(socket.SHUT_WR)
            sender.recv(1)
        assert sink.total() == SIZE
        stop(pid, "haproxy")

    scenario = run(place, [tool("haproxy"), "-db", "-f", conf], status=143, during=relay)
    if not splice:
        assert total(scenario, "splice") == 0
        found = flow(scenario, f":{port}", f":{sink.port}")
        assert (found["verdict"], found["bytes"]) == (COPIED, SIZE)
        return
    onto = flow(scenario, f":{port}", "pipe")
    from_ = flow(scenario, "pipe", f":{sink.port}")
    assert onto["calls_by"] == from_["calls_by"] == "splice"
    assert onto["bytes"] == from_["bytes"] == total(scenario, "splice", "bytes") // 2
    assert onto["bytes"] > SIZE * 0.9, "haproxy reads the first bytes itself"
    assert (from_["verdict"], onto["copies_per_byte"] < 0.2) == (ZERO, True)
    assert "inferred" in from_["because"]


HTTP_COPIES = """
import http.server
http.server.test(http.server.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')
"""

# The same server, with the file's bytes left to the kernel.
HTTP_SENDFILE = """
import http.server, os
class Handler(http.server.SimpleHTTPRequestHandler):
    def copyfile(self, source, output):
        output.flush()
        self.connection.sendfile(source)
http.server.test(Handler, port={port}, bind='127.0.0.1')
"""


@pytest.mark.parametrize("text, verdict", [(HTTP_COPIES, COPIED), (HTTP_SENDFILE, ZERO)],
                         ids=["copyfileobj", "sendfile"])
def test_python_http_server(place, source, text, verdict):
    port = free_port()
    script = place / "server.py"
    script.write_text(text.format(port=port))

    def use(pid):
        wait_until(lambda: listens(port), "the server")
        assert fetch(port, "/source") == SIZE
        time.sleep(0.1)
        stop(pid, pathlib.Path(PYTHON).name, signal.SIGINT)

    scenario = run_under_strace(place, [PYTHON, script], during=use, cwd=place)
    if verdict == ZERO:
        found = flow(scenario, "/source", f":{port}")
        assert (found["verdict"], found["bytes"]) == (ZERO, SIZE)
    else:
        assert_perhaps_of(scenario, "/source", f":{port}")
    assert (total(scenario, "sendfile", "bytes") == SIZE) == (verdict == ZERO)


@pytest.mark.parametrize("zero_copy", [False, True])
def test_iperf3(place, zero_copy):
    """-Z sends a file's pages with sendfile; without it, a buffer with write."""
    port = free_port()
    with server(tool("iperf3"), "-s", "-1", "-B", "127.0.0.1", "-p", port, port=port):
        scenario = run_under_strace(
            place, [tool("iperf3"), "-c", "127.0.0.1", "-p", port, "-n", "8M", "-l", "64K",
                    *(["-Z"] if zero_copy else [])])
    sent = next(f for f in scenario["flows"]
                if f["sink_kind"] == "tcp" and f["bytes"] >= 8 * MIB)
    assert sent["verdict"] == (ZERO if zero_copy else COPIED)
    assert sent["calls_by"] == ("sendfile" if zero_copy else "write")
    assert sent["bytes"] == sent["calls"] * CHUNK or sent["bytes"] >= 8 * MIB
    if not zero_copy:
        assert "from the program's memory" in sent["because"]
        assert sent["copies_per_byte"] == 1


def test_busybox_httpd(place, source):
    port = free_port()

    def use(pid):
        wait_until(lambda: listens(port), "the server")
        assert fetch(port, "/source") == SIZE
        stop(pid, "busybox")

    scenario = run_under_strace(
        place, [tool("busybox"), "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", place],
        status=143, during=use)
    found = flow(scenario, "/source")
    assert found["bytes"] == SIZE
    assert (found["verdict"] == ZERO) == (total(scenario, "sendfile") > 0)


# --- every way ---


def moves(place, way, source, *target, **more):
    """Runs programs/moves.c; its report and its own tally."""
    with open(place / "tally", "w+b") as tally:
        scenario = run(place, [program("moves"), way, source, *target], stdout=tally, **more)
        tally.seek(0)
        return scenario, json.load(tally)


def test_vectors(place, source):
    scenario, tally = moves(place, "vectors", source, place / "target")
    assert (place / "target").read_bytes() == source.read_bytes()
    found = flow(scenario, "/source", "/target")
    assert found["bytes"] == SIZE == tally["bytes"] / 2
    assert found["calls"] == tally["calls"] == 2 * CHUNKS
    assert found["calls_by"].startswith("preadv2 + pread64 + preadv + readv + pwritev2")
    assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 2)


@pytest.mark.parametrize("way", ["vectors", "tee", "vmsplice", "copy_file_range", "twins"])
def test_as_strace(place, source, way):
    moves(place, way, source, place / "target", strace=True)


def test_sendmmsg_and_recvmmsg(place, source):
    """Their bytes are not in what they return."""
    scenario, tally = moves(place, "messages", source)
    for name in ("sendmmsg", "recvmmsg"):
        assert total(scenario, name, "bytes") == tally["bytes"]
    assert total(scenario, "sendmmsg") == tally["calls"] == 23
    assert flow(scenario, by="sendmmsg")["bytes"] == tally["bytes"]
    assert flow(scenario, by="recvmmsg")["copies_per_byte"] == 1


def test_splice(place, source):
    sink = Sink()
    scenario, _ = moves(place, "splice", source, sink.port)
    assert sink.total() == SIZE
    onto, from_ = flow(scenario, "/source", "pipe"), flow(scenario, "pipe", str(sink.port))
    assert (onto["bytes"], from_["bytes"]) == (SIZE, SIZE)
    assert (onto["verdict"], from_["verdict"]) == (ZERO, ZERO)
    assert f"pages of {source} were in the segments" in from_["because"]


def test_tee(place, source):
    scenario, _ = moves(place, "tee", source, place / "target")
    assert (place / "target").read_bytes() == source.read_bytes()
    assert flow(scenario, "pipe", "pipe")["bytes"] == SIZE
    assert flow(scenario, "pipe", "pipe")["verdict"] == ZERO
    assert flow(scenario, "pipe", "/dev/null")["bytes"] == SIZE
    assert flow(scenario, "pipe", "/target")["verdict"] == IN_KERNEL


def test_what_goes_to_dev_null_is_copied_once(place, source):
    scenario = run(place, ["sh", "-c", f"cat {source} > /dev/null"])
    found = flow(scenario, "/source", "/dev/null")
    assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 1)
    assert "/dev/null discards what is written to it" in found["because"]


def test_vmsplice(place, source):
    scenario, _ = moves(place, "vmsplice", source)
    found = flow(scenario, "memory", "pipe", by="vmsplice")
    assert (found["bytes"], found["verdict"]) == (23 * CHUNK, ZERO)
    read = flow(scenario, "pipe", "memory")
    assert (read["bytes"], read["verdict"]) == (23 * CHUNK, COPIED)


def test_copy_file_range(place, source):
    scenario, _ = moves(place, "copy_file_range", source, place / "target")
    found = flow(scenario, "/source", "/target")
    assert (found["bytes"], found["calls"], found["verdict"]) == (SIZE, CHUNKS, IN_KERNEL)


def test_sendfile_to_a_file(place, source):
    scenario, _ = moves(place, "sendfile", source, place / "target")
    found = flow(scenario, "/source", "/target")
    assert (found["bytes"], found["calls"], found["verdict"]) == (SIZE, CHUNKS, IN_KERNEL)


def test_mapped_source_is_named_as_possible(place, source):
    """No call reads it: it is a possible source, and only that."""
    sink = Sink()
    scenario, _ = moves(place, "mmap", source, sink.port)
    assert sink.total() == SIZE
    found = flow(scenario, "memory", str(sink.port))
    assert (found["bytes"], found["verdict"], found["copies_per_byte"]) == (SIZE, COPIED, 1)
    assert f"possible sources, as it had mapped them: {source}" in found["because"]
    assert "page faults in user mode" in found["because"]


def test_equal_reads_and_writes_are_not_matched_by_guess(place, source):
    """One file read, two of the same size written: either could be the other's copy."""
    scenario, _ = moves(place, "twins", source, place / "target")
    assert flow(scenario, "/source", "memory")["bytes"] == SIZE
    sinks = {f["sink"] for f in scenario["flows"] if f["source"] == "memory"}
    assert {f"{place}/target", f"{place}/target.twin"} <= sinks


def test_a_header_does_not_change_the_verdict(place, source):
    """What was written and what was sent by the kernel went out on one socket."""
    sink = Sink()
    scenario, _ = moves(place, "header", source, sink.port)
    assert sink.total() == SIZE + 5000
    assert flow(scenario, "/source", str(sink.port))["verdict"] == ZERO
    assert flow(scenario, "/source", str(sink.port))["copies_per_byte"] < 0.01


def test_msg_zerocopy_over_loopback(place, source):
    sink = Sink()
    scenario, _ = moves(place, "zerocopy", source, sink.port)
    assert sink.total() == SIZE
    found = flow(scenario, "memory", str(sink.port))
    assert (found["bytes"], found["verdict"], found["copies_per_byte"]) == (SIZE, IN_KERNEL, 1)
    assert "MSG_ZEROCOPY" in found["because"] and "copied late" in found["because"]


@pytest.mark.parametrize("way", ["zerocopy", "mmap", "copy", "sendfile"])
def test_run_and_the_scenarios_count_the_same_copies(place, way):
    """The scenario's own program under run, and by its command: late copies are copies in both."""
    scenario = measure_one(way, "--size", "3M", "-n", "1", "--chunk", "64K")
    legs = {leg["id"]: leg["per_byte"] for leg in scenario["legs"]}
    late = scenario["zerocopy"]["late_per_byte"] or 0
    sink, path = Sink(), make_file(place / "file", 3 * MIB)
    options = ["--chunk", "65536"] if way != "sendfile" else []
    whole = run(place, [BUILD / "scenarios" / way, "--port", sink.port, *options, path])
    assert sink.total() == 3 * MIB
    copies = sum(f["copies_per_byte"] for f in whole["flows"]
                 if f["bytes"] == 3 * MIB and (f["sink_kind"] == "tcp" or "/file" in f["source"]))
    assert round(copies, 2) == round(legs["cache-user"] + legs["user-socket"] + late, 2)


# 0 is a file, which mmap() does not look at for memory without one.
ANONYMOUS = """
import ctypes, mmap, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
for _ in range(23):
    at = libc.mmap(None, ctypes.c_size_t(2 << 20), 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0,
                   ctypes.c_long(0))
with open(sys.argv[1], 'wb', buffering=0) as out:
    out.write((ctypes.c_char * (2 << 20)).from_address(at))
"""


def test_memory_without_a_file_is_not_out_of_one(place, source):
    with open(source, "rb") as stdin:
        scenario = run(place, [PYTHON, "-S", "-c", ANONYMOUS, place / "out"], stdin=stdin)
    assert str(source) not in flow(scenario, "memory", "/out")["because"]


@pytest.mark.parametrize("memory", ["zero", "huge", "ring"])
def test_msg_zerocopy_of_memory_that_is_no_page_of_its_own(place, memory):
    """What was never written to is the zero page, a small one or a huge one; a ring is the
    kernel's, and mapped. Nothing is copied into any of them."""
    found = flow(run(place, [program("lend"), memory]), "memory", "127.0.0.1", by="sendto")
    assert found["bytes"] == 2 * MIB
    assert "the program's own pages were in the segments" in found["because"]


def test_msg_zerocopy_of_a_mapped_file(place, source):
    """Then the pages in the segments tell which file it was."""
    sink = Sink()
    scenario, _ = moves(place, "zerocopy-mmap", source, sink.port)
    assert sink.total() == SIZE
    found = flow(scenario, "memory", str(sink.port))
    assert (found["bytes"], found["verdict"], found["copies_per_byte"]) == (SIZE, IN_KERNEL, 1)
    assert f"pages of {source} were in the segments" in found["because"]


SINK = """
import socket, sys
listener = socket.create_server((sys.argv[1], 8765))
open(sys.argv[2], "w").close()
connection, _ = listener.accept()
size = 0
while data := connection.recv(1 << 20):
    size += len(data)
print(size)
"""


@pytest.mark.parametrize("kind, way, verdict", [
    ("veth", "zerocopy", IN_KERNEL),
    ("veth", "header", ZERO),
    ("veth-nosg", "header", IN_KERNEL),
])
def test_over_veth(place, source, kind, way, verdict):
    """Without scatter-gather the device gets a copy of what sendfile handed over."""
    with link(kind) as held:
        sides = held.first
        receiver, sender = (str(sides[side]["pid"]) for side in ("receiver", "sender"))
        address = sides["receiver"]["address"]
        inside = subprocess.Popen(
            [tool("nsenter"), "-t", receiver, "-n", PYTHON, "-c", SINK, address, place / "ready"],
            stdout=subprocess.PIPE, text=True)
        try:
            wait_until((place / "ready").exists, "the receiver")
            scenario = run(place, [tool("nsenter"), "-t", sender, "-n", "env", f"ADDRESS={address}",
                                   program("moves"), way, source, 8765])
            assert int(inside.communicate(timeout=60)[0]) >= SIZE
        finally:
            inside.kill()
            inside.communicate()
    found = flow(scenario, "memory" if way == "zerocopy" else "/source", ":8765")
    assert (found["bytes"], found["verdict"]) == (SIZE, verdict)


# argv: the files; the queue that it sets up in a network of its own has room for a few segments.
TURNS = """
import json, os, socket, subprocess, sys, threading
for command in sys.argv[1:3]:
    subprocess.run(command.split(), check=True)
listener = socket.create_server(("127.0.0.1", 8765))
def receive():
    connection, _ = listener.accept()
    with connection:
        size = 0
        while data := connection.recv(1 << 20):
            size += len(data)
        print(size)
receiver = threading.Thread(target=receive)
receiver.start()
sender = socket.create_connection(("127.0.0.1", 8765))
sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
files = [os.open(path, os.O_RDONLY) for path in sys.argv[3:]]
while [file for file in files if os.sendfile(sender.fileno(), file, None, 7001)]:
    sender.sendall(b"between")
sender.close()
receiver.join()
said = subprocess.run([*sys.argv[2].split()[:1], *"-s -j qdisc show dev lo".split()],
                      stdout=subprocess.PIPE, check=True).stdout
print(json.loads(said)[0]["drops"])
"""


@pytest.mark.parametrize("queue", ["noqueue", "tbf rate 400mbit burst 70k limit 71k"])
def test_files_that_take_turns_on_a_socket(place, queue):
    """Segments with pages of two files, and copied bytes between them. A queue that overflows drops
    some after they were looked at for the first time: they come by there again."""
    files = [make_file(place / name, size, seed) for seed, (name, size) in enumerate(
        [("one", SIZE), ("two", SIZE // 3)])]
    with open(place / "said", "wb") as said:
        scenario = run(place, [
            tool("unshare"), "-n", PYTHON, "-c", TURNS, f"{tool('ip')} link set lo up",
            f"{tool('tc')} qdisc replace dev lo root {queue}", *files], stdout=said)
    size, dropped = map(int, (place / "said").read_text().split())
    rounds = -(-SIZE // 7001)
    assert size == SIZE + SIZE // 3 + 7 * rounds
    assert (dropped > 0) == (queue != "noqueue")
    for path, of in zip(files, (SIZE, SIZE // 3)):
        found = flow(scenario, str(path), ":8765")
        assert (found["bytes"], found["verdict"], found["copies_per_byte"]) == (of, ZERO, 0)


def test_ktls(place, source):
    """Recognised where the kernel has it; where not, the socket is an ordinary one, and the table
    of calls has the refusal."""
    plain = Sink()
    by_hand = subprocess.run([program("moves"), "tls", source, str(plain.port)],
                             capture_output=True, text=True, check=True)
    plain.total()
    refused = "no TLS" in by_hand.stderr
    sink = Sink()
    scenario, _ = moves(place, "tls", source, sink.port)
    found = flow(scenario, "/source", str(sink.port))
    assert found["bytes"] == SIZE
    if refused:
        assert sink.total() == SIZE
        assert (found["sink_kind"], found["verdict"]) == ("tcp", ZERO)
        assert total(scenario, "setsockopt", "errors", fd="tcp") == 1
    else:
        assert sink.total() > SIZE, "TLS adds its records"
        assert found["sink_kind"] == "tcp (kTLS)"
        assert found["verdict"] == IN_KERNEL and "kTLS" in found["because"]


# --- io_uring ---


def ring(place, way, source, port, *options):
    with open(place / "tally", "wb") as tally:
        scenario = run(place, [program("ring", "-luring"), way, source, port], *options,
                       stdout=tally)
    return scenario, json.loads((place / "tally").read_text())


def has_io_uring(place, source):
    """Where it is off, that is what the report has to say; the tests below then check that."""
    sink = Sink()
    scenario, tally = ring(place, "read-send", source, sink.port)
    sink.total()
    if tally["refused"]:
        assert "io_uring_setup was refused" in warnings(scenario)
    return not tally["refused"]


@pytest.mark.parametrize("way", ["read-send", "polled"])
def test_io_uring_read_and_send(place, source, way):
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, tally = ring(place, way, source, sink.port)
    assert sink.total() == SIZE == tally["bytes"]
    for name, zeros in (("io_uring READ", 1), ("io_uring SEND", 0)):
        assert total(scenario, name, "bytes") == SIZE
        assert total(scenario, name, "zeros") == zeros
    assert total(scenario, "io_uring READ") + total(scenario, "io_uring SEND") == tally["requests"]
    found = flow(scenario, "/source", str(sink.port))
    assert found["calls_by"] == "io_uring READ + io_uring SEND"
    assert (found["verdict"], found["copies_per_byte"]) == (COPIED, 2)
    crossings = scenario["crossings"]
    assert crossings["data"] + crossings["control"] == 2 * sum(
        call["calls"] for call in scenario["syscalls"] if not call["name"].startswith("io_uring "))


def test_io_uring_send_zc(place, source):
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, tally = ring(place, "send_zc", source, sink.port)
    assert sink.total() == SIZE == total(scenario, "io_uring SEND_ZC", "bytes")
    assert total(scenario, "io_uring SEND_ZC") == tally["requests"] == CHUNKS
    found = flow(scenario, "/source", str(sink.port))
    assert found["copies_per_byte"] == 2, "read copies, SEND_ZC does not, loopback does"
    assert "the program's own pages were in the segments" in found["because"]
    assert "copied late" in found["because"]


def test_io_uring_splice(place, source):
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, _ = ring(place, "splice", source, sink.port)
    assert sink.total() == SIZE
    assert total(scenario, "io_uring SPLICE", "bytes") == 2 * SIZE
    onto, from_ = flow(scenario, "/source", "pipe"), flow(scenario, "pipe", str(sink.port))
    assert (onto["bytes"], from_["bytes"]) == (SIZE, SIZE)
    assert (onto["verdict"], from_["verdict"]) == (ZERO, ZERO)
    assert f"pages of {source}" in from_["because"]


def test_io_uring_multishot_is_listed(place, source):
    """Its completions do not say to which request they belong."""
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, tally = ring(place, "multishot", source, sink.port)
    sink.total()
    assert unseen(scenario, "io_uring multishot")["calls"] == tally["bytes"] == 23


def test_io_uring_that_completes_without_a_word(place, source):
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, tally = ring(place, "silent", source, sink.port)
    assert sink.total() == tally["bytes"] == 23 * 1009
    assert unseen(scenario, "io_uring silent request")["calls"] == 23


def test_io_uring_refused(place, source):
    sink = Sink()
    scenario, tally = ring(place, "refused", source, sink.port)
    sink.total()
    assert tally["refused"]
    assert "io_uring_setup was refused 1 time" in warnings(scenario)


@pytest.mark.alone
def test_io_uring_disabled(place, source):
    """By the administrator, for those who are not privileged."""
    setting = pathlib.Path("/proc/sys/kernel/io_uring_disabled")
    if not setting.exists():
        return      # before Linux 6.6 there is no way to
    before = setting.read_text()
    sink = Sink()
    try:
        setting.write_text("1")
        scenario, tally = ring(place, "read-send", source, sink.port, "-u", "nobody")
    finally:
        setting.write_text(before)
    sink.total()
    assert tally["refused"] == 1, "EPERM"
    assert "kernel.io_uring_disabled" in warnings(scenario)


def test_io_uring_without_its_tracepoint(place, source):
    if not has_io_uring(place, source):
        return
    sink = Sink()
    scenario, _ = ring(place, "read-send", source, sink.port, "--without", "io_uring_complete")
    assert sink.total() == SIZE
    assert "--without" in unseen(scenario, "io_uring_enter")["verdict"]


# --- programs that change bytes ---


XOR = """
import socket, sys
out = socket.create_connection(('127.0.0.1', {port}))
with open('{path}', 'rb', buffering=0) as file:
    while data := file.read(65536): out.sendall(bytes(byte ^ 255 for byte in data))
"""

CHANGES = {
    "gzip": "gzip -1 <{source} >{sink}",
    "base64": "base64 -w 0 <{source} >{sink}",
    "openssl": "openssl enc -aes-128-cbc -k x -pbkdf2 <{source} >{sink}",
    "tar": "tar cf {sink} -C / {relative}",
    "cat -n": "cat -n {source} >{sink}",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_nearly_as_many_bytes_are_no_flow(place, kind):
    """What a program makes of bytes is not taken for them, and nothing is advised that would break
    it."""
    source, sink = make_file(place / "source", 4 * MIB), place / "sink"
    sink.touch()
    sink.chmod(0o666)
    text = CHANGES[kind].format(source=source, sink=sink, relative=str(source)[1:])
    scenario = run(place, [tool("sh"), "-c", text])
    assert not [f for f in scenario["flows"] if f["source"].endswith("/source") and
                f["sink"].endswith("/sink")]
    (written,) = [f for f in scenario["flows"] if f["sink"].endswith("/sink")]
    assert written["source"] == "memory" and written["copies_per_byte"] == 1
    warnings = " ".join(scenario["report"]["warnings"])
    for call in ("copy_file_range", "sendfile", "splice"):
        assert call not in warnings


def test_as_many_bytes_are_no_proof(place, source):
    """A sender that changes every byte: the flow is told of, the advice has an "if"."""
    sink = Sink()
    scenario = run(place, client(place, XOR, port=sink.port, path=source))
    assert sink.total() == SIZE
    assert flow(scenario, "/source", str(sink.port))["copies_per_byte"] == 2
    advice = [w for w in scenario["report"]["warnings"] if "sendfile(2)" in w]
    assert all("If the program only passes them on" in w for w in advice)
    assert "only passed them on" not in " ".join(scenario["report"]["warnings"])


def test_one_source_into_four_files(place):
    source = make_file(place / "source", 4 * MIB)
    place.chmod(0o777)
    scenario = run(place, [tool("split"), "-b", MIB, source, place / "part."])
    found = [f for f in scenario["flows"] if f["source"].endswith("/source")]
    assert {f["sink"]: f["bytes"] for f in found} == {
        f"{place}/part.a{letter}": MIB for letter in "abcd"}
    assert all("4 sinks got together" in f["because"] for f in found)
