# SPDX-License-Identifier: GPL-2.0
"""Looks whether C files keep to the form that .clang-format describes: "make lint" calls it.

clang-format would also move every line break and every aligned table. How a statement is wrapped
and a table aligned is its author's choice here. What is checked is where statements, braces and
blank lines stand, the spaces between words, that lines are at most 100 columns wide, and that
functions, but those of tests, have at most 60 lines.

usage: check_format.py FILE...        Exit status: 0 all are well formed; 1 some are not.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

WIDEST = 100
LONGEST = 60
TAB = 8


def replacements(path):
    """(offset, old, new) of every run of white space that clang-format would change; in bytes."""
    source = path.read_bytes()
    done = subprocess.run(["clang-format", "--style=file", "--output-replacements-xml", path],
                          stdout=subprocess.PIPE, check=True)
    for change in xml.etree.ElementTree.fromstring(done.stdout).iter("replacement"):
        offset, length = int(change.get("offset")), int(change.get("length"))
        yield offset, source[offset:offset + length], (change.text or "").encode()


def may_go_on(source, offset):
    """Whether a line may have more behind a ; or ): a block in one line, the head of a for loop."""
    line = source[source.rfind(b"\n", 0, offset) + 1:source.find(b"\n", offset)]
    return b"{" in line and b"}" in line or line.count(b")") > line.count(b"(")


def is_authors_choice(source, offset, old, new):
    """Whether a change is about a table, a comment, a macro or the wrapping of a statement."""
    before, after = source[:offset].rstrip(), source[offset + len(old):]
    begins_statement = before[-1:] in (b"", b";", b"{", b"}")
    if after.startswith((b"/*", b"//")) or b"\\" in old:
        return True
    if b"\n" not in old and b"\n" not in new:
        return len(old) > 1 or len(new) > 1 or b"\t" in old + new
    if b"\n" in old and b"\n" in new:
        return old.count(b"\n") == new.count(b"\n") and not begins_statement
    if b"\n" in old:
        return not after.startswith((b"{", b"}", b"else")) or before.endswith(b",")
    return may_go_on(source, offset) or not before.endswith((b";", b")")) or after.startswith(b"}")


def is_too_wide(line):
    """A text that is printed may be wider: it is searched for as it is."""
    return len(line.expandtabs(TAB)) > WIDEST and not re.search(r'"[,;)]*$', line)


def functions(text):
    """(line, name, number of lines) of every function."""
    for found in re.finditer(r"^[A-Za-z][^\n;]*?(\w+)\([^;{]*\)\n\{\n.*?^\}$", text, re.M | re.S):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[0].count("\n") + 1


def complaints(path):
    source = path.read_bytes()
    for offset, old, new in replacements(path):
        if not is_authors_choice(source, offset, old, new):
            line = source.count(b"\n", 0, offset + len(old)) + 1
            yield f"{path}:{line}: {old.decode()!r} should be {new.decode()!r}"
    for number, line in enumerate(source.decode().split("\n"), 1):
        if is_too_wide(line):
            yield f"{path}:{number}: wider than {WIDEST} columns"
        if line != line.rstrip():
            yield f"{path}:{number}: ends with white space"
    for number, name, lines in functions(source.decode()):
        if lines > LONGEST and "tests" not in path.parts:
            yield f"{path}:{number}: {name}() has {lines} lines, and {LONGEST} at most are allowed"


def main():
    paths = [pathlib.Path(name) for name in sys.argv[1:]]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        found = [text for texts in pool.map(lambda path: list(complaints(path)), paths)
                 for text in texts]
    print("".join(f"{text}\n" for text in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
