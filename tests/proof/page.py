# SPDX-License-Identifier: GPL-2.0
"""docs/proof.md, from the results alone."""
import collections

from compare import AGREES, NOT_MEASURED, VISIBLE, WITNESS, WRONG

OUTCOMES = (AGREES, NOT_MEASURED, VISIBLE, WRONG)
SHOWN = 20

OPENING = """# Proof

Programs that move bytes at random note every call that they make, and what it returned
(`tests/proof/random_moves.c`): {calls:,} calls in {processes:,} processes and {threads:,} further threads, which
moved {moved} and slept {slept:.0f} s by timeouts that ran out. They use every call of the table of calls that move
bytes, on files in the page cache and with `O_DIRECT`, pipes, Unix and TCP sockets, and `/dev/null`; exchange, pass and
duplicate descriptors, unlink files and make them again; fork, exec, start threads, move between CPUs, sleep, and make
mistakes. `zctrace` watches, and each number of its report is compared with theirs.

| | |
|---|---|
| runs | {runs:,}: {modes} |
| seeds | {first} to {last}; each is another program |
| kernel | {kernel} |
| date | {date} |
| command | `make proof` |

A comparison **agrees**, exactly; or the report says that the number was **not measured**, and why; or it disagrees and
the report itself says so, as events were lost or a witness of it disagrees (**visible**); or it is **wrong**, and nothing
tells of it. Nothing on this page is typed in.

| number | witness | runs | agrees | not measured | visible | wrong |
|---|---|--:|--:|--:|--:|--:|
"""

LIMITS = """
## What this does not prove

The programs cannot tell the kernel's own copies: those of flows are compared with what each call does by construction.
The calls of the C library's start are known by their names only. Upper and lower bounds leave room between them: a time
that is too short by what lies between the program's clock and the kernel's is not found. A request to io_uring closes its
ring only with the process: the kernel interrupts other calls for that and makes them again, and the program never learns
that it made two. Other kernels are compared by fixed programs: [kernels.md](kernels.md).
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
                    *listed("Visible disagreements", results.visible), *reasons(results), LIMITS])
