# SPDX-License-Identifier: GPL-2.0
"""What the numbers were measured on and with: the machine, its state, and each tool's version."""
import os
import pathlib
import platform
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# How each tool says its version, and the Debian package it is in.
TOOLS = {
    "strace": (["strace", "--version"], "strace"),
    "perf": (["perf", "--version"], "linux-perf"),
    "bpftrace": (["bpftrace", "--version"], "bpftrace"),
    "syscount": (["dpkg-query", "-W", "-f", "${Version}", "libbpf-tools"], "libbpf-tools"),
    "syscount-bpfcc": (["dpkg-query", "-W", "-f", "${Version}", "bpfcc-tools"], "bpfcc-tools"),
    "iperf3": (["iperf3", "--version"], "iperf3"),
    "python3": (["/usr/bin/python3", "--version"], "python3"),
    "gcc": (["gcc", "--version"], "gcc"),
    "clang": (["clang", "--version"], "clang"),
}


def first_line(command):
    """What a command says first; None if it cannot."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    text = (done.stdout or done.stderr).strip()
    return text.splitlines()[0].strip() if done.returncode == 0 and text else None


def find_tool(name):
    """Its path, also where a user's PATH has no sbin; None if it is not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin"
    return shutil.which(name, path=path)


def missing(name):
    """Why a tool cannot be used; None if it is there."""
    if find_tool(name):
        return None
    package = TOOLS[name][1] if name in TOOLS else None
    return f"{name} is not installed" + (f" (Debian: {package})" if package else "")


def read(path, default=""):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return default


def memory(field):
    """A line of /proc/meminfo, in bytes."""
    found = re.search(rf"^{field}:\s+(\d+) kB", read("/proc/meminfo"), re.M)
    return int(found.group(1)) * 1024 if found else None


def cpu_model():
    found = re.search(r"^model name\s*:\s*(.*)", read("/proc/cpuinfo"), re.M)
    return found.group(1) if found else platform.machine()


def version_of(name):
    if not find_tool(name):
        return None
    found = re.search(r"\d+\.\d\S*", first_line(TOOLS[name][0]) or "")
    return found.group(0).rstrip(")") if found else "of an unknown version"


def zctrace_version(build):
    return (first_line([str(build / "zctrace"), "version"]) or "").removeprefix("zctrace ") or None


def describe(build):
    """Everything that a reader needs to judge the numbers, or to measure them again."""
    release = re.search(r'^PRETTY_NAME="?([^"\n]*)', read("/etc/os-release"), re.M)
    return {
        "kernel": platform.release(),
        "arch": platform.machine(),
        "distribution": release.group(1) if release else "unknown",
        "cpus": len(os.sched_getaffinity(0)),
        "cpu_model": cpu_model(),
        "hypervisor": "hypervisor" in read("/proc/cpuinfo"),
        "memory_bytes": memory("MemTotal"),
        "load_before": os.getloadavg()[0],
        "versions": {"zctrace": zctrace_version(build),
                     **{name: version_of(name) for name in TOOLS}},
    }


def bench_cpu():
    """The CPU that the measured loop keeps to: the last, where interrupts are rarest."""
    return max(os.sched_getaffinity(0))
