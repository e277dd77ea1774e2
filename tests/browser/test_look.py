# SPDX-License-Identifier: GPL-2.0
"""How the page looks: dark and light, on paper, and with enough contrast for everybody."""
import base64
import re

import pytest

import reports

CONTRAST = 4.5		# WCAG AA for text
# What is read, and what it stands on.
TEXTS = (("body", "body"), (".lead", "body"), (".intro", "body"), (".claims tbody th", ".claims"),
         (".claims td.good", ".claims"), (".claims td.bad", ".claims"),
         (".claims td.doubt", ".claims"), (".because .dim", ".claims"), ("nav a", ".top"),
         (".card .remarks", ".card"), (".timeline .note", ".timeline"), (".readout", ".timeline"),
         (".dots-row p", "body"), ("footer p", "body"))
COLOURS = """const shade = name => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    canvas.fillStyle = name;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data).slice(0, 3);
};
const style = selector => getComputedStyle(document.querySelector(selector));
return [shade(style(arguments[0]).color), shade(style(arguments[1]).backgroundColor)]"""


def luminance(colour):
    parts = [(value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4)
             for value in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def background(page):
    return luminance(page.script(COLOURS, "body", "body")[1])


@pytest.fixture
def compare(made):
    return made("compare", reports.compare())


def test_follows_the_system(page, compare):
    assert background(page.open(compare, scheme="light")) > 0.8
    assert background(page.open(compare, scheme="dark")) < 0.05
    assert page.complaints() == []


def test_a_button_turns_it(page, compare):
    page.open(compare, scheme="light")
    button = page.one("#theme")
    assert button.text == "Dark" and "dark" in button.get_attribute("aria-label")
    button.click()
    assert background(page) < 0.05
    button.click()
    assert background(page) > 0.8


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("text, ground", TEXTS)
def test_text_can_be_read(page, compare, scheme, text, ground):
    page.open(compare, scheme=scheme)
    page.wait("document.querySelector(arguments[0])", text)
    assert contrast(*page.script(COLOURS, text, ground)) >= CONTRAST


def test_movers_differ_in_form(page, made):
    """Without any colour the arrows can still be told apart."""
    page.open(made("full", reports.full()))
    forms = page.script("""const forms = {};
        document.querySelectorAll('.path .arrow').forEach(arrow => {
            const style = getComputedStyle(arrow.querySelector('.line'));
            forms[arrow.classList[1]] = [style.strokeWidth, style.strokeDasharray,
                arrow.querySelectorAll('.inner').length,
                arrow.querySelector('.pill-text')?.textContent];
        });
        return forms""")
    assert set(forms) == {"cpu", "dma", "ref", "idle", "unknown"}
    assert len({tuple(map(str, form)) for form in forms.values()}) == 5
    assert [forms[mover][3] for mover in ("cpu", "dma", "ref", "unknown")] == [
        "CPU", "DMA", "no copy", "?"]


def test_sendfile_bypasses_user_space(page, compare):
    page.open(compare)
    legs = page.script("""return Array.from(document.querySelectorAll('svg.path'), svg =>
        Array.from(svg.querySelectorAll('.arrow'), a => a.dataset.leg))""")
    assert legs[0] == ["disk-cache", "cache-user", "user-socket", "socket-device",
                       "socket-receiver"]
    assert legs[1] == [leg for leg in legs[0] if leg != "cache-user"]
    assert page.script("return document.querySelectorAll('svg.path')[1]"
                       ".querySelectorAll('.node.unused').length") == 1


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_prints(page, compare, scheme):
    page.open(compare, scheme=scheme)
    printed = page.cdp("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)
    pdf = base64.b64decode(printed["data"])
    assert pdf.startswith(b"%PDF") and 4 <= pages_of(pdf) <= 16


def test_paper_is_white_and_shows_what_was_folded(page, compare):
    page.open(compare, scheme="dark", media="print")
    assert page.script(COLOURS, "body", "body")[1] == [255, 255, 255]
    page.script("window.dispatchEvent(new Event('beforeprint'))")
    assert page.all("details:not([open])") == []
    assert not page.one("nav").is_displayed() and not page.one(".controls").is_displayed()
    assert page.all(".because details p")[0].is_displayed()
    page.script("window.dispatchEvent(new Event('afterprint'))")
    assert page.all("details:not([open])") != []


def test_motion_is_only_for_those_who_want_it(page, compare):
    page.open(compare)
    page.cdp("Emulation.setEmulatedMedia",
             features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    assert page.script("return getComputedStyle(document.documentElement).scrollBehavior") == "auto"
