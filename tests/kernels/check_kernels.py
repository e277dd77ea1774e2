#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Takes the same measurements on several kernels and compares the counts exactly. Run by
"make check-kernels".

The guests are Debian's kernels under QEMU; the last row is the kernel that runs here. Writes the
result into docs/kernels.md, and "N passed, N failed" as its last line. Exit status: 0 if every
count is exact, 1 if not, 3 if this machine cannot (no QEMU, no mirror).
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import expected
import guests
import kernels_page
import report_numbers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "proof"))
import compare  # noqa: E402
import tally  # noqa: E402

HOST_TIMEOUT_S = 300


class Outcome:
    """What one kernel did: by case the numbers and what is wrong with them, [] = exact."""

    def __init__(self, release, origin, output):
        self.release, self.origin, self.output = release, origin, output
        self.problems, self.skipped, self.nulls = {}, {}, {}
        doctor = json.loads((output / "doctor.json").read_text())
        self.findings = doctor["findings"]
        self.problems["doctor"] = [] if doctor["able"] else self.refusals()
        for case, wanted in expected.CASES.items():
            self.judge(case, wanted)
        for own in sorted(output.glob("random-*.tally")):
            self.judge_random(own)
        for tracepoint, nulls in expected.WITHOUT.items():
            if (output / f"without-{tracepoint}.status").exists():
                self.judge_without(tracepoint, nulls)

    def refusals(self):
        return [f"{f['what']}: {f['detail']}" for f in self.findings if not f["ok"]]

    def missing_tracepoints(self):
        prefix = "tracepoint "
        return [
            f["what"].removeprefix(prefix)
            for f in self.findings
            if f["what"].startswith(prefix) and not f["ok"]
        ]

    def report(self, case):
        """The report of a case; None, with the reason noted, if there is none."""
        skipped = self.output / f"{case}.skipped"
        if skipped.exists():
            self.skipped[case] = skipped.read_text().strip()
            return None
        status = (self.output / f"{case}.status").read_text().strip()
        if status == "0":
            return json.loads((self.output / f"{case}.json").read_text())
        said = (self.output / f"{case}.err").read_text(errors="replace").strip()
        self.problems[case] = [f"exit status {status}: {said[-300:]}"]
        return None

    def judge(self, case, wanted):
        report = self.report(case)
        if report:
            counted = report_numbers.of_report(report, wanted)
            self.problems[case] = [
                f"{name}: {counted[name]}, not {value}"
                for name, value in wanted.items()
                if counted[name] != value
            ]

    def judge_random(self, own):
        """What a random program noted itself (tests/proof)."""
        report = self.report(own.stem)
        if report:
            machine = report["machine"]["arch"]
            findings = compare.Comparison(report, tally.Tally(own, machine)).findings
            self.problems[own.stem] = [
                f"{found.number}, {found.what}: {found.counted}, not {found.witness}"
                for found in findings
                if found.outcome == compare.WRONG
            ]

    def judge_without(self, tracepoint, nulls):
        """What it tells must be null, all else exact."""
        case = f"without-{tracepoint}"
        report = self.report(case)
        if not report:
            return
        wanted = expected.CASES["sendfile-lo"]
        counted = report_numbers.of_report(report, wanted)
        problems = [
            f"{name}: {counted[name]}, not {value}"
            for name, value in wanted.items()
            if counted[name] not in (value, None)
        ]
        lost = [name for name in wanted if counted[name] is None]
        for path in nulls:
            found = report_numbers.find(report["scenarios"][0], path)
            told = [value for value in found if value is not None]
            problems += [f"{path}: {told[0]}, not null"] if told else []
        if lost and not nulls:
            problems += [f"{name}: not measured" for name in lost]
        self.problems[case] = problems

    def exact(self):
        return not any(self.problems.values())


def gather_programs(build, arch):
    """What measure.sh runs, all static: the same files in the guests and here."""
    directory = build / "kernels" / f"programs-{arch}"
    shutil.rmtree(directory, ignore_errors=True)
    if arch == "amd64":
        shutil.copytree(build / "static", directory)
        shutil.copy(guests.tool("busybox"), directory)
    else:
        shutil.copytree(build / arch / "static", directory)
        shutil.copy(next((build / arch / "libraries").glob("**/bin/busybox")), directory)
    return directory


def fresh(directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def measure_guest(guest, build, timeout_s):
    series, arch = guest.split("/")
    work = build / "kernels"
    name = f"{series}-{arch}"
    kernel = work / name
    guests.fetch(series, arch, kernel)
    initramfs = work / f"{name}.initramfs"
    guests.make_initramfs(kernel, gather_programs(build, arch), work / "images", initramfs)
    print(f"kernels: {guests.release_of(kernel)} …", file=sys.stderr, flush=True)
    archive = guests.boot(kernel, arch, initramfs, work / f"{name}.console", timeout_s)
    output = fresh(work / f"{name}.output")
    archive.extractall(output)
    return Outcome(guests.release_of(kernel), f"Debian's {series} for {arch}, in QEMU", output)


def measure_host(build):
    """The same here, in namespaces that vanish with their mounts and devices."""
    programs = gather_programs(build, "amd64")
    output = fresh(build / "kernels/host.output")
    release = os.uname().release
    print(f"kernels: {release} …", file=sys.stderr, flush=True)
    sudo = ["sudo"] if os.geteuid() else []
    shell = [programs / "busybox", "sh", HERE / "measure.sh"]
    arguments = [programs, build / "kernels/images", output, "without"]
    subprocess.run(
        [*sudo, "unshare", "--mount", "--net", *shell, *arguments],
        check=True, timeout=HOST_TIMEOUT_S,
    )  # fmt: skip
    return Outcome(release, "the kernel of the machine that ran this", output)


def say(outcomes):
    """One line a case; returns how many failed."""
    passed = failed = skipped = 0
    measured = {case for outcome in outcomes for case in outcome.problems}
    for outcome in outcomes:
        for case, problems in outcome.problems.items():
            passed, failed = passed + (not problems), failed + bool(problems)
            verdict = "FAIL" if problems else "ok"
            print(f"{verdict:4} {outcome.release} {case}", *problems, sep="\n     ")
        for case, why in outcome.skipped.items():
            elsewhere = case in expected.ONCE & measured
            skipped += not elsewhere
            print(f"{'n/a' if elsewhere else 'skip':4} {outcome.release} {case}: {why}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default="build", help="where static/ is")
    parser.add_argument("--page", type=pathlib.Path, help="the page to write the result into")
    parser.add_argument("--guests", nargs="*", default=[], metavar="SERIES/ARCH")
    parser.add_argument("--timeout", type=int, default=600, help="seconds that a guest may take")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    images = build / "kernels/images"
    images.mkdir(parents=True, exist_ok=True)
    try:
        guests.make_images(images)
        outcomes = [measure_guest(guest, build, arguments.timeout) for guest in arguments.guests]
        outcomes.append(measure_host(build))
    except guests.Unable as reason:
        print(f"check-kernels: {reason}", file=sys.stderr)
        return 3
    failed = say(outcomes)
    if arguments.page:
        kernels_page.write(arguments.page, outcomes)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
