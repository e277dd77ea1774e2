# SPDX-License-Identifier: GPL-2.0
"""`zctrace check` and `articles`: verdicts of saved reports, and mistakes in an article's file."""
import json
import subprocess

import pytest

from sample_reports import BUILD, ROOT
from make_fixtures import fixture

MEASURED = [path for path in sorted((ROOT / "labs" / "data").glob("*.json"))
            if json.loads(path.read_text("utf-8"))["claims"]]

ARTICLE = """# Article: Mine

- by: me
- at: here
- date: 2026-01-01
- language: en

## Claims

### one-call: sendfile: crossings per round

- says: 2
- rule: `sendfile crossings_per_round = 2 ±1 %`
"""


def zctrace(*arguments):
    return subprocess.run([BUILD / "zctrace", *map(str, arguments)], capture_output=True,
                          text=True, timeout=60, check=False)


def decided(*arguments):
    done = zctrace("check", *arguments, "--json", "-")
    assert done.returncode == 0, done.stderr
    return {claim["id"]: claim for claim in json.loads(done.stdout)["claims"]}


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_saved_reports_keep_their_verdicts(path):
    """These were measured and judged when the claims were still written in C."""
    saved = json.loads(path.read_text("utf-8"))["claims"]
    now = decided("doc1", "doc2", path)
    assert {claim["id"]: claim["verdict"] for claim in saved} == {
        claim["id"]: now[claim["id"]]["verdict"] for claim in saved}


def test_an_article_of_ones_own(tmp_path):
    path = tmp_path / "my.md"
    path.write_text(ARTICLE, "utf-8")
    claim = decided(path, fixture("compare"))["one-call"]
    assert (claim["verdict"], claim["measured"], claim["source"]) == ("holds", 2, "my")
    assert claim["rule"] == "sendfile crossings_per_round = 2 ±1 %"
    assert claim["evidence"] == "counted"
    assert zctrace("check", path, fixture("compare"), "-q", "--expect",
                   "one-call=holds").returncode == 0
    wrong = zctrace("check", path, fixture("compare"), "-q", "--expect", "one-call=holds-if")
    assert wrong.returncode == 1
    assert 'one-call: expected "holds if", found "holds"' in wrong.stderr


@pytest.mark.parametrize("before,after,line,what", [
    ("# Article: Mine", "# Mine", 1, "an article begins with"),
    ("- by: me", "- from: me", 3, "allowed are by, at, date, language"),
    ("sendfile crossings_per_round =", "sendfil crossings_per_round =", 13,
     'no scenario is called "sendfil"'),
    ("crossings_per_round =", "crosings =", 13, "no number is called so"),
    ("= 2 ±1 %", "2", 13, "a comparison must stand here"),
    ("= 2 ±1 %", "= 2 ±x", 13, "a tolerance is ±1 % or ±100"),
    ("sendfile crossings_per_round", "2", 13, "names nothing that is measured"),
    ("= 2 ±1 %", "= 2 and", 13, "must stand here"),
    ("sendfile crossings", "sendfile,hot crossings", 13, "tells no scenarios apart"),
    ("sendfile crossings", "lab1:sendfile crossings", 13, "names no report"),
    ("### one-call: ", "### One call: ", 10, "small letters"),
    ("## Claims", "## Claim", 8, '"## Conditions" and "## Claims"'),
    ("- says: 2\n", "", None, 'claim one-call: "- says: …" is missing'),
    ("- says: 2\n", "- only if: sunny\n", 12, "only if: "),
    ("- language: en\n", "", None, "the head lacks one of"),
    (ARTICLE, "", None, "it is empty"),
])
def test_a_mistake_is_named_with_its_line(tmp_path, before, after, line, what):
    path = tmp_path / "my.md"
    assert before in ARTICLE
    path.write_text(ARTICLE.replace(before, after), "utf-8")
    for command in (("check", path, fixture("compare")), ("articles", path)):
        done = zctrace(*command)
        assert done.returncode == 2
        assert what in done.stderr
        assert line is None or f"my.md: line {line}: " in done.stderr


def test_help_has_no_option_that_is_refused():
    """The articles say under which conditions; check's runtime tests see these refused."""
    words = set(zctrace("check", "--help").stdout.replace("=", " ").split())
    assert not words & {"--cold", "--warm", "--link", "--rate"}
    assert {"--device", "--receiver", "--expect"} <= words


def test_files_that_are_none(tmp_path):
    for path, what in ((tmp_path / "none.md", "No such file"),
                       ("nonsense", "there is no article nonsense")):
        done = zctrace("check", path, fixture("compare"))
        assert done.returncode == 2 and what in done.stderr
    assert zctrace("check").returncode == 2
    assert zctrace("check", "doc1", tmp_path / "none.json").returncode == 4


def test_several_reports_are_a_scorecard(tmp_path):
    first, second = MEASURED[0], fixture("unmeasured")
    text = zctrace("check", "doc1", first, second)
    assert text.returncode == 0, text.stderr
    assert text.stdout.startswith("zctrace scorecard\n")
    assert "holds: 4.00" in text.stdout and "not measured" in text.stdout
    table = zctrace("report", first, second, "--markdown", "-").stdout
    assert table.startswith("# zctrace scorecard\n") and "| claim |" in table
    page = tmp_path / "card.html"
    assert zctrace("report", first, second, "--html", page).returncode == 0
    assert "Content-Security-Policy" in page.read_text("utf-8")
    refused = zctrace("report", first, second, "--perfetto", tmp_path / "x")
    assert refused.returncode == 2
    assert "--perfetto: holds one report" in refused.stderr


def test_the_library_can_be_read():
    listed = zctrace("articles").stdout
    assert "doc1 " in listed and "doc2 " in listed
    shown = zctrace("articles", "doc1").stdout
    assert "rule        copy crossings_per_round = 4 ±1 %" in shown
    text = zctrace("articles", "doc1", "--text").stdout
    assert text == (ROOT / "articles" / "doc1.md").read_text("utf-8")
    assert zctrace("articles", "nonsense").returncode == 2
