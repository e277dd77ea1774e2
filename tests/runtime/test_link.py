# SPDX-License-Identifier: GPL-2.0
"""Links as the runner opens them: bytes flow, the limits are there, and nothing remains."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from link_programs import (
    PROGRAMS,
    Line,
    descendant_named,
    features,
    in_network_of,
    link,
    loss,
    network_users,
    program,
    qdiscs,
    run,
    tool,
    wait_until,
)

MACHINE = 3
OWN_NETWORK = os.stat("/proc/self/ns/net").st_ino
ADDRESSES = {
    ("veth", 4): ("192.0.2.1", "192.0.2.2"),
    ("veth", 6): ("2001:db8::1", "2001:db8::2"),
    ("lo", 4): ("127.0.0.1", "127.0.0.1"),
    ("lo", 6): ("::1", "::1"),
}
DEVICES = {"sender": "zc-sender", "receiver": "zc-receiver"}
GATHERING = [
    "scatter-gather",
    "tx-scatter-gather",
    "tx-tcp-segmentation",
    "tx-tcp6-segmentation",
    "generic-segmentation-offload",
]

every_family = pytest.mark.parametrize("family", [4, 6])
every_kind = pytest.mark.parametrize("kind", ["lo", "veth", "veth-nosg"])
every_veth = pytest.mark.parametrize("kind", ["veth", "veth-nosg"])


@pytest.fixture(scope="module", autouse=True)
def needs_root():
    assert os.geteuid() == 0, "run these tests as root"


def machine_devices():
    return [device["ifname"] for device in json.loads(run([tool("ip"), "-j", "link"]).stdout)]


def machine_queue():
    return {device: queue["kind"] for device, queue in qdiscs(os.getpid()).items()}


@every_family
@pytest.mark.parametrize("rate", ["0", "1Gbit"])
@every_kind
def test_bytes_flow(kind, rate, family):
    devices, queues = machine_devices(), machine_queue()
    with link(kind, rate, family) as held:
        sender, receiver = held.first["sender"], held.first["receiver"]
        assert held.first["netns"] == OWN_NETWORK, "the caller stays where it is"
        assert (sender["address"], receiver["address"]) == ADDRESSES[kind.split("-")[0], family]
        expected = 3 if kind != "lo" else 1 if rate == "0" else 2
        assert len({OWN_NETWORK, sender["netns"], receiver["netns"]}) == expected
        assert (machine_devices(), machine_queue()) == (devices, queues)
        for size in [0, 1, 5_000_011]:
            done = held.ask(size)
            assert (done["received"], done["wrong"]) == (size, 0)


@pytest.mark.parametrize("side", DEVICES)
def test_nosg_gathers_nothing(side):
    with link("veth-nosg") as held:
        found = features(held.first[side]["pid"], DEVICES[side])
        assert [name for name in GATHERING if found[name]] == []
    with link("veth") as held:
        found = features(held.first[side]["pid"], DEVICES[side])
        assert [name for name in GATHERING if found[name]] == GATHERING


def test_only_what_is_needed_is_there():
    with link("veth", family=6) as held:
        for side, device in DEVICES.items():
            listed = json.loads(in_network_of(held.first[side]["pid"], "ip", "-j", "addr"))
            assert [interface["ifname"] for interface in listed] == ["lo", device]
            assert all("LOWER_UP" in interface["flags"] for interface in listed)
            addresses = [entry for entry in listed[1]["addr_info"] if entry["scope"] == "global"]
            assert [entry["local"] for entry in addresses] == [held.first[side]["address"]]
            assert "tentative" not in addresses[0]


@pytest.mark.parametrize(
    "rate, rate_bytes, burst_bytes",
    [
        ("10kbit", 1_250, 128 << 10),
        ("100Mbit", 12_500_000, 128 << 10),
        ("1Gbit", 125_000_000, 1_250_000),
        ("17Gbit", 2_125_000_000, 21_250_000),
    ],
)
@every_kind
def test_rate_is_limited_on_the_way_to_the_receiver(kind, rate, rate_bytes, burst_bytes):
    device = "lo" if kind == "lo" else "zc-sender"
    with link(kind, rate) as held:
        queues = qdiscs(held.first["sender"]["pid"])
        assert queues[device]["kind"] == "tbf" and queues[device]["root"]
        assert queues[device]["options"]["rate"] == rate_bytes
        # The kernel keeps the burst as time, in units of 64 ns.
        assert queues[device]["options"]["burst"] == pytest.approx(burst_bytes, rel=0.001)
        if kind != "lo":
            assert qdiscs(held.first["receiver"]["pid"])["zc-receiver"]["kind"] == "noqueue"


@every_veth
def test_no_rate_no_queue(kind):
    with link(kind) as held:
        for side, device in DEVICES.items():
            assert qdiscs(held.first[side]["pid"])[device]["kind"] == "noqueue"


@every_kind
def test_rate_is_kept_and_drops_nothing(kind):
    size, rate_bits, burst_bits = 12_500_000, 100_000_000, 8 * (128 << 10)
    with link(kind, "100Mbit") as held:
        seconds = held.ask(size)["elapsed_ns"] / 1e9
        queue = qdiscs(held.first["sender"]["pid"])["lo" if kind == "lo" else "zc-sender"]
    assert seconds >= (8 * size - burst_bits) / rate_bits * 0.99
    assert seconds <= 8 * size / rate_bits * 1.5, "5% more are headers, the rest is this machine"
    assert queue["drops"] == 0
    assert queue["bytes"] >= size


@every_kind
def test_many_links_leave_no_descriptors(kind):
    done = run(program("link_driver", kind, "1Gbit", 6, "open", 50))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["fds_after"] == said["fds_before"]
    assert said["same_netns"]


def test_programs_do_not_inherit_namespaces():
    """Or a program that a scenario starts, and that outlives it, would keep the link alive."""
    with link("veth", "1Gbit") as held:
        namespaces = [held.first[side]["netns"] for side in DEVICES]
        held_by = [path for path in network_users(namespaces) if "/fd/" in path]
        assert held_by
        for path in held_by:
            lines = pathlib.Path(path.replace("/fd/", "/fdinfo/")).read_text().splitlines()
            flags = dict(line.split(":", 1) for line in lines)["flags"]
            assert int(flags, 8) & os.O_CLOEXEC, path


class UserNamespace:
    """A user namespace with a limit of network namespaces: counts those that exist, exactly."""

    def __init__(self):
        self.keeper = subprocess.Popen(
            [tool("unshare"), "-Ur", "--", "sh", "-c", "echo; exec sleep 600"],
            stdout=subprocess.PIPE,
        )
        assert self.keeper.stdout.readline() == b"\n"
        self.enter = [tool("nsenter"), "-t", str(self.keeper.pid), "-U", "--preserve-credentials"]

    def limit(self, most):
        done = run([*self.enter, "sh", "-c", f"echo {most} >/proc/sys/user/max_net_namespaces"])
        assert done.returncode == 0, done.stderr

    def opening(self, times):
        return [*self.enter, *program("link_driver", "veth", "1Gbit", 4, "open", times)]

    def open(self):
        return run(self.opening(1))

    def wait_for_room(self):
        """Until a link can be opened. The kernel ends a namespace a little later, also the first
        of a link that then has no room for its second: hence the pauses between the attempts."""
        wait_until(
            lambda: self.open().returncode == 0, "the end of earlier namespaces", pause_s=1
        )

    def close(self):
        self.keeper.kill()
        self.keeper.wait()
        self.keeper.stdout.close()


@pytest.fixture
def user_namespace():
    namespace = UserNamespace()
    yield namespace
    namespace.close()


def test_many_links_leave_no_namespaces(user_namespace):
    user_namespace.limit(200)
    opener = Line(user_namespace.opening(50))
    user_namespace.limit(2)
    user_namespace.wait_for_room()
    assert opener.process.poll() is None, "it is not its end that freed them"
    assert opener.close() == 0


def test_too_many_namespaces(user_namespace):
    user_namespace.limit(1)
    done = user_namespace.open()
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert "there are too many" in done.stderr and "max_net_namespaces" in done.stderr
    user_namespace.limit(2)
    user_namespace.wait_for_room()


def test_killed_links_leave_nothing(user_namespace):
    user_namespace.limit(2)
    command = [*user_namespace.enter, *program("link_driver", "veth-nosg", "1Gbit", 4, "hold")]
    driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = json.loads(driver.stdout.readline())
    namespaces = [said["sender"]["netns"], said["receiver"]["netns"]]
    assert network_users(namespaces), "the search for users finds those that are there"
    assert user_namespace.open().returncode == MACHINE

    driver.stdin.write("100000000000\n")
    driver.stdin.flush()
    driver.send_signal(signal.SIGKILL)
    assert driver.wait() == -signal.SIGKILL
    driver.stdout.close()
    driver.stdin.close()
    wait_until(lambda: not network_users(namespaces), "the end of the processes", 10)
    user_namespace.wait_for_room()


@pytest.mark.parametrize("kind, rate", [("veth", "0"), ("veth-nosg", "1Gbit"), ("lo", "1Gbit")])
def test_unprivileged_user_is_told_what_to_do(kind, rate):
    # Where others may look, unlike pytest's own directories.
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        copied = shutil.copy(PROGRAMS / "link_driver", directory)
        os.chmod(copied, 0o755)
        done = run(
            [copied, kind, rate, "4", "open", "1"], user=65534, group=65534, extra_groups=[]
        )
        assert (done.returncode, done.stdout) == (MACHINE, "")
        assert done.stderr == (
            "link_driver: make a network namespace: not permitted; run it with sudo (it needs "
            "CAP_SYS_ADMIN and CAP_NET_ADMIN), or use --link lo without --rate\n"
        )
        done = run([copied, "lo", "0", "4", "open", "1"], user=65534, group=65534, extra_groups=[])
        assert done.returncode == 0, "the machine's own loopback needs no privilege"


@every_kind
def test_half_a_privilege_is_not_enough(kind):
    command = program("link_driver", kind, "1Gbit", 4, "open", 1)
    done = run([tool("setpriv"), "--bounding-set=-net_admin", "--inh-caps=-all", *command])
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert "it needs CAP_NET_ADMIN" in done.stderr


@pytest.mark.parametrize(
    "fault, kind, family, says",
    [
        ("unshare", "veth", 4, "this kernel has none (CONFIG_NET_NS)"),
        ("unshare", "lo", 4, "this kernel has none (CONFIG_NET_NS)"),
        ("rtnl_link_add", "veth", 4, "this kernel has none (CONFIG_VETH)"),
        ("rtnl_qdisc_add", "veth-nosg", 6, "this kernel has no tbf (CONFIG_NET_SCH_TBF)"),
        ("rtnl_qdisc_add", "lo", 4, "this kernel has no tbf (CONFIG_NET_SCH_TBF)"),
        ("rtnl_addr_add", "veth", 6, "this kernel's IPv6 is off"),
    ],
)
def test_other_kernels_cannot(fault, kind, family, says):
    done = run(
        program("link_driver", kind, "1Gbit", family, "open", 1),
        env={
            **os.environ,
            "LINK_FAULT": fault,
            "LD_PRELOAD": str(program("link_faults.so")[0]),
            "ASAN_OPTIONS": "verify_asan_link_order=0",
        },
    )
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert says in done.stderr and done.stderr.count("\n") == 1


@every_family
@pytest.mark.parametrize(
    "kind, side, device",
    [
        ("veth", "receiver", "zc-receiver"),
        ("veth-nosg", "receiver", "zc-receiver"),
        ("lo", "sender", "lo"),
    ],
)
def test_loss_can_be_made(kind, side, device, family):
    """The helper of tests with packet loss: what it drops is what TCP sends again."""
    with link(kind, "200Mbit", family) as held:
        pid = held.first[side]["pid"]
        with loss(pid, device) as lossy:
            assert lossy.first == {"attached": True}
            done = held.ask(10_000_019)
            counts = lossy.ask()
            assert done["received"] == 10_000_019 and done["wrong"] == 0
            assert counts["lost_packets"] == counts["data_packets"] // 101 > 0
            assert done["retransmitted"] >= counts["lost_bytes"] > 0
            assert "clsact" in in_network_of(pid, "tc", "qdisc")
        assert "clsact" not in in_network_of(pid, "tc", "qdisc"), "the loss is gone"


def test_loss_finds_a_running_receiver():
    """By its program's name, below the process that started it."""
    with link("veth") as held:
        pid = wait_until(lambda: descendant_named(held.process.pid, "link_driver"), "a process")
        assert pid in (held.first["sender"]["pid"], held.first["receiver"]["pid"])
        assert descendant_named(held.process.pid, "no such program") is None


def test_lossy_says_what_is_missing():
    for options in [[], ["1"], ["1", "lo", "1"], ["1", "lo", "x"], ["1", "lo", "5", "6"]]:
        assert run(program("lossy", *options)).returncode == 2
    done = run(program("lossy", os.getpid(), "nothing0"))
    assert done.returncode == MACHINE and "nothing0" in done.stderr
