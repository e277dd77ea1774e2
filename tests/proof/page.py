# SPDX-License-Identifier: GPL-2.0
"""docs/proof.md, from the results alone."""
import collections

from compare import AGREES, NOT_MEASURED, VISIBLE, WITNESS, WRONG

OUTCOMES = (AGREES, NOT_MEASURED, VISIBLE, WRONG)
SHOWN = 20

OPENING = """# Proof

Random programs move bytes and note every call that they make, with what it returned
(`tests/proof/random_moves.c`). `zctrace` watches them, and each number of its report is compared
with their notes: {calls:,} calls in {processes:,} processes and {threads:,} further threads, which
moved {moved} and slept {slept:.0f} s.

The programs use every call that moves bytes, on files in the page cache and with `O_DIRECT`, on
pipes, on Unix and TCP sockets, and on `/dev/null`. They exchange, pass and duplicate descriptors,
unlink files and make them again, fork, exec, start threads, change CPUs, sleep, and make mistakes.

| | |
|---|---|
| runs | {runs:,}: {modes} |
| seeds | {first} to {last}; each is another program |
| kernel | {kernel} |
| date | {date} |
| command | `make proof` |

A comparison has one of four outcomes:

- **agrees**: the two are equal, or within the bound that the table names;
- **not measured**: the report says so, and why;
- **visible**: they differ, and the report says that events were lost or that a witness disagrees;
- **wrong**: they differ, and nothing in the report tells of it.

Nothing on this page is typed in.

| number | witness | runs | agrees | not measured | visible | wrong |
|---|---|--:|--:|--:|--:|--:|
"""

LIMITS = """
## What this does not prove

- The programs cannot see the kernel's copies. Those of a flow are compared with what its calls do
  by the kernel's source.
- The calls that the C library makes at the start are known by name only.
- Bounds leave room. A time that is too short by less than the distance between the program's clock
  and the kernel's is not found.
- The kernel interrupts calls for io_uring and restarts them. zctrace and strace see two calls,
  the program sees one: {restarted} here, taken for right where one of the two had an error.
"""

WITNESSES = """
## The report's own witnesses

In the same runs each report compared its numbers with a second source in the kernel.

| source | agrees | disagrees |
|---|--:|--:|
"""

GUESTS = """
## Other kernels

`make check-kernels` runs the first of these programs on other kernels, under QEMU, beside programs
whose counts are known beforehand ([kernels.md](kernels.md)).

| kernel | runs | agrees | not measured | visible | wrong |
|---|--:|--:|--:|--:|--:|
"""

COMMANDS = """
## Commands

Under `zctrace run` and strace at once: the calls and bytes of all processes, by system call.

| command | runs | calls | runs that differ |
|---|--:|--:|--:|
"""


def moved_text(count):
    return f"{count / (1 << 20):,.0f} MiB"


def rows(results):
    for number, witness in WITNESS.items():
        counts = " | ".join(f"{results.outcomes[number, outcome]:,}" for outcome in OUTCOMES)
        yield f"| {number} | {witness} | {results.runs[number]:,} | {counts} |\n"
    counts = " | ".join(
        f"{sum(results.outcomes[number, outcome] for number in WITNESS):,}" for outcome in OUTCOMES)
    yield f"| **all** | | {sum(results.modes.values()):,} | {counts} |\n"


def reasons(results):
    """Numbers that differ from run to run are one reason."""
    found = collections.Counter()
    for (number, reason), count in results.reasons.items():
        words = ("…" if word.strip(",").replace(",", "").isdigit() else word
                 for word in str(reason).split())
        found[number, " ".join(words)] += count
    yield "\n## Not measured\n\n"
    if not found:
        yield "Nothing.\n"
    else:
        yield "| number | reason given | times |\n|---|---|--:|\n"
    for (number, reason), count in sorted(found.items()):
        yield f"| {number} | {reason} | {count:,} |\n"


def listed(title, found):
    yield f"\n## {title}\n\n"
    if not found:
        yield "None.\n"
        return
    yield "| seed | run as | number | of | report | witness |\n|--:|---|---|---|--:|--:|\n"
    for seed, mode, finding in found[:SHOWN]:
        what = finding.what.replace("|", "/")
        yield (f"| {seed} | {mode} | {finding.number} | {what} | {finding.counted} | "
               f"{finding.witness} |\n")
    if len(found) > SHOWN:
        yield f"\nAnd {len(found) - SHOWN:,} more.\n"


def witnesses(results):
    yield WITNESSES
    for source in sorted({source for source, _ in results.witnesses}):
        yield (f"| {source} | {results.witnesses[source, True]:,} | "
               f"{results.witnesses[source, False]:,} |\n")


def guests(results):
    if not results.guests:
        yield "\n## Other kernels\n\nNot compared: `make check-kernels` was not run before.\n"
        return
    yield GUESTS
    for kernel, outcomes in sorted(results.guests.items()):
        counts = " | ".join(f"{outcomes[outcome]:,}" for outcome in OUTCOMES)
        yield f"| {kernel} | {outcomes['runs']} | {counts} |\n"


def commands(results):
    yield COMMANDS
    for name, runs in results.commands.items():
        yield (f"| {name} | {len(runs)} | {sum(calls for calls, _ in runs):,} | "
               f"{sum(bool(differs) for _, differs in runs)} |\n")


def shrunk(results):
    for number, (seed, mode, moves) in results.shrunk.items():
        yield (f"\nThe fewest moves with {number} wrong: " + (
            f"`random_moves TALLY {seed} {','.join(map(str, moves))},` under `{mode}`.\n"
            if moves is not None else f"not every run of seed {seed} shows it.\n"))


def make(results, seeds, kernel, date):
    modes = ", ".join(f"{count:,} by `{mode}`" for mode, count in sorted(results.modes.items()))
    head = OPENING.format(
        calls=results.calls, processes=results.processes, threads=results.threads,
        moved=moved_text(results.moved), slept=results.slept_ns / 1e9, runs=len(seeds), modes=modes,
        first=seeds[0], last=seeds[-1], kernel=kernel, date=date)
    return "".join([head, *rows(results), *listed("Wrong", results.wrong), *shrunk(results),
                    *listed("Visible disagreements", results.visible), *reasons(results),
                    *commands(results), *guests(results), *witnesses(results),
                    LIMITS.format(restarted=results.restarted)])
