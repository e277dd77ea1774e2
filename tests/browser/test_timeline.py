# SPDX-License-Identifier: GPL-2.0
"""The timelines and charts under the hands of a person: wheel, buttons, keys, pointer."""
import json
import re
import resource

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import conftest
import reports

COPY, SENDFILE = 1, 2		# their places on the page
RENDER_CPU_S, FRAME_MS = 5, 100


@pytest.fixture
def compare(page, made):
    page.open(made("compare", reports.compare()))
    page.wait("document.querySelectorAll('svg.zoom').length === 3")
    return page


def view(page, index):
    """What part of the run the picture shows, ns."""
    return page.script("return document.querySelectorAll('.plot')[arguments[0]].timeline.view",
                       index)


def span(page, index):
    start, end = view(page, index)
    return end - start


def picture(page, index):
    return page.show(page.all("svg.zoom")[index])


def button(page, index, name):
    plot = page.all(".plot")[index]
    page.show(plot.find_element("css selector", f"[aria-label='{name}']")).click()


def numbers(page, index):
    return page.script("""return Array.from(document.querySelectorAll('svg.zoom')[arguments[0]]
        .querySelectorAll('text.number'), t => +t.textContent)""", index)


def test_four_against_two_can_be_counted(compare):
    assert numbers(compare, COPY)[:12] == [1, 2, 3, 4] * 3
    assert numbers(compare, SENDFILE)[:6] == [1, 2] * 3
    rounds = compare.script("""return Array.from(document.querySelectorAll('svg.zoom')[arguments[0]]
        .querySelectorAll('text.round'), t => t.textContent)""", COPY)
    assert rounds[0] == "round 1: 4 crossings"


def test_narrow_screens_can_be_counted_on_too(page, made):
    page.open(made("compare", reports.compare()), width=390)
    page.wait("document.querySelectorAll('svg.zoom').length === 3")
    assert numbers(page, COPY)[:4] == [1, 2, 3, 4]
    assert numbers(page, SENDFILE)[:4] == [1, 2, 1, 2]


def test_buttons_zoom(compare):
    first = view(compare, COPY)
    button(compare, COPY, "All that was recorded")
    whole = span(compare, COPY)
    assert whole > 3 * (first[1] - first[0])
    button(compare, COPY, "Zoom in")
    assert span(compare, COPY) == pytest.approx(whole / 2, rel=0.01)
    button(compare, COPY, "Zoom out")
    assert span(compare, COPY) == pytest.approx(whole, rel=0.01)
    button(compare, COPY, "First rounds")
    assert view(compare, COPY) == pytest.approx(first, rel=0.01)
    button(compare, COPY, "Later")
    assert view(compare, COPY)[0] > first[0]
    button(compare, COPY, "Earlier")
    assert view(compare, COPY) == pytest.approx(first, rel=0.01)


def wheel(page, element, by):
    origin = ScrollOrigin.from_element(element)
    ActionChains(page.driver).scroll_from_origin(origin, 0, by).perform()


def test_wheel_zooms_after_a_click_and_else_scrolls_the_page(compare):
    chart = picture(compare, COPY)
    before = span(compare, COPY)
    wheel(compare, chart, -120)
    assert span(compare, COPY) == before
    picture(compare, COPY).click()
    wheel(compare, chart, -240)
    assert span(compare, COPY) < before / 1.2
    wheel(compare, chart, 240)
    assert span(compare, COPY) == pytest.approx(before, rel=0.05)


def test_drag_moves(compare):
    chart = picture(compare, COPY)
    before = view(compare, COPY)
    ActionChains(compare.driver).move_to_element_with_offset(chart, 200, 0).click_and_hold() \
        .move_by_offset(-300, 0).release().perform()
    after = view(compare, COPY)
    assert after[0] > before[0]
    assert after[1] - after[0] == pytest.approx(before[1] - before[0], rel=0.001)


def place_of(page, index, call):
    """Where a call of the first lane lies, as an offset from the middle of the picture."""
    return page.script("""const t = document.querySelectorAll('.plot')[arguments[0]].timeline;
        const c = t.lanes[0].calls.filter(c => c.round)[arguments[1]];
        const box = t.svg.node().getBoundingClientRect();
        const part = ((c.start + c.end) / 2 - t.view[0]) / (t.view[1] - t.view[0]);
        const x = 58 + part * (t.width - 68);
        return [Math.round(x - box.width / 2), Math.round(90 - box.height / 2)]""", index, call)


def test_pointer_names_each_call(compare):
    chart = picture(compare, COPY)
    for call, words in enumerate(("read on file, round 1, crossings 1 and 2, returned 65,536",
                                  "sendto on tcp, round 1, crossings 3 and 4, returned 65,536",
                                  "read on file, round 2, crossings 1 and 2")):
        compare.hover(chart, *place_of(compare, COPY, call))
        assert words in compare.tip()
    compare.hover(compare.one("h1"))
    assert compare.tip() is None


def test_keys_name_each_call(compare):
    picture(compare, SENDFILE).click()
    readout = f"Array.from(document.querySelectorAll('.readout'))[{SENDFILE}].textContent"
    compare.keys(Keys.ARROW_RIGHT)
    compare.wait(readout + ".startsWith('sender: ')")
    said = []
    for _ in range(4):
        compare.keys(Keys.ARROW_RIGHT)
        said.append(compare.script("return " + readout))
    assert all("sendfile on file→tcp, round" in text for text in said[1:])
    assert len(set(said)) == 4
    compare.keys(Keys.ARROW_DOWN)
    assert compare.script("return " + readout).startswith("receiver: recvfrom on tcp")
    assert compare.one(".readout").get_attribute("aria-live") == "polite"
    compare.keys(Keys.ESCAPE)
    assert "Point at a call" in compare.script("return " + readout)


def test_keys_zoom_and_pan(compare):
    picture(compare, COPY).click()
    first = view(compare, COPY)
    compare.keys("+")
    assert span(compare, COPY) == pytest.approx((first[1] - first[0]) / 2, rel=0.01)
    compare.keys("a")
    assert span(compare, COPY) > 3 * (first[1] - first[0])
    compare.keys("0")
    assert view(compare, COPY) == pytest.approx(first, rel=0.01)
    compare.keys(Keys.PAGE_DOWN)
    assert view(compare, COPY)[0] > first[0]


def test_focus_is_seen(compare):
    compare.script("document.querySelectorAll('.controls')[0].lastElementChild.focus()")
    compare.keys(Keys.TAB)
    assert compare.script("return document.activeElement.classList.contains('zoom') && "
                          "getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_window_may_change_its_width(compare):
    before = view(compare, COPY)
    compare.cdp("Emulation.setDeviceMetricsOverride", width=800, height=900, deviceScaleFactor=1,
                mobile=False)
    compare.wait("document.querySelector('.plot').timeline.width < 800")
    assert view(compare, COPY) == pytest.approx(before, rel=0.01)
    assert compare.complaints() == []


def test_calls_under_the_pictures_are_the_timelines(compare):
    rows = compare.texts("figure.timeline:nth-of-type(2) .calls-table tbody tr")
    assert rows[2].startswith("sender1readfile") and "65536" in rows[2]


def test_what_was_dropped_is_said_on_the_picture(compare):
    notes = compare.texts("figure.timeline .note")
    assert "All 17 events" in notes[0]
    assert re.search(r"The first [\d,]+ of [\d,]+ events", notes[1])
    picture(compare, COPY).click()
    compare.keys("a")
    assert "4,056 events are not on the picture" in compare.texts(".zoom .note-text")


def test_a_million_events(page, tmp_path):
    saved = tmp_path / "million.json"
    saved.write_text(json.dumps(reports.million()), encoding="utf-8")
    page_file = tmp_path / "million.html"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    conftest.render(saved, page_file)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < RENDER_CPU_S
    assert page_file.stat().st_size < 1000 * 1000
    page.open(page_file)
    page.wait("document.querySelectorAll('svg.zoom').length === 3")
    assert "The first 1,000,000 of 1,123,456 events" in page.texts("figure.timeline .note")[2]
    frames = page.script("""const t = document.querySelectorAll('.plot')[2].timeline, times = [];
        for (const view of [[0, t.end], [0, t.end / 50], [t.end / 2, t.end / 2 + 1e7], [0, 5e6]]) {
            const began = performance.now();
            t.show(view);
            times.push(performance.now() - began);
        }
        return times""")
    assert max(frames) < FRAME_MS
    page.script("const t = document.querySelectorAll('.plot')[2].timeline; t.show([0, t.end])")
    page.hover(picture(page, 2), 200, -60)
    assert "in this step of" in page.tip()
    assert page.complaints() == []


def test_what_was_folded_away_is_drawn_when_it_is_opened(page, made):
    page.open(made("full", reports.full()))
    page.wait("document.querySelectorAll('svg.zoom').length === 4")
    fold = page.one("#crossings > details.more")
    assert fold.find_element("css selector", "summary").text == "11 more"
    page.show(fold).find_element("css selector", "summary").click()
    page.wait("document.querySelectorAll('svg.zoom').length === 15")
    assert numbers(page, 5)[:2] == [1, 2]
    assert page.complaints() == []


# --- the other charts ---

def test_dots_name_their_run(compare):
    runs = [run for scenario in reports.compare()["scenarios"] for run in scenario["runs"]]
    compare.hover(compare.all("#runs-plot circle")[0])
    assert compare.tip().endswith("copy whole, untraced, run 1")
    select = Select(compare.show(compare.one("#runs-quantity")))
    select.select_by_value("cpu")
    assert len(compare.all("#runs-plot circle")) == len(runs)
    compare.hover(compare.all("#runs-plot circle")[0])
    assert "copy whole, untraced, run 1" in compare.tip()
    select.select_by_value("crossings")
    assert len(compare.all("#runs-plot circle")) == len([run for run in runs if run["traced"]])
    assert compare.complaints() == []


def test_histogram_bars_are_named_and_change_scale(compare):
    bar = min(compare.all("table.calls .histogram rect"),
              key=lambda candidate: float(candidate.get_attribute("height")))
    compare.hover(bar)
    assert compare.tip().endswith("µs") and "calls took" in compare.tip()
    low = float(bar.get_attribute("height"))
    Select(compare.show(compare.one("#count-scale"))).select_by_value("log")
    assert float(bar.get_attribute("height")) > low
    compare.hover(compare.one("h1"))  # or what moves under the pointer takes the tip with it
    compare.script("document.querySelectorAll('.histogram')[3].focus()")
    assert "calls took" in compare.tip()
    compare.keys(Keys.ARROW_RIGHT)
    assert compare.text(".spoken") == compare.tip()
