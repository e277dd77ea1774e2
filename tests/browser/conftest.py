# SPDX-License-Identifier: GPL-2.0
"""What the browser tests share: `zctrace report FILE --html OUT`, and a Chromium that looks at OUT.

Needs Debian's chromium, chromium-driver and python3-selenium; no root, no network.
"""
import json
import os
import pathlib
import subprocess
import time

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains

HERE = pathlib.Path(__file__).resolve().parent
ZCTRACE = pathlib.Path(os.environ.get("ZCTRACE_BUILD", HERE.parent.parent / "build")) / "zctrace"
GOLDEN = sorted((HERE.parent / "golden" / "fixtures").glob("*.json"))
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars", "--force-color-profile=srgb")
PATIENCE_S = 10


class Page:
    """A page in the browser, and what the tests do with it."""

    def __init__(self, driver):
        self.driver = driver
        self.script = driver.execute_script

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, path, width=1280, height=900, scheme="light", media="", script=True):
        self.driver.get("about:blank")
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 500)
        self.cdp("Emulation.setEmulatedMedia", media=media,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.cdp("Emulation.setScriptExecutionDisabled", value=not script)
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(pathlib.Path(path).as_uri())
        return self

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector):
        return self.script("return Array.from(document.querySelectorAll(arguments[0]), "
                           "e => e.textContent)", selector)

    def wait(self, expression, *arguments):
        """Until a JavaScript expression holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.script("return " + expression, *arguments):
            assert time.monotonic() < end, f"never: {expression}"
            time.sleep(0.02)

    def show(self, element):
        """In the middle of the window and at rest."""
        self.script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        return element

    def hover(self, element, x=0, y=0):
        ActionChains(self.driver).move_to_element_with_offset(self.show(element), x, y).perform()

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def tip(self):
        return self.script("const t = document.querySelector('.tip');"
                           "return t.hidden ? null : t.textContent")

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def network(self, event):
        """What the browser says of its requests since the page was opened or this was asked."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.driver.get_log("performance")]
        return [message["params"] for message in messages
                if message["method"] == "Network." + event]

    def requested(self):
        """Every address that the page asked for."""
        return [sent["request"]["url"] for sent in self.network("requestWillBeSent")]


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def page(driver):
    return Page(driver)


def render(saved, to):
    subprocess.run([ZCTRACE, "report", saved, "--html", to], check=True,
                   stdout=subprocess.DEVNULL, timeout=120)
    return to


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """made(report) -> the HTML file of a report, rendered once for each name."""
    place = tmp_path_factory.mktemp("reports")
    known = {}

    def make(name, report):
        if name not in known:
            saved = place / f"{name}.json"
            saved.write_text(json.dumps(report), encoding="utf-8")
            known[name] = render(saved, place / f"{name}.html")
        return known[name]
    return make
