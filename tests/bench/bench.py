#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measures what watching costs, side by side with other tracers: make bench runs this.

The figures go to BUILD/bench/results.json, and the page is made from that file alone: --page-only
makes it again. With fewer than 9 rounds the page goes to BUILD/bench, and not to docs.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import machine
import order
import page
import part_bystander
import part_dense
import part_growth
import part_programs
import part_startup
import part_workload
from rounds import text_of

PARTS = {"dense": part_dense, "bystander": part_bystander, "workload": part_workload,
         "startup": part_startup, "programs": part_programs, "growth": part_growth}
ROUNDS = 9
SCHEMA = "zctrace-bench/1"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=machine.ROOT / "build")
    parser.add_argument("--rounds", type=int, default=ROUNDS,
                        help="of each measurement (%(default)s)")
    parser.add_argument("--seed", type=int, default=order.new_seed(),
                        help="of the rows' order in each round (a new one)")
    parser.add_argument("--only", help="some of: " + ",".join(PARTS))
    parser.add_argument("--add", action="store_true",
                        help="keep the other parts that the results have from before")
    parser.add_argument("--page-only", action="store_true", help="make the page, measure nothing")
    parser.add_argument("--out", type=pathlib.Path, help="where the page goes")
    args = parser.parse_args()
    args.only = args.only.split(",") if args.only else list(PARTS)
    unknown = set(args.only) - set(PARTS)
    if unknown or args.rounds < 1:
        parser.error(f"no such part: {', '.join(unknown)}" if unknown else "at least one round")
    args.build = args.build.resolve()
    return args


def measure(args, results):
    """Runs the parts, and saves after each: what was measured is not lost if the next one fails."""
    for name in args.only:
        with tempfile.TemporaryDirectory(prefix="zctrace-bench-", dir="/var/tmp") as scratch:
            began = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")
            try:
                part = PARTS[name].run(args.build, pathlib.Path(scratch), args.rounds,
                                       args.seed)
            except Exception as error:  # the other parts are measured all the same
                part = {"rounds": 0, "seconds": 0, "rows": [], "why": text_of(error)}
                print(f"bench: {name}: {part['why']}", file=sys.stderr)
        results["parts"][name] = {**part, "began": began}
        save(args.build, results)


def results_path(build):
    return build / "bench" / "results.json"


def save(build, results):
    """The file belongs to the user who called sudo, whose page is made from it."""
    path = results_path(build)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if os.environ.get("SUDO_UID"):
        shutil.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def load(build):
    try:
        results = json.loads(results_path(build).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return results if results.get("schema") == SCHEMA else None


def fresh(args):
    """A description of the machine and the command, and no parts yet or those from before."""
    kept = load(args.build) if args.add else None
    return {"schema": SCHEMA, "machine": machine.describe(args.build),
            "command": "make bench" if args.rounds == ROUNDS else
            f"make bench BENCH_ROUNDS={args.rounds}",
            "parts": kept["parts"] if kept else {}}


def write_page(args, results):
    rounds = [part["rounds"] for part in results["parts"].values() if part["rows"]]
    public = rounds and min(rounds) >= ROUNDS
    path = args.out or (machine.ROOT / "docs" if public else args.build / "bench") / "benchmarks.md"
    path.write_text(page.make(results), encoding="utf-8")
    print(f"bench: {path}" + ("" if public else f" (fewer than {ROUNDS} rounds: not for docs)"))


def stop(number, _):
    """So that what is measured is ended and its files removed."""
    sys.exit(128 + number)


def main():
    args = parse_arguments()
    if args.page_only:
        results = load(args.build)
        if not results:
            sys.exit(f"bench: {results_path(args.build)}: no results; run make bench")
        write_page(args, results)
        return
    if os.geteuid():
        sys.exit("bench: BPF programs need root: run make bench, which calls sudo")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    begin = time.monotonic()
    results = fresh(args)
    measure(args, results)
    print(f"bench: measured in {(time.monotonic() - begin) / 60:.1f} minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
