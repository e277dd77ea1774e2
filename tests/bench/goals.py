# SPDX-License-Identifier: GPL-2.0
"""The goals, each judged from the results by a stated limit: met, missed, or not measured and why.

Pure: judge(results) needs nothing but the results, and is tested without root.
"""
from figures import added, find_row, growth, known, median, number, ratio, shares, values_of

MET, MISSED, NOT_MEASURED = "met", "missed", "not measured"

# What "stays flat" means: the largest of a series against the lowest.
FLAT = 1.25


def reason(part, *row_ids):
    """Why a goal that rests on these rows could not be judged."""
    if not part:
        return "this part was not run"
    if part.get("why"):
        return part["why"]
    for row_id in row_ids:
        row = find_row(part, row_id)
        if not row:
            return f"there is no row {row_id}"
        if not row["values"]:
            return f"{row['name']}: {row['why']}"
    return "too few rounds measured it"


def goal(what, value, why, at_most=None, at_least=None, unit=" ×"):
    """One line of the table of goals."""
    sign, limit = ("≤", at_most) if at_least is None else ("≥", at_least)
    if value is None:
        verdict = NOT_MEASURED
    else:
        verdict = MET if (value <= limit if at_least is None else value >= limit) else MISSED
    return {"what": what, "limit": f"{sign} {limit:g}{unit}", "value": value, "verdict": verdict,
            "measured": f"{number(value, None if unit else 0)}{unit}" if value is not None else "—",
            "why": why if value is None else ""}


def against(part, what, row_id, base_id, metric, **limit):
    """What a row adds to a call, as a multiple of what another one adds."""
    value = ratio(median(added(part, row_id, metric)), median(added(part, base_id, metric)))
    why = reason(part, row_id, base_id)
    if why.startswith("too few"):
        why = f"{base_id} added nothing that could be told from the untraced loop"
    return goal(what, value, why, **limit)


def dense_goals(part):
    metric = "rw_ns"
    lines = [
        against(part, "dense loop: zctrace against an empty pair", "zctrace", "empty", metric,
                at_most=1.75),
        against(part, "dense loop: zctrace counting only, against an empty pair", "counts",
                "empty", metric, at_most=1.15),
        against(part, "dense loop: strace -c (on the same CPU) against zctrace", "strace-pinned",
                "zctrace", metric, at_least=50),
        against(part, "dense loop: perf trace -s against zctrace", "perf-trace", "zctrace", metric,
                at_least=90),
        against(part, "dense loop: bpftrace against zctrace", "bpftrace", "zctrace", metric,
                at_least=3.5),
        against(part, "dense loop: syscount -L against zctrace", best_syscount(part), "zctrace",
                metric, at_least=1.8),
    ]
    for field, what in (("lost", "events that zctrace lost"),
                        ("calls_off", "calls that zctrace's count differs by"),
                        ("bytes_off", "bytes that zctrace's sum differs by")):
        values = known(values_of(part, "zctrace", field))
        lines.append(goal(f"dense loop: {what}, all rounds", sum(values) if values else None,
                          reason(part, "zctrace"), at_most=0, unit=""))
    lines.append(goal(
        "dense loop: mean latency as zctrace reports it, against the untraced call",
        ratio(median(values_of(part, "zctrace", "latency_ns")),
              median(values_of(part, "untraced", "rw_mean_ns"))),
        reason(part, "zctrace", "untraced"), at_most=1.2))
    return lines


def best_syscount(part):
    """bcc's own where it runs, else the same tool of libbpf-tools."""
    row = find_row(part, "bcc-L")
    return "bcc-L" if row and row["values"] else "syscount-L"


def bystander_goals(part):
    return [against(part, "an untraced process beside a traced one: zctrace against an empty pair",
                    "zctrace", "empty", "rw_ns", at_most=1.1)]


def workload_goals(part):
    lines = []
    for way, name, limit in (("copy-whole", "copy, whole file", 1), ("copy", "copy, 64 KiB", 1),
                             ("sendfile", "sendfile, 64 KiB", 2)):
        share = median(values_of(part, f"{way}/kernel", "net_share"))
        lines.append(goal(f"1.2 GB, {name}: zctrace's share of the sender's CPU time",
                          share * 100 if share is not None else None,
                          reason(part, f"{way}/kernel"), at_most=limit, unit=" %"))
    return lines


def startup_goals(part):
    total = median(values_of(part, "zctrace", "total_ms"))
    lines = [goal("start-up and end together", total, reason(part, "zctrace"), at_most=20,
                  unit=" ms")]
    for other, name, limit in (("perf-trace", "perf trace -s", 0.1), ("strace", "strace -c", 1)):
        lines.append(goal(f"start-up and end: zctrace against {name}",
                          ratio(total, median(values_of(part, other, "total_ms"))),
                          reason(part, "zctrace", other), at_most=limit))
    return lines


def series(part, prefix):
    """The rows of a series, in its order."""
    return [row for row in (part or {}).get("rows", []) if row["id"].startswith(prefix + "/")]


def growth_goals(part):
    lines = []
    for prefix, name in (("size", "size of the file"), ("processes", "number of processes"),
                         ("sockets", "number of sockets")):
        rows = series(part, prefix)
        for metric, what in (("memory", "memory"), ("ns_per_call", "cost of a call")):
            values = [memory_of(row) if metric == "memory" else median(row["values"].get(metric))
                      for row in rows]
            last = f", up to {rows[-1]['name']}" if rows and values[-1] is not None else ""
            measured = [value for value in values if value is not None]
            if not last and len(measured) > 1:
                last = f", up to {rows[values.index(measured[-1])]['name']}"
            lines.append(goal(f"{what} with the {name}{last}", growth(values),
                              reason(part, *(row["id"] for row in rows)), at_most=FLAT))
    return lines


def memory_of(row):
    """zctrace's own and that of its maps, bytes."""
    own, maps = (median(row["values"].get(name)) for name in ("rss_bytes", "map_bytes"))
    return own + maps if None not in (own, maps) else None


JUDGES = {"dense": dense_goals, "bystander": bystander_goals, "workload": workload_goals,
          "startup": startup_goals, "growth": growth_goals}


def judge(results):
    """All goals, in the order of the page."""
    return [line for name, judges in JUDGES.items() for line in judges(results["parts"].get(name))]


def cost_by_time(part, way, metric):
    """What zctrace added to a sender's time in each round, as a share of the untraced one."""
    return [share - 1 for share in shares(part, f"{way}/zctrace", metric, f"{way}/untraced")]
