# SPDX-License-Identifier: GPL-2.0
"""The totals that `zctrace report FILE --openmetrics OUT` writes, read by those who will read them:
the OpenMetrics reference parser, Prometheus's promtool, and a node exporter's textfile collector.
"""
import collections
import socket
import subprocess
import time
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import sample_reports as samples
from sample_reports import FIXTURES

PROMTOOL_LINT = 3


def two_scenarios():
    return samples.report(samples.copy_scenario(), samples.sendfile_scenario())


def hostile():
    scenario = samples.copy_scenario()
    name = 'a"b\\c\nd\x1b[31m\u202e} 1\n# EOF'
    scenario["roles"] = {name: samples.role(7), "e" * 4096: samples.role(8)}
    for call in scenario["syscalls"]:
        call["role"] = call["fd"] = name
    return samples.report(scenario)


SOURCES = [pytest.param(make, id=make.__name__) for make in (two_scenarios, hostile)]
SOURCES += [pytest.param(lambda path=path: path, id=path.stem) for path in FIXTURES]


@pytest.fixture(params=SOURCES)
def text(request, tmp_path):
    return samples.convert(request.param(), tmp_path, "openmetrics", "m.prom").read_text("utf-8")


def families(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


def total(family, **labels):
    return sum(sample.value for sample in family.samples
               if labels.items() <= sample.labels.items())


def test_it_is_openmetrics(text):
    found = families(text)
    assert found["zctrace_info"].samples[0].value == 1
    assert all(family.documentation for family in found.values())
    for family in found.values():
        labels = [tuple(sorted(sample.labels.items())) for sample in family.samples]
        assert len(set(labels)) == len(labels)
    assert text.endswith("\n# EOF\n")


def test_promtool_reads_it(text):
    """In the older text format a counter is declared with its _total, in OpenMetrics without. So
    promtool misses the help of every counter; that, and nothing else, it may complain of."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          text=True, timeout=60)
    complaints = (done.stdout + done.stderr).splitlines()
    assert done.returncode in (0, PROMTOOL_LINT), complaints
    assert all(line.endswith("_total no help text") for line in complaints), complaints


def test_the_totals_are_the_reports(tmp_path):
    text = samples.convert(two_scenarios(), tmp_path, "openmetrics").read_text("utf-8")
    found = families(text)
    calls, size = found["zctrace_syscalls"], found["zctrace_payload_bytes"]
    assert total(calls, scenario="copy whole", role="sender", call="read", fd="file") == 2
    assert total(calls, scenario="sendfile 64 KiB", call="sendfile", fd="file→tcp") == 2
    assert total(size, scenario="copy whole", call="sendto") == 1000
    assert size.unit == "bytes"
    assert total(found["zctrace_syscall_errors"], role="receiver") == 1
    assert total(found["zctrace_crossings"], scenario="copy whole") == 12
    assert total(found["zctrace_context_switches"], scenario="copy whole", kind="voluntary") == 6
    assert total(found["zctrace_page_faults"], role="sender", mode="user") == 40
    assert total(found["zctrace_events_lost"]) == 0
    copies = found["zctrace_copies_per_byte"]
    assert total(copies, scenario="copy whole", leg="user-socket") == 1
    assert total(copies, scenario="sendfile 64 KiB", leg="user-socket") == 0
    assert "socket-device" not in {sample.labels["leg"] for sample in copies.samples}


def interrupts(role):
    """What hit the role's threads, where it was measured; older reports have none."""
    return sum(count or 0 for mode, count in (role.get("interrupts") or {}).items()
               if mode != "why")


@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_saved_reports(tmp_path, path):
    scenarios = [s for s in samples.loaded(path)["scenarios"] if not s.get("failed")]
    found = families(samples.convert(path, tmp_path, "openmetrics").read_text("utf-8"))
    calls = [call for scenario in scenarios for call in scenario["syscalls"]]
    flows = [flow for scenario in scenarios for flow in scenario.get("flows") or []]
    expected = {
        "zctrace_syscalls": sum(call["calls"] for call in calls),
        "zctrace_payload_bytes": sum(call["bytes"] for call in calls if call["data"]),
        "zctrace_flow_bytes": sum(flow["bytes"] for flow in flows),
        "zctrace_refused_calls": sum(refused["times"] for flow in flows
                                     for refused in flow.get("refusals") or []),
        "zctrace_interrupts": sum(interrupts(role) for scenario in scenarios
                                  for role in scenario["roles"].values()),
        "zctrace_events_lost": sum(sum(s["loss"].values()) for s in scenarios),
    }
    got = collections.defaultdict(int, {name: total(family) for name, family in found.items()})
    assert {name: got[name] for name in expected} == expected


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def scrape(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(100):
        try:
            return opener.open(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the node exporter does not answer")


@pytest.mark.parametrize("make", [two_scenarios, hostile])
def test_a_node_exporter_takes_it(tmp_path, make):
    directory = tmp_path / "textfiles"
    directory.mkdir()
    made = samples.convert(make(), tmp_path, "openmetrics")
    made.rename(directory / "zctrace.prom")
    port = free_port()
    exporter = subprocess.Popen(
        ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
         f"--collector.textfile.directory={directory}", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lines = scrape(port).splitlines()
    finally:
        exporter.kill()
        exporter.wait()
    assert "node_textfile_scrape_error 0" in lines
    assert any(line.startswith("zctrace_info{") and line.endswith(" 1") for line in lines)
    assert sum(line.startswith("zctrace_syscalls_total{") for line in lines) > 0
