# SPDX-License-Identifier: GPL-2.0
"""The page as a document: complete, silent, alone, and with the report's numbers."""
import html.parser
import json
import re

import pytest

import conftest
import reports

KINDS = {"compare": reports.compare, "full": reports.full, "run": reports.run,
         "sweep": reports.sweep}
MEGABYTE = 1000 * 1000


@pytest.fixture(params=[*KINDS, *conftest.GOLDEN], ids=lambda kind: getattr(kind, "stem", kind))
def any_page(request, made):
    """Of every kind of report there is, and of every report that the golden tests render."""
    if request.param in KINDS:
        return made(request.param, KINDS[request.param]())
    return made(f"golden-{request.param.stem}", json.loads(request.param.read_text("utf-8")))


def test_opens_without_a_word_and_without_a_request(page, any_page):
    page.open(any_page)
    assert page.complaints() == []
    assert page.requested() == [any_page.as_uri()]
    assert page.text("h1")


def test_is_small(any_page):
    assert any_page.stat().st_size < MEGABYTE


def test_is_small_with_long_timelines(made):
    """Fifteen scenarios with timelines as long as they are recorded by default, and then some."""
    report = reports.full()
    for number, scenario in enumerate(report["scenarios"]):
        scenario["timeline"] = reports.timeline([("sendfile", "file→tcp", 9000)], 600, 65536,
                                                number).saved()
    assert made("long", report).stat().st_size < MEGABYTE


def test_pictures_that_look_alike_are_one(page, made):
    report = reports.full()
    page.open(made("full", report))
    shown = [name for card in page.texts(".card h3") for name in card.split(" · ")]
    assert len(shown) == len(set(shown)) == len(report["scenarios"])
    assert 2 <= len(page.all(".card")) < len(shown)
    assert len(page.all(".card svg.path")) == len(page.all(".card"))


@pytest.mark.parametrize("width", (390, 768, 1280, 1920))
def test_nothing_hangs_over_the_side(page, any_page, width):
    page.open(any_page, width=width)
    assert page.script("return document.documentElement.scrollWidth") <= width


class Nesting(html.parser.HTMLParser):
    """That each element is closed where it should be."""
    VOID = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.wrong = [], [], []

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        self.ids += [value for name, value in attributes if name == "id"]
        if len(set(names)) < len(names):
            self.wrong.append(f"{tag} has an attribute twice")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


def test_is_well_formed(any_page):
    parser = Nesting()
    parser.feed(any_page.read_text(encoding="utf-8"))
    parser.close()
    assert parser.wrong == [] and parser.open == []
    assert sorted(set(parser.ids)) == sorted(parser.ids)


def test_sections_come_in_order(page, made):
    page.open(made("compare", reports.compare()))
    sections = page.all("main section")
    assert [section.get_attribute("id") for section in sections] == [
        "claims", "path", "crossings", "time", "numbers", "runs", "evidence"]
    assert page.texts("nav a") == ["Claims", "Path", "Crossings", "Time", "Numbers", "Runs",
                                   "Evidence"]


# --- the numbers ---

CLAIMS = """return Array.from(document.querySelectorAll('table.claims tbody'), body => ({
    text: body.querySelector('th').textContent,
    cells: Array.from(body.querySelectorAll('tr:first-child td'), cell => cell.textContent),
    why: body.querySelector('.because')?.textContent ?? ''}))"""


def test_claims_are_the_reports(page, made):
    report = reports.compare()
    shown = page.open(made("compare", report)).script(CLAIMS)
    assert [claim["text"] for claim in shown] == [claim["text"] for claim in report["claims"]]
    for on_page, claim in zip(shown, report["claims"]):
        documents, measured, verdict = on_page["cells"]
        assert verdict.startswith(claim["verdict"])
        assert documents == claim["documents"]
        assert measured == (claim["measured_text"] or "—")
        for reason in ("why", "condition", "rule", "evidence"):
            assert (claim[reason] or "") in on_page["why"]


def test_claims_open_their_evidence(page, made):
    page.open(made("compare", reports.compare()))
    details = page.all(".because details")[0]
    assert not details.find_element("css selector", "p").is_displayed()
    page.show(details).find_element("css selector", "summary").click()
    assert details.find_element("css selector", "p").is_displayed()


def values(page, selector):
    return [float(value) for value in page.script(
        "return Array.from(document.querySelectorAll(arguments[0]), d => d.value)",
        selector + " data")]


NUMBERS = """return Object.fromEntries(Array.from(
    document.querySelectorAll('#numbers tbody tr'), row => [row.cells[0].textContent, Array.from(
        row.querySelectorAll('td.n'), cell => cell.querySelector('data')?.value ?? null)]))"""


def test_numbers_are_the_reports(page, made):
    report = reports.compare()
    shown = page.open(made("compare", report)).script(NUMBERS)
    for place, scenario in enumerate(report["scenarios"]):
        crossings = scenario["crossings"]
        for label, value in [("rounds", scenario["rounds"]),
                             ("crossings per round", crossings["per_round"]),
                             ("data calls", crossings["data"]),
                             ("control calls", crossings["control"]),
                             ("crossings, all", crossings["total"])]:
            assert float(shown[label][place]) == value


def test_legs_are_the_reports(page, made):
    report = reports.compare()
    page.open(made("compare", report))
    drawn = page.script("""return Array.from(document.querySelectorAll('.picture'),
        picture => +picture.dataset.scenario)""")
    assert drawn
    for card, index in enumerate(drawn, 1):
        rows = page.script("""return Array.from(document.querySelectorAll(
            `.card:nth-child(${arguments[0]}) table.legs tr:not(.because):has(td)`),
            row => Array.from(row.querySelectorAll('data'), d => Number(d.value)))""", card)
        legs = report["scenarios"][index]["legs"]
        assert rows == [[] if leg["bytes"] is None else [leg["bytes"], leg["per_byte"]]
                        for leg in legs]
        assert all(leg["why"] in page.text(f".card:nth-child({card})") for leg in legs
                   if leg["bytes"] is None)


def test_runs_are_the_reports(page, made):
    report = reports.compare()
    page.open(made("compare", report))
    runs = [run for scenario in report["scenarios"] for run in scenario["runs"]]
    assert [run["elapsed_ns"] for run in runs] == page.script(
        "return zctrace.page.report.scenarios.flatMap(s => s.runs.map(run => run.elapsed_ns))")
    rows = page.texts("table.runs tbody tr")
    assert len(rows) == len(runs)
    assert all(f"{run['elapsed_ns'] / 1e9:.3f} s" in row for run, row in zip(runs, rows)
               if run["elapsed_ns"] >= 10**8)
    assert len(page.all("#runs-plot circle")) == len(runs)
    assert len(page.all("#runs-plot line.median")) == 2 * len(report["scenarios"])


def test_calls_are_the_reports(page, made):
    report = reports.compare()
    page.open(made("compare", report))
    calls = [call for scenario in report["scenarios"] for call in scenario["syscalls"]]
    rows = page.script("""const rows =
            document.querySelectorAll('table.calls tbody tr:not(.because)');
        return Array.from(rows, row => ({
            name: row.cells[1].textContent, data: row.cells[1].className.includes('strong'),
        numbers: Array.from(row.querySelectorAll('data'), d => +d.value),
        histogram: Array.from(row.querySelectorAll('rect'), r => +r.dataset.count)}))""")
    assert len(rows) == len(calls)
    for row, call in zip(rows, calls):
        assert row["name"] == call["name"] and row["data"] == call["data"]
        assert row["numbers"] == [call[key] for key in (
            "calls", "errors", "bytes", "cpu_ns", "blocked_ns", "runnable_ns")]
        if call["calls"] > 1:  # the one of a single call would say nothing
            assert row["histogram"] == [count for count in call["histogram_log2_ns"] if count]


def test_every_number_that_is_missing_says_why(page, any_page):
    page.open(any_page)
    assert page.script("""return Array.from(document.querySelectorAll('.unmeasured'))
        .filter(e => !e.nextElementSibling?.textContent.trim()).length""") == 0


def test_witnesses_and_loss_are_said(page, made):
    report = reports.compare()
    report["scenarios"][0]["witnesses"][0].update(witness=7, agree=False)
    report["scenarios"][1]["loss"]["map_full"] = 12
    page.open(made("doubtful", report))
    assert "11 of 12" in page.text("#evidence .tally")
    assert page.texts("table.witnesses td.bad") == ["differ"]
    assert page.one("table.witnesses").is_displayed()
    assert "12 events lost" in page.texts("#evidence .tally")[1]
    assert page.text(".command") == "sudo ./zctrace compare --chunk 64K"


def test_a_command_can_be_pasted(page, made):
    report = reports.compare()
    report["tool"]["command"] = ["./zctrace", "run", "--", "sh", "-c", "echo 'a  b' $X", ""]
    page.open(made("command", report))
    assert page.text(".command") == r"sudo ./zctrace run -- sh -c 'echo '\''a  b'\'' $X' ''"


def test_flows_lead_where_there_are_some(page, made):
    report = reports.run()
    page.open(made("run", report))
    flows = report["scenarios"][0]["flows"]
    assert page.script("return document.querySelector('main section').id") == "flows"
    verdicts = page.texts(".flows .because p")
    assert all(shown.startswith(flow["verdict"]) for shown, flow in zip(verdicts, flows))
    assert [values(page, f".flows tbody:nth-of-type({i}) td[data-label=bytes]")[0]
            for i in range(1, len(verdicts) + 1)] == [flow["bytes"] for flow in flows]
    assert page.text(".warnings li") == report["warnings"][0]


def test_a_failed_scenario_says_why(page, made):
    report = reports.compare()
    report["scenarios"][1]["failed"] = "veth is not there: modprobe veth"
    page.open(made("failed", report))
    assert "veth is not there" in page.text("#numbers .remarks")
    assert "copy 64 KiB" not in page.text("#path")


def test_without_scripts_every_number_is_there(page, made):
    report = reports.compare()
    page.open(made("compare", report), script=False)
    page.cdp("Emulation.setScriptExecutionDisabled", value=False)
    assert "does not run" in page.text("noscript")
    assert not page.all("svg.path") and not page.all("svg.zoom")
    shown = page.script(NUMBERS)
    assert float(shown["crossings, all"][0]) == report["scenarios"][0]["crossings"]["total"]
    assert len(page.all("table.calls tbody tr:not(.because)")) == sum(
        len(scenario["syscalls"]) for scenario in report["scenarios"])
    assert page.complaints() == []


def test_without_d3_the_rest_works(page, made, tmp_path):
    """As a page made by a zctrace that was built without it."""
    source = made("compare", reports.compare()).read_text(encoding="utf-8")
    without = re.sub(r"<script>// https://d3js.org.*?</script>", "", source, flags=re.DOTALL)
    assert len(without) < len(source) - 200000
    bare = tmp_path / "bare.html"
    bare.write_text(without, encoding="utf-8")
    page.open(bare)
    assert page.complaints() == []
    assert page.all("svg.path") and not page.all("svg.zoom")
    page.hover(page.all("#runs-plot circle")[0])
    assert page.tip().endswith("run 1")


# --- for everybody ---

def test_pictures_have_names_and_headings_have_order(page, any_page):
    page.open(any_page)
    assert page.script("""return Array.from(document.querySelectorAll('svg'))
        .filter(svg => !svg.closest('[aria-hidden=true]') && !svg.hasAttribute('aria-label') &&
                !svg.hasAttribute('aria-labelledby')).map(svg => svg.classList[0])""") == []
    assert page.script("return document.querySelectorAll('h1').length") == 1
    levels = page.script("return Array.from(document.querySelectorAll('main :is(h1, h2, h3, h4)'),"
                         " h => +h.tagName[1])")
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))


def test_tables_have_captions_and_heads(page, any_page):
    page.open(any_page)
    assert page.script("""return Array.from(document.querySelectorAll('table'))
        .filter(t => !t.querySelector('caption') ||
                !t.querySelector('thead th[scope], th[scope=row]')).length""") == 0


def test_regions_that_scroll_can_be_reached_by_keyboard(page, any_page):
    page.open(any_page, width=390)
    assert page.script("""return Array.from(document.querySelectorAll('main *'))
        .filter(e => e.scrollWidth > e.clientWidth + 1 &&
                getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0).length""") == 0
