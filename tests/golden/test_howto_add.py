# SPDX-License-Identifier: GPL-2.0
"""docs/HOWTO_ADD.md, proved: one of each is added in a copy of the tree, with the edits that it
names and no other, and is then there wherever it says.
"""
import json
import re
import shutil
import subprocess

import pytest

from make_fixtures import fixture
from sample_reports import BUILD, ROOT

BUILD_SECONDS = 600
# Built by other targets; not needed to build zctrace.
NOT_COPIED = ("analysed", "arm64", "bench", "coverage", "kernels", "results", "sanitize",
              "static", "tests", "unit")

SCENARIO_ROW = """
        {
                .id = "twin",
                .help = "sendfile under another name",
                .what = "as sendfile does",
                .data_calls = { "sendfile" },
                .round_call = "sendfile",
                .round_from_file = true,
        },
"""

CLAIM = """
### twin-claim: twin: switches per call

As sendfile's.

- says: 2
- unit: crossings/round
- rule: `twin crossings_per_round = 2 ±1 %`
"""

ARTICLE = """# Article: About twins

- by: nobody
- at: nowhere
- date: 2026-01-01
- language: en

## Claims
""" + CLAIM

METRIC_ROW = """
        [METRIC_TWIN] = { "twin_number", "twin number", UNIT_COUNT, IN_SCENARIO(twin_number),
                ROW_SHOWN, .group = "crossings", .key = "twin", .later = true,
                .what = "a number of the test's own", .source = "nowhere" },
"""

PROBE = """
SEC("?tp_btf/sched_process_wait")
int BPF_PROG(on_twin, struct pid *pid)
{
        return 0;
}
"""

RENDERER = """// SPDX-License-Identifier: GPL-2.0
/* The names of the scenarios. Called through the table in render.c. */
#include <errno.h>

#include "render.h"

int render_twin(const struct report *report, const struct render_options *options, FILE *out)
{
        (void)options;
        for (size_t i = 0; i < report->scenario_count; i++) {
                render_csv_text(out, report->scenarios[i].id);
                putc('\\n', out);
        }
        return ferror(out) ? -EIO : 0;
}
"""


def tabs(text):
    """C as the project writes it."""
    return re.sub(r"^(?: {8})+", lambda indent: "\t" * (len(indent[0]) // 8), text,
                  flags=re.MULTILINE)


class Tree:
    """A copy of the sources and of what was built of them."""

    def __init__(self, top):
        self.top = top
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                                check=True, capture_output=True, text=True).stdout.split("\n")
        for name in filter(None, listed):
            source, target = ROOT / name, top / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        if BUILD.name == "build":  # else it is built with other options
            shutil.copytree(BUILD, top / "build", symlinks=True,
                            ignore=lambda place, names: NOT_COPIED if place == str(BUILD) else [])
        subprocess.run(["git", "init", "-q"], cwd=top, check=True)

    def add(self, name, text):
        (self.top / name).write_text(tabs(text), "utf-8")

    def edit(self, name, before, text):
        """Puts text before the first place that matches."""
        path = self.top / name
        source = path.read_text("utf-8")
        place = re.search(before, source, re.MULTILINE)
        assert place, f"{name}: {before}"
        path.write_text(source[:place.start()] + tabs(text) + source[place.start():], "utf-8")

    def append(self, name, text):
        with open(self.top / name, "a", encoding="utf-8") as file:
            file.write(tabs(text))

    def zctrace(self, *arguments):
        done = subprocess.run([self.top / "build" / "zctrace", *map(str, arguments)],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def add_scenario(tree):
    tree.add("scenarios/twin.c", (ROOT / "scenarios" / "sendfile.c").read_text("utf-8"))
    tree.edit("Makefile", r"(?<=SCENARIOS := receiver) ", " twin")
    tree.edit("user/report/scenario_table.c", r"(?<=scenarios\[\] = \{)\n", SCENARIO_ROW.rstrip())


def add_claim(tree):
    tree.append("articles/doc2.md", CLAIM)


def add_article(tree):
    tree.add("articles/twins.md", ARTICLE)


def add_metric(tree):
    tree.edit("user/report/report.h", r"^\tstruct measured rounds;",
              "\tstruct measured twin_number;\n")
    tree.edit("user/report/metric.h", r"^\tMETRIC_COUNT,", "\tMETRIC_TWIN,\n")
    tree.edit("user/report/metric.c", r"^\t\[METRIC_VOLUNTARY\]", METRIC_ROW.lstrip("\n"))


def add_probe(tree):
    tree.append("bpf/faults.bpf.c", PROBE)
    tree.edit("user/count/probes.c", r'^\t\{ "on_switch"',
              '\t{ "on_twin", "sched_process_wait", .loses = "nothing" },\n')


def add_format(tree):
    tree.add("user/view/render_twin.c", RENDERER)
    tree.edit("user/view/render.h", "int render_text",
              "int render_twin(const struct report *report, const struct render_options *options, "
              "FILE *out);\n")
    tree.edit("user/view/render.c", r'^\t\{ "json"',
              '\t{ "twin", "Write the names of the scenarios", false, render_twin },\n')


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    made = Tree(tmp_path_factory.mktemp("howto"))
    for add in (add_scenario, add_claim, add_article, add_metric, add_probe, add_format):
        add(made)
    done = subprocess.run(["make", "-s", "-j2", "build/zctrace", "build/scenarios/twin"],
                          cwd=made.top, capture_output=True, text=True, timeout=BUILD_SECONDS,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def test_a_scenario(tree):
    assert "sendfile under another name" in tree.zctrace("--help")
    assert "twin" in tree.zctrace("list", "scenarios")
    assert "Usage: zctrace twin" in tree.zctrace("twin", "--help")
    done = subprocess.run([tree.top / "build" / "scenarios" / "twin"], capture_output=True,
                          text=True, timeout=10, check=False)
    assert done.returncode != 0 and "name the file to send" in done.stderr


def test_a_claim(tree):
    listed = tree.zctrace("list", "claims")
    assert "twin-claim\n  twin: switches per call; doc2 says: 2\n" in listed


def test_an_article(tree):
    assert "1 claims  About twins" in tree.zctrace("articles")
    assert "rule        twin crossings_per_round = 2 ±1 %" in tree.zctrace("articles", "twins")


def test_a_metric(tree, tmp_path):
    """From the saved report on: every format and list has it."""
    report = json.loads(fixture("compare").read_text("utf-8"))
    for scenario in report["scenarios"]:
        scenario["crossings"]["twin"] = 4711
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), "utf-8")
    assert "twin_number (count)\n  a number of the test's own\n" in tree.zctrace("list", "metrics")
    assert re.search(r"twin number +4,711 +4,711 +4,711", tree.zctrace("report", path))
    assert "| twin number |  | 4,711 |" in tree.zctrace("report", path, "--markdown", "-")
    assert ",twin_number,count,4711," in tree.zctrace("report", path, "--csv", "-")
    assert '<data value="4711">4,711</data>' in tree.zctrace("report", path, "--html", "-")
    assert '"twin": 4711' in tree.zctrace("report", path, "--json", "-")
    assert re.search(r"twin number +4,711 +4,711 +same", tree.zctrace("diff", path, path))


def test_a_metric_that_older_reports_lack(tree):
    page = tree.zctrace("report", fixture("compare"))
    assert re.search(r"twin number +— +— +—", page)


def test_a_probe(tree):
    assert re.search(r"tracepoint sched_process_wait\b", tree.zctrace("doctor"))


def test_a_format(tree, tmp_path):
    out = tmp_path / "names"
    tree.zctrace("report", fixture("compare"), "--twin", out, "-q")
    assert out.read_text("utf-8") == "copy\ncopy\nsendfile\n"
    assert "--twin" in tree.zctrace("report", "--help")
