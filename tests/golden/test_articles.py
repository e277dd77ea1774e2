# SPDX-License-Identifier: GPL-2.0
"""The library of articles: every file is one, and what several of them claim is the same claim."""
import re
import subprocess
import sys

import pytest

from sample_reports import BUILD, ROOT

ARTICLES = sorted((ROOT / "articles").glob("*.md"))
LEAST_ARTICLES, LEAST_CLAIMS = 10, 60


def claims_of(path):
    """What the file says, read without zctrace: {id: {key: value}}."""
    claims = {}
    for part in path.read_text("utf-8").split("\n### ")[1:]:
        name = part.split(":", 1)[0]
        joined = re.sub(r"\n {2,}", " ", part)
        claims[name] = dict(re.findall(r"^- ([a-z ]+): (.*)$", joined, re.M))
    return claims


def shown(name):
    done = subprocess.run([BUILD / "zctrace", "articles", name], capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_enough():
    every = {name for path in ARTICLES for name in claims_of(path)}
    assert len(ARTICLES) >= LEAST_ARTICLES and len(every) >= LEAST_CLAIMS


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_an_article_can_be_read(path):
    text = shown(path.stem)
    for name, claim in claims_of(path).items():
        assert re.search(rf"^  {re.escape(name)} ", text, re.M), name
        assert claim["says"] in text
        assert claim["rule"].strip("`") in text


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_a_claim_says_where_it_stands(path):
    for name, claim in claims_of(path).items():
        assert {"says", "rule", "source"} <= set(claim), name


def test_one_id_is_one_claim():
    rules = {}
    for path in ARTICLES:
        for name, claim in claims_of(path).items():
            what = tuple(claim.get(key) for key in ("rule", "only if", "else", "provided"))
            assert rules.setdefault(name, what) == what, f"{path.stem}: {name}"


def test_the_page_is_up_to_date():
    done = subprocess.run([sys.executable, ROOT / "tools" / "library.py"], capture_output=True,
                          text=True, timeout=20, check=True)
    same = done.stdout == (ROOT / "docs" / "library.md").read_text("utf-8")
    assert same, "python3 tools/library.py >docs/library.md"
