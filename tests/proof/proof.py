#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares what zctrace says of random programs with what they noted themselves, and writes
docs/proof.md. `make proof` runs it, as root. Exit status 1 if a number or a verdict was wrong."""
import argparse
import collections
import concurrent.futures
import datetime
import json
import os
import pathlib
import platform

import commands
import page
import play
import tally
from compare import WITNESS, WRONG, Comparison


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many seeds (1000)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--page", type=pathlib.Path, help="write the page there")
    return parser.parse_args()


def one(seed):
    """What of a run goes onto the page."""
    mode = play.mode_of(seed)
    comparison = play.play(seed, mode)
    return seed, mode, comparison


class Results:
    def __init__(self):
        self.modes, self.calls = collections.Counter(), 0
        self.restarted = self.processes = self.threads = self.moved = self.slept_ns = 0
        self.runs = collections.Counter()  # by number
        self.outcomes = collections.Counter()  # by (number, outcome)
        self.reasons = collections.Counter()  # by (number, reason)
        self.witnesses = collections.Counter()  # by (source, whether it agrees)
        self.guests = collections.defaultdict(collections.Counter)  # kernel: outcomes, and "runs"
        self.commands = {}
        self.visible, self.wrong = [], []
        self.shrunk = {}

    def add(self, seed, mode, comparison):
        findings, tally = comparison.findings, comparison.tally
        self.modes[mode] += 1
        self.calls += len(tally.calls)
        self.restarted += sum(comparison.restarted.values())
        self.witnesses.update((w["source"], w["agree"]) for w in comparison.run["witnesses"])
        self.processes += tally.processes
        self.threads += tally.threads
        self.moved += sum(map(tally.moved, tally.calls))
        self.slept_ns += sum(call.asked for call in tally.calls)
        self.runs.update({finding.number for finding in findings})
        for finding in findings:
            self.outcomes[finding.number, finding.outcome] += 1
            if finding.outcome == "not measured":
                self.reasons[finding.number, finding.witness] += 1
            elif finding.outcome in ("visible", WRONG):
                where = self.wrong if finding.outcome == WRONG else self.visible
                where.append((seed, mode, finding))

    def add_guests(self, directory):
        """What check-kernels has left there: other kernels, and this one."""
        for own in sorted(directory.glob("*.output/random-*.tally")):
            report = json.loads(own.with_suffix(".json").read_text())
            machine = report["machine"]
            outcomes = self.guests[f"{machine['kernel']}, {machine['arch']}"]
            comparison = Comparison(report, tally.Tally(own, machine["arch"]))
            outcomes["runs"] += 1
            outcomes.update(finding.outcome for finding in comparison.findings)

    def is_wrong(self):
        return bool(self.wrong or any(outcomes[WRONG] for outcomes in self.guests.values()) or
                    any(differs for runs in self.commands.values() for _, differs in runs))

    def shrink(self):
        """The fewest moves of the first seed of each kind of number that is wrong."""
        for seed, mode, finding in self.wrong:
            if finding.number not in self.shrunk:
                self.shrunk[finding.number] = seed, mode, play.shrink(seed, mode, finding.number)


def main():
    options = parse()
    results = Results()
    seeds = range(options.first, options.first + options.runs)
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in pool.map(one, seeds):
            results.add(*done)
    results.shrink()
    results.add_guests(play.BUILD / "kernels")
    results.commands = commands.all_of_them()
    text = page.make(results, seeds, platform.release(), datetime.date.today().isoformat())
    if options.page:
        options.page.write_text(text)
    for number in WITNESS:
        print(f"{number}: {results.outcomes[number, WRONG]} wrong of "
              f"{sum(results.outcomes[number, o] for o in page.OUTCOMES)}")
    for seed, mode, finding in results.wrong[:20]:
        print(f"seed {seed}, {mode}: {finding}")
    return 1 if results.is_wrong() else 0


if __name__ == "__main__":
    raise SystemExit(main())
