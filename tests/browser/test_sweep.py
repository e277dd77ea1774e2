# SPDX-License-Identifier: GPL-2.0
"""The chart of a sweep: every run is a dot that says its name; and its table of numbers."""
import re

import pytest
from selenium.webdriver.common.keys import Keys

import reports

PLACE = r"translate\(([-0-9.e]+),([-0-9.e]+)\)"


@pytest.fixture
def sweep(made):
    return made("sweep", reports.sweep())


def runs(report, traced):
    return [(scenario, run) for scenario in report["scenarios"] for run in scenario["runs"]
            if run["traced"] == traced]


def places(page, selector):
    """Where marks stand, in the order in which they were drawn."""
    return [tuple(map(float, re.match(PLACE, place).groups())) for place in page.script(
        "return Array.from(document.querySelectorAll(arguments[0]),"
        " e => e.getAttribute('transform'))", selector)]


def drawn(page, path, **more):
    page.open(path, **more)
    page.wait("document.querySelector('.sweep .dot')")


def choose(page, value):
    page.script("const s = document.getElementById('sweep-quantity'); s.value = arguments[0];"
                "s.dispatchEvent(new Event('change'))", value)


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", (390, 1280))
def test_every_run_is_a_dot(page, sweep, width, scheme):
    report = reports.sweep()
    drawn(page, sweep, width=width, scheme=scheme)
    assert page.complaints() == []
    assert page.script("return document.querySelector('main section').id") == "sweep"
    assert len(page.all(".sweep .dot.cpu")) == len(runs(report, traced=False))
    assert len(page.all(".sweep .dot.crossings")) == len(runs(report, traced=True))
    assert len(page.all(".sweep .point")) == len(report["scenarios"])
    assert len(page.all(".sweep path.series")) == 3 * 2, "two ways in each of three panels"
    assert page.script("return document.documentElement.scrollWidth") <= width


def with_groups():
    """The untraced runs of one size in the middle are 18 or 64 ms long."""
    report = reports.sweep()
    one = report["scenarios"][6]
    untraced = [run for run in one["runs"] if not run["traced"]]
    for number, run in enumerate(untraced):
        run["elapsed_ns"] = (18000000, 64000000)[number % 2] + number * 1000
    one["elapsed_ns"]["untraced"] = reports.spread([run["elapsed_ns"] for run in untraced])
    return report


def pieces(page):
    """How many pieces the lines of the upper panel are in."""
    return [path.get_attribute("d").count("M") for path in page.all(".sweep path.series")[:2]]


def test_no_line_goes_through_two_groups_of_runs(page, made):
    drawn(page, made("groups", with_groups()))
    note = "document.querySelector('.sweep-note').hidden"
    assert (pieces(page), page.script(f"return {note}")) == ([1, 1], True), "that is CPU time"
    choose(page, "elapsed")
    assert (pieces(page), page.script(f"return {note}")) == ([2, 1], False)
    assert len(page.all(".sweep .dot.elapsed")) == len(runs(reports.sweep(), traced=False))
    assert "fall into two groups" in page.script("return document.body.innerText")


@pytest.mark.parametrize("width", (390, 1280))
def test_marks_stay_in_the_picture(page, sweep, width):
    drawn(page, sweep, width=width)
    outside = page.script("""const frame = document.querySelector('.sweep').getBoundingClientRect();
        return Array.from(document.querySelectorAll('.sweep .dot, .sweep .point, .sweep text'))
            .map(e => e.getBoundingClientRect())
            .filter(b => b.left < frame.left - 1 || b.right > frame.right + 1 ||
                         b.top < frame.top - 1 || b.bottom > frame.bottom + 1).length""")
    assert outside == 0


def test_a_larger_chunk_is_further_right_and_more_time_higher(page, sweep):
    report = reports.sweep()
    drawn(page, sweep)
    for quantity, value in (("elapsed", lambda run: run["elapsed_ns"]),
                            ("cpu", lambda run: run["sender_user_ns"] + run["sender_system_ns"])):
        choose(page, quantity)
        marks = places(page, f".sweep .dot.{quantity}")
        for way in ("copy", "sendfile"):
            made = [(scenario["chunk_bytes"], value(run)) for scenario, run in
                    runs(report, traced=False) if scenario["id"] == way]
            shown = marks[:len(made)]
            marks = marks[len(made):]
            order = sorted(range(len(made)), key=lambda i: made[i][0])  # noqa: B023
            columns = [shown[i][0] for i in order]
            assert columns == sorted(columns) and len(set(columns)) == 8
            by_time = sorted(range(len(made)), key=lambda i: made[i][1])  # noqa: B023
            heights = [shown[i][1] for i in by_time]
            assert heights == sorted(heights, reverse=True)
        assert marks == []


def test_the_scale_of_chunks_is_logarithmic(page, sweep):
    drawn(page, sweep)
    columns = sorted({x for x, _ in places(page, ".sweep .point")})[::2]
    steps = [b - a for a, b in zip(columns, columns[1:])]
    assert max(steps) - min(steps) < 0.01


def test_hover_names_a_run(page, sweep):
    drawn(page, sweep)
    page.hover(page.all(".sweep .dot.cpu")[7])
    assert re.fullmatch(r"[0-9.]+ (s|ms|µs) copy, 4 KiB, untraced, run 3", page.tip())
    page.hover(page.all(".sweep .dot.crossings")[-1])
    assert re.fullmatch(r"[0-9,]+ sendfile, 16 MiB, traced, run 5", page.tip())
    page.hover(page.all(".sweep .point")[0])
    assert page.tip() == "2.00 CPU copies per byte, copy, 1 KiB"


def test_the_keyboard_reads_every_size(page, sweep):
    drawn(page, sweep)
    page.script("document.querySelector('svg.sweep').focus()")
    assert page.tip().startswith("1 KiB: copy CPU time of the sender ")
    page.keys(Keys.ARROW_RIGHT)
    said = page.text(".spoken")
    assert said == page.tip() and said.startswith("4 KiB: copy ")
    assert "2.00 copies per byte; sendfile" in said and "crossings 65,554" in said
    page.keys(*[Keys.ARROW_RIGHT] * 20)
    assert page.tip().startswith("16 MiB: ")
    page.script("document.activeElement.blur()")
    assert page.tip() is None


def test_the_table_has_the_reports_numbers(page, sweep):
    report = reports.sweep()
    drawn(page, sweep)
    rows = page.script("""return Array.from(document.querySelectorAll('.sweep-table tbody tr'),
        row => [row.cells[0].textContent,
                Array.from(row.querySelectorAll('data'), d => Number(d.value))])""")
    assert [way for way, _ in rows if way] == ["copy", "sendfile"]
    points = [s for way in ("copy", "sendfile") for s in report["scenarios"] if s["id"] == way]
    assert len(rows) == len(points)
    for (_, numbers), point in zip(rows, points):
        assert numbers == [
            point["crossings"]["total"], 2 if point["id"] == "copy" else 0,
            point["sender_cpu_ns"]["untraced"]["median"], point["elapsed_ns"]["untraced"]["median"],
            point["bytes_per_second"]]


def test_without_scripts_the_table_is_there(page, sweep):
    page.open(sweep, script=False)
    assert page.one(".sweep-table").is_displayed()
    assert not page.one("#sweep-chart").is_displayed()


def test_what_was_not_measured_is_left_out_of_the_chart(page, made):
    report = reports.sweep()
    for scenario in report["scenarios"]:
        if scenario["id"] == "sendfile":
            scenario["legs"][2].update(bytes=None, per_byte=None, why="left out")
            for run in scenario["runs"]:
                run.update(crossings=None, why="no probe")
    drawn(page, made("sweep-unmeasured", report))
    assert page.complaints() == []
    assert len(page.all(".sweep .point")) == 8 and len(page.all(".sweep .dot.crossings")) == 8 * 5
    assert len(page.all(".sweep .dot.cpu")) == 16 * 5


def test_paper_has_the_chart(page, sweep):
    drawn(page, sweep, media="print")
    assert page.one("svg.sweep").is_displayed()
    assert not page.one(".sweep-figure .chooser").is_displayed()
