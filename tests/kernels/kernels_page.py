# SPDX-License-Identifier: GPL-2.0
"""Writes what check_kernels.py found into docs/kernels.md, between its two markers.

The rest of the page is written by hand and stays. Nothing of the machine but the kernels' names
goes in: no times, no paths.
"""
import re

import expected

BEGIN, END = "<!-- made by make check-kernels -->", "<!-- end of what make check-kernels makes -->"

COLUMNS = {
    "rounds": "rounds",
    "crossings, data": "crossings, data / control",
    "disk → page cache": "disk → page cache",
    "page cache → user": "page cache → user",
    "queued: file pages": "queued: file's pages / copied",
    "device: file pages": "at the device: file's pages / copied",
    "socket → receiver": "socket → receiver",
}
BESIDE = {
    "crossings, data": "crossings, control",
    "queued: file pages": "queued: copied",
    "device: file pages": "device: copied",
}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def share(problems, cases):
    done = [case for case in cases if case in problems]
    exact = sum(not problems[case] for case in done)
    return f"{exact} of {len(done)}" if done else "not run there"


def kernels(outcomes):
    head = ["kernel", "which is", "tracepoints missing", "doctor", "cases exact",
            "random programs exact", "verdict"]
    rows = []
    for one in outcomes:
        yes = sum(finding["ok"] for finding in one.findings)
        rows.append([
            one.release,
            one.origin,
            ", ".join(one.missing_tracepoints()) or "none",
            f"yes {yes} of {len(one.findings)} times",
            share(one.problems, expected.CASES),
            share(one.problems, [case for case in one.problems if case.startswith("random-")]),
            "every count exact" if one.exact() else "**differs**",
        ])
    return table(head, rows)


def transfers():
    head = ["case", *COLUMNS.values()]
    rows = []
    for case, wanted in expected.CASES.items():
        if "rounds" in wanted:
            cells = [f"{wanted[name]:,}" for name in COLUMNS]
            for i, name in enumerate(COLUMNS):
                if name in BESIDE:
                    cells[i] += f" / {wanted[BESIDE[name]]:,}"
            rows.append([case, *cells])
    return table(head, rows)


def programs():
    rows = []
    for case, wanted in expected.CASES.items():
        if "flow" in wanted:
            calls = [
                f"{name}: {value[0]} calls, {value[2]:,} bytes"
                for name, value in wanted.items()
                if isinstance(value, tuple) and name != "flow"
            ]
            _, _, size, copies, verdict = wanted["flow"]
            copied = "" if copies is None else f", {copies:.2f} copies per byte"
            flow = f"{size:,} bytes{copied}: {verdict}"
            rows.append([case, "; ".join(calls), flow])
    return table(["case", "calls counted", "flow"], rows)


def left_out():
    rows = [
        [name, ", ".join(f"`{path}`" for path in nulls) or "nothing of sendfile's"]
        for name, nulls in expected.WITHOUT.items()
    ]
    return table(["tracepoint left out", "then null in the report"], rows)


def differences(outcomes):
    lines = []
    for one in outcomes:
        for case, problems in one.problems.items():
            lines += [f"- {one.release}, {case}: {problem}" for problem in problems]
        for case, why in one.skipped.items():
            lines.append(f"- {one.release}, {case}: not checked: {why}")
    return "\n".join(lines or ["None."]) + "\n"


def write(page, outcomes):
    made = "\n".join([
        BEGIN,
        "",
        kernels(outcomes),
        "Differences, and what could not be checked:\n",
        differences(outcomes),
        "What is asked of each, to the byte and the call. In every case no event is lost, no "
        "witness disagrees, and no byte is of any other origin:\n",
        transfers(),
        programs(),
        "With a tracepoint left out, everything else of `sendfile-lo` stays exact:\n",
        left_out(),
        END,
    ])  # fmt: skip
    text = page.read_text(encoding="utf-8")
    both = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    assert both.search(text), f"{page}: the markers are missing"
    page.write_text(both.sub(lambda _: made, text), encoding="utf-8")
