#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Measures the documents' claims over real devices: "make guest".

A virtual machine with a disk and two pairs of network cards, each pair joined by QEMU: e1000e,
which gathers, and virtio without offloads, which does not. zctrace compare runs there over the
cards, with the page cache cold and warm. Saves the reports in build/guest-SERIES/, checks their
bytes exactly, writes the verdicts into docs/guest.md, and "N passed, N failed" as its last line.

Exit status: 0 every byte is right and every claim was decided (but for noise), 1 not, 3 this
machine cannot.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import guests
from check_kernels import fresh, gather_programs

ARCH = "amd64"
MODULES = ["crc32c_generic", "virtio_pci", "virtio_blk", "virtio_net", "e1000e", "ext4",
           "sch_tbf", "8021q", "bridge"]
SIZE = 23 * 65536 + 1
PAGE = 4096
BEGIN, END = "<!-- made by make guest -->", "<!-- end -->"
REPORTS = ("gathering", "linear-cold", "linear-warm")
# What is said of a card that is in use.
REFUSED = {
    "address": "device eth0: it has the address 198.51.100.1/24,",
    "default-route": "device eth0: this machine's default route leaves by it,",
    "route": "device eth0: the route to 203.0.113.0/24 leaves by it,",
    "above": "device eth0: above is on top of it;",
    "bridge": "device eth0: it is part of a bridge or a bond;",
}
USAGE = "2"


def devices(disk):
    """QEMU's options: a disk, and two pairs of cards, each on a hub of its own."""
    options = ["-drive", f"file={disk},format=raw,if=virtio"]
    for hub, model in enumerate(("e1000e", "virtio-net-pci")):
        for end in range(2):
            options += ["-netdev", f"hubport,id=net{hub}{end},hubid={hub}",
                        "-device", f"{model},netdev=net{hub}{end},mac=52:54:00:00:0{hub}:0{end}"]
    return options


def measure(build, series, runs, timeout_s):
    """The folder with what the guest measured."""
    kernel = build / "kernels" / f"{series}-{ARCH}"
    guests.fetch(series, ARCH, kernel)
    output = fresh(build / f"guest-{series}")
    disk = output / "disk.img"
    subprocess.run([guests.tool("mke2fs"), "-q", "-t", "ext4", disk, "64M"], check=True)
    initramfs = output / "initramfs"
    guests.make_initramfs(kernel, gather_programs(build, ARCH), None, initramfs,
                          "guest-devices.sh", MODULES)
    print(f"guest: {guests.release_of(kernel)} …", file=sys.stderr, flush=True)
    archive = guests.boot(kernel, ARCH, initramfs, output / "console", timeout_s, devices(disk),
                          f"zctrace.size={SIZE} zctrace.runs={runs}")
    archive.extractall(output)
    for used in (disk, initramfs):
        used.unlink()
    return output


class Judge:
    """Counts what is right and says what is not."""

    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, what, found, wanted):
        right = found == wanted
        self.passed += right
        self.failed += not right
        print(f"{'ok' if right else 'FAIL':4} {what}" + ("" if right else
                                                         f": {found}, not {wanted}"))


def leg(scenario, name):
    return next(leg for leg in scenario["legs"] if leg["id"] == name)["bytes"]


def queued(scenario):
    """Bytes of the file's own pages on their way to the card."""
    sent = next(leg for leg in scenario["legs"] if leg["id"] == "user-socket")
    return sent["at_queue_bytes"]["file_page"]


def judge_report(judge, name, report):
    for scenario in report["scenarios"]:
        what = (f"{name}: {scenario['id']} {scenario['variant']}, {scenario['cache']}, "
                f"{scenario['link']}")
        if scenario["rate_bits"]:
            what += ", limited"
        rounded = -(-SIZE // PAGE) * PAGE
        judge.expect(f"{what}: disk → page cache", leg(scenario, "disk-cache"),
                     rounded if scenario["cache"] == "cold" else 0)
        judge.expect(f"{what}: socket → device", leg(scenario, "socket-device"),
                     SIZE)
        judge.expect(f"{what}: received", scenario["received_bytes"], SIZE)
        if scenario["id"] == "sendfile":
            gathers = name == "gathering" and scenario["link"] == "device"
            judge.expect(f"{what}: file's pages in the queue", queued(scenario), SIZE)
            judge.expect(f"{what}: copied by the CPU", leg(scenario, "user-socket"),
                         0 if gathers else SIZE)


def judge_cards(judge, output):
    """Cards in use are left alone, and those that were taken are given back as they were."""
    def text(name):
        return (output / name).read_text("utf-8").strip()

    for case, said in REFUSED.items():
        judge.expect(f"card with {case}: exit status", text(f"{case}.status"), USAGE)
        judge.expect(f"card with {case}: told why", said in text(f"{case}.err"), True)
        judge.expect(f"card with {case}: as it was", text(f"{case}.after"), text(f"{case}.before"))
    judge.expect("run: exit status", text("run.status"), "0")
    judge.expect("run: cards as they were", text("run.after"), text("run.before"))
    judge.expect("run: their names and drivers", json.loads(text("run.json"))["config"]["cards"],
                 "eth0/virtio_net, eth1/virtio_net")
    judge.expect("killed: cards were away", "eth0" in text("killed.during"), False)
    judge.expect("killed: cards are back", [card for card in text("killed.after").split()
                                            if card.startswith("eth")],
                 ["eth0", "eth1", "eth2", "eth3"])


def judge_all(judge, output):
    """The reports that could be read, by name."""
    reports = {}
    for name in REPORTS:
        judge.expect(f"{name}: exit status", (output / f"{name}.status").read_text().strip(), "0")
        if (output / f"{name}.json").exists():
            reports[name] = json.loads((output / f"{name}.json").read_text("utf-8"))
            judge_report(judge, name, reports[name])
    for claim in reports.get("gathering", {"claims": []})["claims"]:
        judge.expect(f"claim {claim['id']}: is decided", claim["verdict"] != "not measured"
                     or "noise" in (claim["why"] or ""), True)
    judge_cards(judge, output)
    after = (output / "cards-after").read_text()
    judge.expect("all cards are back", sum(f" eth{n}:" in after for n in range(4)), 4)
    return reports


def cell(text):
    return str(text).replace("|", "\\|")


def table(reports):
    lines = ["| claim | article says | cards that gather | cards that do not, cold | warm |\n",
             "|---|---|---|---|---|\n"]
    found = [{claim["id"]: claim for claim in reports[name]["claims"]} for name in REPORTS]
    for name, claim in found[0].items():
        verdicts = [f"{one[name]['verdict']}" + (f": {one[name]['measured_text']}"
                                                 if one[name]["verdict"] != "not measured" else "")
                    for one in found]
        lines.append(f"| {cell(claim['text'])} | {cell(claim['documents'])} | "
                     + " | ".join(map(cell, verdicts)) + " |\n")
    return "".join(lines)


def write_page(page, reports):
    text = page.read_text("utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    machine = reports[REPORTS[0]]["machine"]
    page.write_text(f"{text[:begin]}\n\nLinux {machine['kernel']}, {SIZE:,} bytes, "
                    f"{reports[REPORTS[0]]['config']['started'][:10]}:\n\n{table(reports)}\n"
                    + text[end:], "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default="build", help="where static/ is")
    parser.add_argument("--page", type=pathlib.Path, nargs="*", help="pages to write it into")
    parser.add_argument("--series", default="6.12", help="of Debian's kernels")
    parser.add_argument("--runs", type=int, default=5, help="of each scenario")
    parser.add_argument("--timeout", type=int, default=400, help="seconds that the guest may take")
    arguments = parser.parse_args()
    judge = Judge()
    try:
        output = measure(arguments.build.resolve(), arguments.series, arguments.runs,
                         arguments.timeout)
    except guests.Unable as missing:
        print(f"guest: {missing}", file=sys.stderr)
        return 3
    reports = judge_all(judge, output)
    if len(reports) == len(REPORTS):
        zctrace = arguments.build.resolve() / "static" / "zctrace"
        subprocess.run([zctrace, "check", "doc1", "doc2", output / f"{REPORTS[0]}.json"],
                       check=False)
        for page in arguments.page or []:
            write_page(page, reports)
    print(f"{judge.passed} passed, {judge.failed} failed")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
