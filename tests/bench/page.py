# SPDX-License-Identifier: GPL-2.0
"""docs/benchmarks.md, from the results alone: what was measured on what, the goals, a section a
part.

Pure: make(results) reads no file and asks no machine. The sections are in page_sections.py.
"""
import textwrap

import goals
import order
from figures import size
from page_sections import SECTIONS, table

WIDTH = 110
MAIN_METRICS = ("rw_ns", "elapsed_s", "total_ms", "ns_per_call")
TITLE = "# What watching costs"

OPENING = (
    "zctrace beside the tracers that people use today, all measured in one run: every round "
    "measures every row once, in a random order (the seed is at the end), so that drift affects "
    "all rows equally. Before each row as much memory as a measured program fills, and half a GiB "
    "more, is touched and given back, so that none pays for pages that the host has to find "
    "first. A figure is the median of the rounds, followed by the lowest and the highest.",
    "Nothing on this page is typed in: `make bench` measures, saves `build/bench/results.json`, "
    "and makes the page from it. A row that could not be measured says why. `make deps bench` "
    "installs the other tracers first; `make bench ONLY=dense` measures one part again.")


def machine_lines(results):
    about = results["machine"]
    versions = [f"{name} {version}" for name, version in about["versions"].items() if version]
    absent = [name for name, version in about["versions"].items() if not version]
    lines = [
        ("machine", f"{about['cpu_model']}, {about['cpus']} CPUs, "
         f"{size(about['memory_bytes'])} of memory" +
         (", virtual" if about["hypervisor"] else "")),
        ("system", f"Linux {about['kernel']}, {about['arch']}, {about['distribution']}"),
        ("load before", f"{about['load_before']:.2f}"),
        ("versions", "; ".join(versions)),
    ]
    if absent:
        lines.append(("not installed", ", ".join(absent)))
    lines.append(("command", f"`{results['command']}`"))
    return table(("", ""), lines, "ll")


def part_line(name, part):
    if not part["rows"]:
        return f"{name}: not measured: {part.get('why', 'no rows')}"
    seed = f", seed {part['seed']}" if "seed" in part else ""
    return (f"{name}: {part['began']} UTC, {part['rounds']} rounds, {part['seconds'] / 60:.1f} min"
            f"{seed}")


def goal_lines(results):
    judged = goals.judge(results)
    rows = [(line["what"], line["limit"], line["measured"],
             line["verdict"] + (f": {line['why']}" if line["why"] else "")) for line in judged]
    counts = [f"{sum(line['verdict'] == verdict for line in judged)} {verdict}"
              for verdict in (goals.MET, goals.MISSED, goals.NOT_MEASURED)]
    return ["## Goals", "", f"Of {len(judged)} goals: {', '.join(counts)}.", "",
            *table(("goal", "limit", "measured", "verdict"), rows, "lrrl"), "",
            "[cost.md](cost.md) says where the cost comes from, and why goals are missed."]


def make(results):
    """The whole page, as Markdown."""
    parts = results["parts"]
    lines = [TITLE, "", OPENING[0], "", OPENING[1], "", *machine_lines(results), "",
             *goal_lines(results)]
    for name, (title, section) in SECTIONS.items():
        part = parts.get(name)
        lines += ["", f"## {title}", ""]
        if not part or not part["rows"]:
            why = part.get("why") if part else "this part was not run"
            lines.append(f"Not measured: {why}.")
            continue
        lines += section(part)
        lines += trend_lines(part)
    lines += ["", "## When", "", *(f"- {part_line(name, parts[name])}" for name in SECTIONS
                                   if name in parts)]
    return "\n".join(wrapped(text) for text in lines) + "\n"


def trend_lines(part):
    """What drifted over the rounds is no row's own."""
    metric = next((name for name in MAIN_METRICS
                   if any(name in row["values"] for row in part["rows"])), None)
    found = order.trends(part["rows"], metric)
    if not found:
        return []
    told = "; ".join(f"{name} {'rises' if rises else 'falls'}" for name, rises in found)
    return ["", f"Trend over the rounds (Mann and Kendall, {order.CHANCE:.0%} for all rows): "
            f"{told}."]


def wrapped(text):
    """A paragraph in lines of the repository's width; a table's row stays one line."""
    if text.startswith(("|", "#", "-")):
        return text
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
