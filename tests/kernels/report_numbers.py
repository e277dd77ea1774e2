# SPDX-License-Identifier: GPL-2.0
"""The exact numbers in a report of zctrace, under the names that expected.py uses.

Used by check_kernels.py. A number that was not measured is None.
"""
ORIGINS_ELSE = ("anonymous", "zero_page", "truncated", "unknown")


def leg(scenario, name):
    return next(one for one in scenario["legs"] if one["id"] == name)


def origins(where, table):
    """The origins of the bytes at one place, from a table of the report or None."""
    table = table or {}
    other = [table.get(name) for name in ORIGINS_ELSE]
    return {
        f"{where}: file pages": table.get("file_page"),
        f"{where}: copied": table.get("private"),
        f"{where}: other": None if None in other else sum(other),
    }


# In an emulated machine QEMU waits for a CPU of the host's without telling the guest, so the two
# readings of its clocks that CPU time is compared by can be any time apart.
UNTOLD_BY_QEMU = {"sender.cpu_ns"}


def trust(scenario, emulated):
    against = [one["id"] for one in scenario["witnesses"] if not one["agree"]]
    return {
        "witnesses against": len(set(against) - (UNTOLD_BY_QEMU if emulated else set())),
        "lost": sum(scenario["loss"].values()),
    }


def of_transfer(scenario):
    crossings = scenario["crossings"]
    segments = leg(scenario, "user-socket")
    return {
        "rounds": scenario["rounds"],
        "crossings, data": crossings["data"],
        "crossings, control": crossings["control"],
        "disk → page cache": leg(scenario, "disk-cache")["bytes"],
        "page cache → user": leg(scenario, "cache-user")["bytes"],
        **origins("queued", segments["at_queue_bytes"]),
        **origins("device", segments["origin_bytes"]),
        "socket → receiver": leg(scenario, "socket-receiver")["bytes"],
        "delivered": scenario["received_bytes"],
    }


def of_program(scenario, wanted):
    """The calls named in wanted, over all processes, and the largest flow."""
    numbers = dict.fromkeys(name for name, value in wanted.items() if name != "flow")
    for call in scenario["syscalls"]:
        name = f"{call['name']} {call['fd']}"
        if name in numbers:
            before = numbers[name] or (0, 0, 0)
            now = (call["calls"], call["zeros"], call["bytes"])
            numbers[name] = tuple(map(sum, zip(before, now)))
    flow = scenario["flows"][0] if scenario["flows"] else {}
    fields = ("calls_by", "calls", "bytes", "copies_per_byte", "verdict")
    return {**numbers, "flow": tuple(flow.get(field) for field in fields)}


def of_interrupts(scenario):
    """The mode that most of them hit."""
    hit = next(iter(scenario["roles"].values()))["interrupts"]
    return {"interrupts hit": max(("user", "kernel"), key=lambda mode: hit[mode] or 0)}


def of_report(report, wanted):
    scenario = report["scenarios"][0]
    if "interrupts hit" in wanted:
        numbers = of_interrupts(scenario)
    else:
        numbers = of_program(scenario, wanted) if "flow" in wanted else of_transfer(scenario)
    return {**numbers, **trust(scenario, report["machine"]["virtual"] == "QEMU")}


def find(node, path):
    """Every value in a scenario of a report that a path leads to; * is every member."""
    found = [node]
    for part in path.split("."):
        deeper = []
        for here in found:
            if isinstance(here, list):
                here = {str(item.get("id", i)): item for i, item in enumerate(here)}
            names = here if part == "*" else [part]
            deeper += [(here or {}).get(name) for name in names]
        found = deeper
    return found
