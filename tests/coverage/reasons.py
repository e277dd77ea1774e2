# SPDX-License-Identifier: GPL-2.0
"""Says of every line that no test reached why: "make coverage" calls it with gcovr's counts.

reasons.tsv has a row for each place: a reason, FILE, FUNCTION, and words of the unreached lines; *
is any. A block of unreached lines that follow each other goes to the first row that fits it. What
no row fits is listed: it wants a test, or a row. With --page the figures are written into
docs/coverage.md.
"""
import argparse
import collections
import csv
import fnmatch
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "coverage.md"
MARKS = "<!-- made by make coverage -->", "<!-- end of what make coverage makes -->"
FUNCTION = re.compile(r"^[a-z].*?\b(\w+)\(")
UNEXPLAINED = "no test yet"

Row = collections.namedtuple("Row", "reason file function words")
Block = collections.namedtuple("Block", "file function lines text")


def read_rows():
    with open(HERE / "reasons.tsv", encoding="utf-8") as table:
        return [Row(*line) for line in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
                if line and not line[0].startswith("#")]


def functions(source):
    """The function that each line is in, by its number."""
    now, found = "", {}
    for number, line in enumerate(source, 1):
        begin = FUNCTION.match(line)
        if begin and not line.endswith(";"):
            now = begin[1]
        found[number] = now
    return found


def blocks(measured):
    """Unreached lines that no line that ran, and no other function, separates."""
    for file in measured["files"]:
        source = (ROOT / file["file"]).read_text(encoding="utf-8").splitlines()
        where, now = functions(source), []
        counts = {line["line_number"]: line["count"] for line in file["lines"]}
        for number in sorted(counts):
            if now and (counts[number] or where[number] != where[now[0]]):
                yield block(file["file"], where, source, now)
                now = []
            if not counts[number]:
                now.append(number)
        if now:
            yield block(file["file"], where, source, now)


def block(file, where, source, lines):
    return Block(file, where[lines[0]], lines,
                 "\n".join(source[number - 1].strip() for number in lines))


def fits(row, found):
    return (fnmatch.fnmatch(found.file, row.file) and row.function in ("*", found.function) and
            (row.words == "*" or row.words in found.text))


def explain(rows, found):
    """The blocks of each reason, and the rows that were needed."""
    reasons, needed = collections.defaultdict(list), set()
    for one in found:
        row = next((row for row in rows if fits(row, one)), None)
        reasons[row.reason if row else UNEXPLAINED].append(one)
        needed.add(row)
    return reasons, needed


def lines_of(some):
    return sum(len(one.lines) for one in some)


def by_file(found):
    """FILE and its unreached lines, most first."""
    counts = collections.Counter()
    for one in found:
        counts[one.file] += len(one.lines)
    return counts.most_common()


def table(head, rows):
    return "\n".join("| " + " | ".join(map(str, line)) + " |"
                     for line in [head, ["---"] * len(head), *rows]) + "\n"


def share(part, whole):
    return f"{100 * part / whole:.1f} %"


def figures(measured, found, reasons):
    """The page's part: what was reached, and what was not by reason and by file."""
    total = sum(len(file["lines"]) for file in measured["files"])
    missed = lines_of(found)
    text = f"Reached: {total - missed:,} of {total:,} lines, {share(total - missed, total)}.\n\n"
    text += table(["reason", "lines", "share of all", "where most"], [
        [reason, f"{lines_of(some):,}", share(lines_of(some), total),
         ", ".join(f"`{name}` {count}" for name, count in by_file(some)[:4])]
        for reason, some in sorted(reasons.items(), key=lambda item: -lines_of(item[1]))])
    sizes = {file["file"]: len(file["lines"]) for file in measured["files"]}
    text += "\nThe ten files with the most of them:\n\n"
    text += table(["file", "lines", "not reached", "reached"], [
        [f"`{name}`", sizes[name], count, share(sizes[name] - count, sizes[name])]
        for name, count in by_file(found)[:10]])
    return text


def write_page(text):
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=pathlib.Path, help="what gcovr --json wrote")
    parser.add_argument("--page", action="store_true", help="write docs/coverage.md's figures")
    options = parser.parse_args()
    measured = json.loads(options.counts.read_text(encoding="utf-8"))
    for file in measured["files"]:
        file["lines"] = [line for line in file["lines"] if not line["gcovr/noncode"]]
    rows, found = read_rows(), list(blocks(measured))
    reasons, needed = explain(rows, found)
    text = figures(measured, found, reasons)
    print(text)
    for one in reasons.get(UNEXPLAINED, []):
        print(f"{one.file}:{one.lines[0]}: {one.function}(): no test yet:")
        print("\t" + one.text.replace("\n", "\n\t"))
    if options.page:
        for row in rows:
            if row not in needed:
                print("reasons.tsv: every line is reached, or there is none: " + " ".join(row))
        write_page(text)


if __name__ == "__main__":
    main()
