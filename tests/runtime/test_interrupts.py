# SPDX-License-Identifier: GPL-2.0
"""Interrupts: all that hit a thread are counted, and those that hit it in user mode are crossings
beside those that it asked for."""
import pytest

from traced import program, run

pytestmark = pytest.mark.usefixtures("place")

TRACEPOINTS = ["local_timer_entry", "reschedule_entry", "call_function_entry",
               "call_function_single_entry", "irq_work_entry", "irq_handler_entry", "nmi_handler"]


def spins(place, mode):
    """What zctrace counted, and what /proc/interrupts has for the CPU in a part of that time."""
    with (place / "count").open("w+") as out:
        scenario = run(place, [program("spins"), mode], stdout=out)
        out.seek(0)
        there = int(out.read())
    (role,) = scenario["roles"].values()
    return scenario, role["interrupts"], there


@pytest.mark.alone
@pytest.mark.parametrize("mode, other", [("user", "kernel"), ("kernel", "user")])
def test_every_interrupt_of_a_thread_that_has_a_cpu_to_itself(place, mode, other):
    scenario, counted, there = spins(place, mode)
    assert there >= 10, "the timer's, at 100 Hz or more, for 200 ms"
    assert counted["user"] + counted["kernel"] >= there
    assert counted[mode] > 2 * counted[other], "it starts and looks around in the kernel"
    assert scenario["crossings"]["interrupts"] == 2 * counted["user"]


def test_they_are_no_more_than_the_machine_had(place):
    scenario, counted, _ = spins(place, "user")
    (witness,) = (w for w in scenario["witnesses"] if w["id"] == "all.interrupts_beyond")
    assert witness["agree"] and witness["counted"] == witness["witness"] == 0
    assert witness["rule"].startswith(f"{counted['user'] + counted['kernel']} interrupts hit it")


def test_they_are_not_in_the_crossings_of_calls(place):
    scenario, counted, _ = spins(place, "user")
    crossings = scenario["crossings"]
    assert crossings["total"] == sum(crossings[part] for part in ("data", "control", "user_faults"))
    assert counted["user"] > 0


@pytest.mark.parametrize("tracepoint", TRACEPOINTS)
def test_without_one_tracepoint_they_are_not_measured(place, tracepoint):
    scenario = run(place, ["true"], "--without", tracepoint)
    assert scenario["crossings"]["interrupts"] is None
    assert "left out by --without" in scenario["crossings"]["why"]
    (role,) = scenario["roles"].values()
    assert role["interrupts"] == {"user": None, "kernel": None, "why": "left out by --without"}
    assert [w for w in scenario["witnesses"] if "interrupts" in w["id"]] == []
    assert scenario["crossings"]["total"] is not None


def test_counts_only_does_not_ask(place):
    scenario = run(place, ["true"], "--counts-only")
    assert scenario["crossings"]["interrupts"] is None
    assert "not asked for: --counts-only" in scenario["crossings"]["why"]
