#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints docs/library.md: the articles in articles/, with their sources and claims.

    python3 tools/library.py >docs/library.md
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEAD = """# The library

The articles whose claims zctrace decides, made of `articles/*.md` by `tools/library.py`.
[articles.md](articles.md) describes the files; `sudo ./zctrace check NAME` decides one on this
machine.

"""


def read(path):
    text = path.read_text("utf-8")
    return {"name": path.stem, "title": re.search(r"^# Article: (.*)$", text, re.M)[1],
            "by": re.search(r"^- by: (.*)$", text, re.M)[1],
            "at": re.search(r"^- at: (.*)$", text, re.M)[1],
            "date": re.search(r"^- date: (.*)$", text, re.M)[1],
            "claims": re.findall(r"^### ([^:]*): (.*)$", text, re.M)}


def link(article):
    if article["at"].startswith("http"):
        return f"[{article['title']}]({article['at']})"
    return article["title"]


def page(articles):
    ids = {}
    for article in articles:
        for name, title in article["claims"]:
            ids.setdefault(name, (title, []))[1].append(article["name"])
    lines = [HEAD, f"{len(articles)} articles, {len(ids)} different claims.\n\n",
             "| name | article | by | date | claims |\n|---|---|---|---|---|\n"]
    lines += [f"| `{a['name']}` | {link(a)} | {a['by']} | {a['date']} | {len(a['claims'])} |\n"
              for a in articles]
    lines += ["\n## Claims\n\n| claim | what it is about | articles |\n|---|---|---|\n"]
    lines += [f"| `{name}` | {title} | {', '.join(names)} |\n"
              for name, (title, names) in sorted(ids.items())]
    return "".join(lines)


if __name__ == "__main__":
    print(page([read(path) for path in sorted((ROOT / "articles").glob("*.md"))]), end="")
