# SPDX-License-Identifier: GPL-2.0
"""The page's sections, one a part: a few sentences on how it was measured, and its table. Pure."""
from figures import added, known, median, number, ratio, spread, values_of
from goals import FLAT, cost_by_time, memory_of, series

MIB = 1 << 20


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head, rows, align):
    """Markdown. align: l or r a column."""
    marks = "|".join("---:" if letter == "r" else "---" for letter in align)
    return [f"| {' | '.join(map(cell, head))} |", f"|{marks}|",
            *(f"| {' | '.join(map(cell, row))} |" for row in rows)]


def line(row, columns):
    """A row of a table: its name, and its columns or why there are none."""
    if not row["values"]:
        return (row["name"], f"not measured: {row['why']}", *[""] * (len(columns) - 1))
    name = row["name"] + (f" (failed in {row['failed']})" if row["failed"] else "")
    return (name, *columns)


# --- the dense loop, and beside it ---

def floor_of(part, metric):
    return median(added(part, "empty", metric))


def added_columns(part, row, metric):
    """ns a call, what is added, and that as a multiple of the empty pair's."""
    ns = spread(row["values"].get(metric), digits=0)
    if row["id"] == "untraced":
        return ns, "", ""
    more = added(part, row["id"], metric)
    times = ratio(median(more), floor_of(part, metric))
    return ns, spread(more, digits=0), number(times) + " ×" if times is not None else "—"


def dense(part):
    rows = [line(row, (*added_columns(part, row, "rw_ns"),
                       spread(added(part, row["id"], "pread_ns"), digits=0)
                       if row["id"] != "untraced" else
                       spread(row["values"].get("pread_ns"), digits=0) + " a call"))
            for row in part["rows"] if row["id"] != "kernel"]
    lines = [
        "Only 1-byte `read` and `write`, the worst case for a tracer of calls, on one CPU, "
        "alternating with `pread` of 0 bytes, which does even less. The ns of a call are those of "
        "the fastest of many short segments: other work on the machine can only make a segment "
        "longer. An empty pair is two BPF programs that do nothing: what the kernel takes to call "
        "them is the least that tracing can cost.", "",
        *table(("tracer", "ns a call", "added by it", "of an empty pair", "added to a pread"),
               rows, "lrrrr")]
    latency = values_of(part, "zctrace", "latency_ns")
    if latency:
        lines += ["", f"The mean latency that zctrace reported for these reads and writes is "
                  f"{spread(latency, digits=0)} ns; untraced, a call and its share of the loop "
                  f"took {spread(values_of(part, 'untraced', 'rw_mean_ns'), digits=0)} ns on "
                  "average over all segments."]
    lines += kernel_sentence(part)
    missed = known(values_of(part, "perf-trace", "missed"))
    if any(missed):
        lines += ["", f"`perf trace -s` missed calls in {sum(map(bool, missed))} of {len(missed)} "
                  f"rounds, up to {max(missed):,}."]
    return lines


def kernel_sentence(part):
    """What of it the programs themselves take."""
    ns = [spread(values_of(part, "kernel", name), digits=0) for name in
          ("zctrace/sys_enter", "zctrace/sys_exit", "empty/sys_enter", "empty/sys_exit")]
    if "—" in ns:
        return []
    return ["", f"By the kernel's own statistics a run of zctrace's program took {ns[0]} ns on "
            f"`sys_enter` and {ns[1]} ns on `sys_exit`. An empty program shows {ns[2]} and {ns[3]} "
            "ns there, which is the cost of the statistics' clock. The rest of what the loop loses "
            "is the way into the programs and back."]


def bystander(part):
    rows = [line(row, added_columns(part, row, "rw_ns")) for row in part["rows"]]
    return [
        "The same loop, not traced: the tracer watches another program, which only waits. A BPF "
        "program on `sys_enter` and `sys_exit` runs on every system call of the machine, so it "
        "always costs other processes something. `strace` does not: it stops only the processes "
        "that it traces. For a process that is not traced, zctrace's programs return after one "
        "comparison.", "",
        *table(("tracer", "ns a call", "added by it", "of an empty pair"), rows, "lrrr")]


# --- the documents' workload ---

WAYS = (("copy-whole", "copy, whole file"), ("copy", "copy, 64 KiB"),
        ("sendfile", "sendfile, 64 KiB"))


def workload_rows(part, way):
    for row in series(part, way):
        if row["id"].endswith("/kernel"):
            continue
        base = f"{way}/untraced"
        yield line({**row, "name": row["name"].rpartition(": ")[2]}, (
            spread(row["values"].get("elapsed_s"), digits=3),
            times_of(part, row["id"], base, "elapsed_s"),
            spread(row["values"].get("cpu_s"), digits=3),
            times_of(part, row["id"], base, "cpu_s")))


def times_of(part, row_id, base, metric):
    times = ratio(median(values_of(part, row_id, metric)), median(values_of(part, base, metric)))
    return "" if times is None or row_id == base else f"{number(times)} ×"


def kernel_lines(part):
    rows = []
    for way, name in WAYS:
        row = next((row for row in part["rows"] if row["id"] == f"{way}/kernel"), None)
        if not row:
            continue
        named = {"name": name, **{key: row[key] for key in ("values", "why", "failed")}}
        rows.append(line(named, (
            spread(row["values"].get("bpf_s"), 1e3),
            spread(row["values"].get("bpf_share"), 100),
            spread(row["values"].get("net_share"), 100),
            spread(row["values"].get("others_share"), 100),
            spread(cost_by_time(part, way, "cpu_s"), 100))))
    return table(("way", "its programs, ms", "of the sender's CPU time, %",
                  "without the statistics, %", "of that for others, about, %", "by CPU time, %"),
                 rows, "lrrrrr")


def program_lines(part):
    """Which of zctrace's programs ran how often, and how long a run took; beside it, a run of an
    empty program there."""
    names = sorted({name.partition("/")[2] for row in part["rows"] for name in row["values"]
                    if name.startswith("bpf_s/")})
    rows = []
    for name in names:
        cells = []
        for way, _ in WAYS:
            spent = median(values_of(part, f"{way}/kernel", f"bpf_s/{name}"))
            runs = median(values_of(part, f"{way}/kernel", f"bpf_runs/{name}"))
            each = ratio(spent, runs)
            empty = number(median(values_of(part, f"{way}/kernel", f"empty_ns/{name}")), 0)
            cells.append(f"{1e3 * spent:.1f} ms: {runs:,.0f} × {1e9 * each:,.0f} ns ({empty})"
                         if each is not None else "—")
        if any(cell != "—" for cell in cells):
            rows.append((f"`{name}`", *cells))
    return table(("program on", *(name for _, name in WAYS)), rows, "lrrr") if rows else []


def workload(part):
    lines = [
        f"The documents' {part['bytes']:,} bytes from a file in the page cache through loopback, "
        "both ways. The cost of a tracer is given in three ways.", "",
        "*By the kernel*: the time that zctrace's programs ran, from the kernel's statistics of "
        "each BPF program, as a share of the sender's CPU time in the same run. It includes all "
        "runs, also those for the receiver and for other processes. How much is for others is "
        "estimated from what the programs ran while the sender still waited. The kernel reads a "
        "clock before and after each run, and part of both readings counts as the run's time: an "
        "empty program shows nothing else. So each transfer is repeated with empty programs on the "
        "same tracepoints, and their time is subtracted in the column *without the statistics*. "
        "The statistics are off by default, so the goals are judged by that column; the one before "
        "it is an upper bound. Neither includes the kernel's way into a program and back.", "",
        "*By CPU time*: user and system time of the sender with zctrace, less that of the same "
        "round without it. *By elapsed time*: the lifetime of the sender, which scatters most.", "",
        *kernel_lines(part), "",
        "Each program: all of its runs, including the statistics; in brackets, the ns a run of an "
        "empty program on the same tracepoint.", "", *program_lines(part)]
    for way, name in WAYS:
        lines += ["", f"### {name}", "", *table(
            ("tracer", "elapsed, s", "of untraced", "CPU time of the sender, s", "of untraced"),
            workload_rows(part, way), "lrrrr")]
    return lines


# --- start-up and end ---

def startup(part):
    rows = [line(row, [spread(row["values"].get(name)) for name in
                       ("start_ms", "end_ms", "total_ms")])
            for row in part["rows"] if row["id"] != "phases"]
    lines = [
        "From the start of the tracer to the first line of the traced program, which does nothing, "
        "and from its last line to the end of the tracer. Each round takes the fastest of three.",
        "", *table(("tracer", "start, ms", "end, ms", "both, ms"), rows, "lrrr"),
        "", "### Where zctrace's milliseconds go", ""]
    phases = next((row for row in part["rows"] if row["id"] == "phases"), None)
    if not phases or not phases["values"]:
        return lines + [f"Not measured: {phases['why'] if phases else 'it was not tried'}."]
    return lines + [
        "From an `strace` log of its BPF calls; `strace` makes everything slower than above.",
        "", *table(("what", "ms"), [(what, spread(phases["values"].get(name)))
                                    for name, what in part["phases"].items()], "lr")]


# --- other programs ---

def programs(part):
    limit = median(values_of(part, "memory", "gb_per_s"))
    rows = []
    for row in part["rows"]:
        share = ratio(median(row["values"].get("gb_per_s")), limit)
        rows.append(line(row, (
            spread(row["values"].get("elapsed_s"), digits=3),
            spread(row["values"].get("cpu_s"), digits=3),
            spread(row["values"].get("gb_per_s")),
            f"{100 * share:.0f} %" if share is not None else "—")))
    return [
        f"{part['bytes']:,} bytes through loopback, nothing traced. A Python program's time has "
        "Python's own start in it. iperf3 sends no file: one block of memory over and over, and "
        "with `-Z` a file of one block; its times are those that it reports. A receiver that "
        "discards drops the bytes in the kernel (`MSG_TRUNC`), which avoids the last copy. "
        "The limit is how fast one CPU copies memory that was touched before.", "",
        *table(("program", "elapsed, s", "CPU time of the sender, s", "GB/s", "of the limit"),
               rows, "lrrrr")]


# --- growth ---

def growth(part):
    lines = [
        "zctrace's peak memory, its report included; the memory of its maps, whose size does not "
        "depend on what is traced; and the run time of its programs, from the kernel's statistics. "
        "Programs on segments are given for each segment that left the machine or reached its "
        "loopback, all others for each call of the traced program. (TCP decides how many segments "
        "a call makes: many small sends on one socket leave together, those on thousands of "
        "sockets leave one by one.) The file is in tmpfs, is not sparse, and goes to a receiver "
        "that discards. It grows from row to row, so only here all rounds of a row come one after "
        "the other. One byte was sent over each socket before, so that zctrace knew it. *Flat* "
        f"means: the largest is at most {FLAT:g} times the lowest.", ""]
    for prefix, name in (("size", "File, 64 KiB a `sendfile`"),
                         ("processes", "Processes, in the dense loop"),
                         ("sockets", "Sockets, one byte to each in turn")):
        rows = [line(row, (spread(row["values"].get("rss_bytes"), 1 / MIB),
                           spread(row["values"].get("map_bytes"), 1 / MIB),
                           number(ratio(memory_of(row), MIB)),
                           spread(row["values"].get("ns_per_call"), digits=0),
                           spread(row["values"].get("ns_per_segment"), digits=0)))
                for row in series(part, prefix)]
        lines += [f"### {name}", "", *table(
            ("", "its memory, MiB", "its maps, MiB", "both, MiB", "ns a call", "ns a segment"),
            rows, "lrrrrr"), ""]
    return lines[:-1]


# Part -> its title and what makes its section.
SECTIONS = {
    "dense": ("The dense loop", dense),
    "bystander": ("A process that is not traced, beside one that is", bystander),
    "workload": ("The documents' workload", workload),
    "startup": ("Start-up and end", startup),
    "programs": ("The scenarios, other programs, and the machine's limit", programs),
    "growth": ("How the cost grows", growth),
}
