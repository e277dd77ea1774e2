# SPDX-License-Identifier: GPL-2.0
"""A report from a stranger: whatever its texts say, they are shown as text and do nothing."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reports


@pytest.fixture
def hostile(page, made):
    page.open(made("hostile", reports.hostile()))
    return page


def test_nothing_runs(hostile):
    assert hostile.script("return window.hacked") is None
    assert hostile.complaints() == []
    assert len(hostile.requested()) == 1


def test_no_element_comes_from_the_report(hostile):
    assert hostile.all("img, iframe, object, embed, form, base, main style, main link") == []
    assert len(hostile.all("style")) == 1 and len(hostile.all("script:not([type])")) == 6
    assert hostile.script("""return Array.from(document.querySelectorAll('*')).filter(e =>
        Array.from(e.attributes).some(a => a.name.startsWith('on') || a.name === 'style')).map(
            e => e.outerHTML.slice(0, 100)).filter(h => !h.includes('class="tip"') &&
            !h.includes('zoom'))""") == []
    assert hostile.script("""return Array.from(document.querySelectorAll('a')).every(a =>
        a.getAttribute('href').startsWith('#'))""")


def test_texts_are_shown(hostile):
    text = hostile.script("return document.body.textContent")
    for shown in ("</script><script>window.hacked=1</script>", "&lt;b&gt;", "${hacked}",
                  '"><img src=x onerror=window.hacked=1>', r"\x1b[31mred\x07"):
        assert shown in text


def test_deceiving_characters_are_made_visible(hostile):
    text = hostile.script("return document.documentElement.outerHTML")
    assert not any(character in text for character in "\u202e\u2028\u2029\x1b\x07")
    assert r"\xe2\x80\xaegnp.exe" in text


def test_hovering_a_hostile_name_shows_it_as_text(hostile):
    chart = hostile.all("svg.zoom")[1]
    hostile.hover(chart, 0, -40)
    assert hostile.all(".tip img, .tip script") == []
    assert hostile.script("return window.hacked") is None


def test_long_names_are_folded_and_can_be_opened(hostile):
    names = hostile.all("details.name")
    assert names
    whole = hostile.script("return arguments[0].textContent", names[0])
    assert "very/long/" * 400 in whole
    assert len(hostile.text("details.name summary")) < 120


@pytest.mark.parametrize("width", (390, 1280))
def test_nothing_hangs_over_the_side(page, made, width):
    page.open(made("hostile", reports.hostile()), width=width)
    assert page.script("return document.documentElement.scrollWidth") <= width


def test_the_policy_stops_what_would_get_through(hostile):
    hostile.script("""const s = document.createElement('script');
        s.textContent = 'window.hacked = 1'; document.body.appendChild(s);
        const i = new Image(); i.src = 'https://example.invalid/x.png';
        document.body.insertAdjacentHTML('beforeend', '<i onclick="window.hacked=1" id="x">x</i>');
        document.getElementById('x').click()""")
    assert hostile.script("return window.hacked") is None
    assert [failed["blockedReason"] for failed in hostile.network("loadingFailed")] == ["csp"]
    assert any("Content Security Policy" in message for message in hostile.complaints())


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.one_of(st.sampled_from("<>&\"'/!-]\\`$\u202e\u2028\x00\x1b"),
                                  st.characters(blacklist_categories=("Cs",))), max_size=60))
def test_any_text_is_shown_as_it_is(page, made, text):
    """In the heading, in a table and in the data of a timeline; and nothing else changes."""
    text = text.replace("\x00", "")
    report = reports.compare()
    report["sentences"] = ["before " + text + " after"]
    report["scenarios"][0]["syscalls"][0]["name"] = "name" + text
    report["scenarios"][0]["timeline"]["names"][2] = "name" + text
    page.open(made(f"any-{abs(hash(text))}", report))
    shown = page.text("h1")
    assert shown.startswith("before ") and shown.endswith(" after")
    assert all(character in shown for character in text if character in "<>&\"'")
    assert page.script("return document.querySelectorAll('main section').length") == 7
    assert page.complaints() == []
