# SPDX-License-Identifier: GPL-2.0
"""The kernel gives numbers and memory again as soon as they are free: inodes, sockets, pipes. What
went through an earlier one is never told of under a later one's name.
"""
import pytest

from traced import PYTHON, run
from zctrace import PAGE, make_file

pytestmark = pytest.mark.usefixtures("place")

TIMES = 13

WRITE = """
import os, sys
for k in range(13):
    fd = os.open(f'{sys.argv[1]}/f{k}', os.O_WRONLY | os.O_CREAT)
    for _ in range(k + 1): os.write(fd, bytes(1009))
    os.close(fd)
    os.unlink(f'{sys.argv[1]}/f{k}')
"""

SEND = """
import os, socket, sys
server = socket.create_server(('127.0.0.1', 0))
out = socket.create_connection(server.getsockname())
there, _ = server.accept()
for k in range(13):
    name, size = f'{sys.argv[1]}/f{k}', (k + 1) * 4096
    with open(name, 'wb', buffering=0) as file: file.write(bytes([k]) * size)
    fd = os.open(name, os.O_RDONLY)
    assert os.sendfile(out.fileno(), fd, 0, size) == size
    left = size
    while left: left -= len(there.recv(65536))
    os.close(fd)
    os.unlink(name)
"""

ENDS = """
import os, socket, sys
kind, fd = sys.argv[1], os.open(sys.argv[2], os.O_RDONLY)
server = socket.create_server(('127.0.0.1', 0))
for k in range(13):
    size = (k + 1) * 1009
    if kind == 'pipe':
        there, out = os.pipe()
    elif kind == 'unix':
        a, b = socket.socketpair(); there, out = b.detach(), a.detach()
    else:
        a = socket.create_connection(server.getsockname()); b, _ = server.accept()
        there, out = b.detach(), a.detach()
    os.write(out, os.pread(fd, size, 0))
    left = size
    while left: left -= len(os.read(there, 65536))
    os.close(there); os.close(out)
"""


def flows(scenario, end, part):
    return [flow for flow in scenario["flows"] if part in str(flow[end])]


def test_files_that_have_an_inode_one_after_the_other(place):
    place.chmod(0o777)
    scenario = run(place, [PYTHON, "-S", "-c", WRITE, place])
    found = {flow["sink"]: flow["bytes"] for flow in flows(scenario, "sink", str(place))}
    assert found == {f"{place}/f{k}": (k + 1) * 1009 for k in range(TIMES)}


def test_pages_of_files_that_have_an_inode_one_after_the_other(place):
    """Where a segment's pages come from is found by the address of their file."""
    place.chmod(0o777)
    scenario = run(place, [PYTHON, "-S", "-c", SEND, place])
    found = {flow["source"]: flow["bytes"] for flow in flows(scenario, "source", str(place))
             if flow["sink_kind"] == "tcp"}
    assert found == {f"{place}/f{k}": (k + 1) * PAGE for k in range(TIMES)}
    for flow in flows(scenario, "source", str(place)):
        assert flow["verdict"] == "zero-copy"


@pytest.mark.parametrize("kind", ["pipe", "unix", "tcp"])
def test_ends_that_have_their_memory_one_after_the_other(place, kind):
    source = make_file(place / "source", 64 * 1024)
    scenario = run(place, [PYTHON, "-S", "-c", ENDS, kind, source])
    total = sum((k + 1) * 1009 for k in range(TIMES))
    for end, name in (("sink_kind", "write"), ("source_kind", "read")):
        moved = [call["bytes"] for call in scenario["syscalls"]
                 if call["name"] == name and kind in call["fd"]]
        assert sum(moved) == total, end


CONNECT_AGAIN = """
import os, socket, sys
kind = socket.SOCK_STREAM if sys.argv[1] == 'tcp' else socket.SOCK_DGRAM
out = socket.socket(socket.AF_INET, kind)
for rounds in (13, 17):
    peer = socket.socket(socket.AF_INET, kind)
    peer.bind(('127.0.0.1', 0))
    if kind == socket.SOCK_STREAM: peer.listen()
    out.connect(peer.getsockname())
    print(peer.getsockname()[1], out.getsockname()[1], flush=True)
    there = peer.accept()[0] if kind == socket.SOCK_STREAM else peer
    for _ in range(rounds):
        os.write(out.fileno(), bytes(1009))
        assert len(os.read(there.fileno(), 1009)) == 1009
    if kind == socket.SOCK_STREAM:
        out.shutdown(socket.SHUT_WR)
        assert not os.read(there.fileno(), 1)
    there.close()
    if kind == socket.SOCK_STREAM: assert not os.read(out.fileno(), 1)
    libc.connect(out.fileno(), bytes(16), 16)
"""


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_a_socket_that_connects_to_one_after_the_other(place, kind):
    """It has the address and the number of before, and another peer."""
    with open(place / "out", "w", encoding="ascii") as out:
        scenario = run(place, [PYTHON, "-S", "-c", "import ctypes; libc = ctypes.CDLL(None)\n"
                               + CONNECT_AGAIN, kind], stdout=out)
    ports = [line.split() for line in (place / "out").read_text().splitlines()]
    found = [(f["calls"], f["bytes"]) for port, _ in ports
             for f in flows(scenario, "sink", f":{port}") if f["sink_kind"] == kind]
    assert found == [(13, 13 * 1009), (17, 17 * 1009)]
