# SPDX-License-Identifier: GPL-2.0
"""`zctrace check` measured: what is run for the claims, no more, and what is decided of it."""
import json
import os

import pytest

from zctrace import (EXPECTED_OTHER, KIB, MACHINE, MEASURED, NOBODY, USAGE, zctrace)

CHUNK = 8 * KIB
ROUNDS = 23

ARTICLE = f"""# Article: Mine

- by: me
- at: here
- date: 2026-01-01
- language: en

## Conditions

- size: {ROUNDS * CHUNK}
- chunk: {CHUNK}
- repeats: 1
- took: sendfile 1 s

## Claims

### rounds: sendfile: rounds

- says: {ROUNDS}
- rule: `sendfile rounds = {ROUNDS}`

### calls: copy: calls

- says: {ROUNDS}
- rule: `copy,chunk calls:sendto = {ROUNDS} and copy,chunk bytes:read = {ROUNDS * CHUNK}`

### twice: copy against sendfile

- says: 2
- rule: `copy,chunk crossings_data / sendfile crossings_data = 2`

### gathered: sendfile: copies without gathering

- says: 1
- rule: `sendfile copied_per_byte = 1`
- only if: no-gather
- else: `sendfile copied_per_byte = 0`

### halves: sendfile in chunks of half the size

- says: {2 * ROUNDS}
- rule: `sendfile,{CHUNK // 2} rounds = {2 * ROUNDS}`

### wrong: what does not hold

- says: 3
- rule: `sendfile crossings_per_round = 3`
"""

VERDICTS = {"rounds": ("holds", ROUNDS), "calls": ("holds", ROUNDS), "twice": ("holds", 2),
            "gathered": ("holds if", 0), "halves": ("holds", 2 * ROUNDS),
            "wrong": ("does not hold", 2)}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    article, out = folder / "my.md", folder / "out.json"
    article.write_text(ARTICLE, "utf-8")
    done = zctrace("check", article, "--json", out, "--expect", "rounds=holds")
    assert done.returncode == MEASURED, done.stderr
    return done, json.loads(out.read_text("utf-8"))


def test_every_claim_is_decided(checked):
    _, report = checked
    assert {claim["id"]: (claim["verdict"], claim["measured"]) for claim in report["claims"]
            } == VERDICTS
    assert all(claim["source"] == "my" for claim in report["claims"])


def test_only_what_is_needed_is_run(checked):
    _, report = checked
    assert sorted((s["id"], s["chunk_bytes"], s["cache"], s["link"])
                  for s in report["scenarios"]) == [
        ("copy", CHUNK, "warm", "lo"),
        ("sendfile", CHUNK // 2, "warm", "lo"),
        ("sendfile", CHUNK, "warm", "lo"),
        ("sendfile", CHUNK, "warm", "veth-nosg"),
    ]
    assert {s["payload_bytes"] for s in report["scenarios"]} == {ROUNDS * CHUNK}


def test_the_answer_stands_first(checked):
    done, _ = checked
    paragraphs = done.stdout.split("\n\n")
    assert paragraphs[1] == ("  Of 6 claims of my, 4 hold, 1 does not and 1 holds under a "
                             "condition here.")
    assert "took 1.000 s in my; here it took" in paragraphs[2]
    assert paragraphs[3].startswith("  claim ")


def test_sizes_of_their_own(tmp_path):
    """Two articles, each with its own file: both are measured in one go."""
    for name, rounds in (("a", 7), ("b", 11)):
        (tmp_path / f"{name}.md").write_text(
            ARTICLE.split("### calls")[0].replace(f"size: {ROUNDS * CHUNK}",
                                                  f"size: {rounds * CHUNK}")
            .replace(f"rounds = {ROUNDS}", f"rounds = {rounds}")
            .replace("### rounds", f"### rounds-{name}"), "utf-8")
    out = tmp_path / "out.json"
    done = zctrace("check", tmp_path / "a.md", tmp_path / "b.md", "--json", out)
    assert done.returncode == MEASURED, done.stderr
    report = json.loads(out.read_text("utf-8"))
    assert sorted(s["payload_bytes"] for s in report["scenarios"]) == [7 * CHUNK, 11 * CHUNK]
    assert {claim["id"]: claim["verdict"] for claim in report["claims"]
            } == {"rounds-a": "holds", "rounds-b": "holds"}


def test_an_expectation_that_fails(tmp_path):
    article = tmp_path / "my.md"
    article.write_text(ARTICLE, "utf-8")
    done = zctrace("check", article, "-q", "--json", tmp_path / "x.json", "--expect",
                   "wrong=holds")
    assert done.returncode == EXPECTED_OTHER
    assert 'wrong: expected "holds", found "does not hold" (measured 2.00)' in done.stderr


def test_a_file_is_read_as_the_user_who_called_sudo(tmp_path):
    article = tmp_path / "secret.md"
    article.write_text(ARTICLE, "utf-8")
    article.chmod(0o600)
    done = zctrace("check", article, env={**os.environ, "SUDO_UID": str(NOBODY),
                                          "SUDO_GID": str(NOBODY)})
    assert done.returncode == USAGE
    assert "Permission denied" in done.stderr


@pytest.mark.parametrize("options,what", [
    (("doc1", "--link", "veth"), "the articles say under which conditions"),
    (("doc1", "--cold"), "the articles say under which conditions"),
    (("doc1", "--rate", "1Gbit"), "the articles say under which conditions"),
    (("doc1", "--expect", "nonsense=holds"), 'no claim "nonsense"'),
    ((), "which ARTICLE?"),
])
def test_wrong_options(options, what):
    done = zctrace("check", *options)
    assert done.returncode == USAGE and what in done.stderr


def test_without_privilege(tmp_path):
    """Saved reports need none; a measurement says what it needs."""
    done = zctrace("check", "doc1", user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
    assert done.returncode == MACHINE, done.stderr
