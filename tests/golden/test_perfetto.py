# SPDX-License-Identifier: GPL-2.0
"""The Perfetto trace that `zctrace report FILE --perfetto OUT` makes, decoded by protoc.

Slices nest, times never go back on a track, there are as many slices as the report has calls,
counters end at what their leg copied, and whatever the names are, the trace stays sound.
"""
import collections
import re
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sample_reports as samples
from sample_reports import ENTER, EXIT, FAULT, FIXTURES, OFF, ON

BEGIN, END, INSTANT, COUNTER = ("TYPE_SLICE_BEGIN", "TYPE_SLICE_END", "TYPE_INSTANT",
                                "TYPE_COUNTER")
LEG_NAMES = {"disk-cache": "disk → page cache", "cache-user": "page cache → user",
             "user-socket": "user → socket", "socket-device": "socket → device",
             "socket-receiver": "socket → receiver"}


# --- reading a trace ---

TOKEN = re.compile(rb'\s*([a-z_]+)(?:: ("(?:[^"\\]|\\.)*"|\S+)| \{)|\s*(\})')
ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def unescape(text):
    def one(match):
        code = match[1]
        return bytes([int(code, 8)]) if code[:1].isdigit() else ESCAPES.get(code, code)
    return re.sub(rb"\\([0-7]{3}|.)", one, text).decode("utf-8")


def parse(text):
    """protobuf's text format: messages as dicts of lists."""
    root = collections.defaultdict(list)
    stack = [root]
    for match in TOKEN.finditer(text):
        if match[3]:
            stack.pop()
        elif match[2] is None:
            message = collections.defaultdict(list)
            stack[-1][match[1].decode()].append(message)
            stack.append(message)
        elif match[2].startswith(b'"'):
            stack[-1][match[1].decode()].append(unescape(match[2][1:-1]))
        else:
            stack[-1][match[1].decode()].append(match[2].decode())
    assert stack == [root]
    return root


def decode(path):
    command = ["protoc", "--decode=perfetto.protos.Trace", f"-I{samples.ROOT / 'user' / 'view'}",
               samples.ROOT / "user" / "view" / "perfetto.proto"]
    with open(path, "rb") as trace:
        done = subprocess.run(command, stdin=trace, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return parse(done.stdout)["packet"]


class Event:
    def __init__(self, packet):
        event = packet["track_event"][0]
        self.ns = int(packet["timestamp"][0])
        self.type = event["type"][0]
        self.track = int(event["track_uuid"][0])
        self.name = event["name"][0] if event["name"] else None
        self.category = event["categories"][0] if event["categories"] else None
        self.value = int(event["counter_value"][0]) if event["counter_value"] else None
        self.notes = {}
        for note in event["debug_annotations"]:
            key = note["name"][0]
            assert key not in self.notes
            for kind, convert in (("string_value", str), ("uint_value", int), ("int_value", int),
                                  ("double_value", float)):
                if note[kind]:
                    self.notes[key] = convert(note[kind][0])
            assert key in self.notes


class Slice:
    def __init__(self, begin, depth):
        self.begin, self.end, self.depth = begin, None, depth
        self.name = begin.name

    @property
    def notes(self):
        return {**self.begin.notes, **self.end.notes}


class Track:
    def __init__(self, descriptor):
        self.id = int(descriptor["uuid"][0])
        self.parent = int(descriptor["parent_uuid"][0]) if descriptor["parent_uuid"] else None
        self.process = descriptor["process"][0] if descriptor["process"] else None
        self.thread = descriptor["thread"][0] if descriptor["thread"] else None
        self.counter = descriptor["counter"][0] if descriptor["counter"] else None
        self.name = descriptor["name"][0] if descriptor["name"] else None
        if self.process is not None:
            self.name = self.process["process_name"][0]
        self.slices, self.instants, self.values = [], [], []


class Trace:
    """A decoded trace; making one checks what must hold of any."""

    def __init__(self, path):
        self.tracks = {}
        last, stacks = {}, collections.defaultdict(list)
        packets = decode(path)
        assert packets[0]["sequence_flags"] == ["1"]
        for packet in packets:
            assert packet["trusted_packet_sequence_id"] == ["1"]
            if packet["track_descriptor"]:
                self.add_track(Track(packet["track_descriptor"][0]))
                continue
            event = Event(packet)
            track = self.tracks[event.track]
            assert event.ns >= last.get(track.id, 0), "time goes back"
            last[track.id] = event.ns
            self.add_event(track, event, stacks[track.id])
        assert not any(stacks.values()), "a slice without an end"
        ids = [(t.thread["pid"][0], t.thread["tid"][0]) for t in self.threads()]
        assert len(set(ids)) == len(ids), "two tracks for one thread"
        pids = [t.process["pid"][0] for t in self.processes()]
        assert len(set(pids)) == len(pids), "two tracks for one process"

    def add_track(self, track):
        assert track.id > 0 and track.id not in self.tracks
        assert track.parent is None or track.parent in self.tracks
        if track.thread is not None:
            process = self.tracks[track.parent].process
            assert process["pid"] == track.thread["pid"]
        self.tracks[track.id] = track

    @staticmethod
    def add_event(track, event, stack):
        assert (event.type == COUNTER) == (track.counter is not None)
        if event.type == BEGIN:
            assert event.name and event.category
            stack.append(Slice(event, len(stack)))
            track.slices.append(stack[-1])
        elif event.type == END:
            assert stack, "an end without a begin"
            stack.pop().end = event
        elif event.type == INSTANT:
            assert event.name and event.category
            track.instants.append(event)
        else:
            track.values.append(event)

    def processes(self):
        return [t for t in self.tracks.values() if t.process is not None]

    def threads(self, process_name=None):
        return [t for t in self.tracks.values() if t.thread is not None and
                process_name in (None, self.tracks[t.parent].name)]

    def waits(self, thread):
        """The track of a thread's scheduler states, or None."""
        found = [t for t in self.tracks.values() if t.parent == thread.id]
        assert len(found) <= 1
        return found[0] if found else None

    def named(self, name):
        found = [t for t in self.tracks.values() if t.name == name]
        assert len(found) == 1, name
        return found[0]

    def counters(self, title):
        return {t.name.removeprefix(title + ": "): t for t in self.tracks.values()
                if t.counter is not None and self.tracks[t.parent].name == title}


def trace_of(report, tmp_path, name="trace"):
    return Trace(samples.convert(report, tmp_path, "perfetto", name))


def exact_size(size):
    for power, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if size >= 1 << power and size % (1 << power) == 0:
            return f"{size >> power} {unit}"
    return f"{size:,} B"


def title_of(scenario):
    title = scenario["id"]
    if scenario.get("variant") not in (None, "", "chunk"):
        title += f" {scenario['variant']}"
    if scenario["chunk_bytes"]:
        title += f" {exact_size(scenario['chunk_bytes'])}"
    if scenario.get("link") not in (None, "", "lo"):
        title += f", {scenario['link']}"
    if scenario.get("rate_bits"):
        title += f" at {scenario['rate_bits'] / 1e9:.4g} Gbit/s"
    if scenario.get("cache") not in (None, "", "warm"):
        title += f", {scenario['cache']}"
    return title


def events_of(scenario):
    line = scenario.get("timeline") or {"names": [], "events": []}
    name = [*line["names"], None]
    return [(e[0], e[1], e[2], name[e[3]], name[e[4]], e[5], e[6]) for e in line["events"]]


# --- what a whole timeline gives ---

def test_one_process_for_each_scenario_and_role(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario(), samples.sendfile_scenario()),
                     tmp_path)
    assert [t.name for t in trace.processes()] == [
        "copy whole: sender", "copy whole: receiver",
        "sendfile 64 KiB: sender", "sendfile 64 KiB: receiver"]
    assert [len(trace.threads(t.name)) for t in trace.processes()] == [1, 1, 1, 1]
    sender = trace.threads("copy whole: sender")[0]
    assert sender.thread["tid"] == ["1000"]
    assert sender.thread["thread_name"] == ["sender"]


def test_calls_are_slices_with_what_is_known_of_them(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario()), tmp_path)
    sender, = trace.threads("copy whole: sender")
    receiver, = trace.threads("copy whole: receiver")

    assert [(s.name, s.begin.ns, s.end.ns) for s in sender.slices] == [
        ("read", 100, 500), ("read", 600, 610), ("sendto", 700, 900)]
    assert [s.notes for s in sender.slices] == [
        {"role": "sender", "fd": "file", "leg": "page cache → user", "copies_per_byte": 1.0,
         "bytes": 1000},
        {"role": "sender", "fd": "file", "leg": "page cache → user", "copies_per_byte": 1.0,
         "bytes": 0},
        {"role": "sender", "fd": "tcp", "leg": "user → socket", "copies_per_byte": 1.0,
         "bytes": 1000}]
    assert [s.notes["bytes"] for s in receiver.slices[:2]] == [600, 400]
    assert receiver.slices[2].notes["error"] == "EAGAIN"
    assert {s.notes["leg"] for s in receiver.slices} == {"socket → receiver"}
    assert {s.begin.category for s in sender.slices} == {"syscall"}


def test_calls_that_move_nothing(tmp_path):
    events = [
        (ENTER, 0, 1000, "openat", "-", 0, 0), (EXIT, 0, 1000, "openat", "-", 1, 7),
        (ENTER, 0, 1000, "lseek", None, 2, 0), (EXIT, 0, 1000, "lseek", None, 3, -29),
        (ENTER, 0, 1000, "mmap", "-", 4, 0), (EXIT, 0, 1000, "mmap", "-", 5, 1 << 62),
        (ENTER, 0, 1000, "rt_sigreturn", "-", 6, 0),
        (EXIT, 0, 1000, "rt_sigreturn", "-", 7, -(1 << 40)),
        (ENTER, 0, 1000, "write", "char device", 8, 0),
        (EXIT, 0, 1000, "write", "char device", 9, 5),
    ]
    trace = trace_of(samples.report(samples.copy_scenario(events=events)), tmp_path)
    calls = trace.threads()[0].slices
    assert calls[0].notes == {"role": "sender", "fd": "-", "returned": 7}
    assert calls[1].notes == {"role": "sender", "error": "ESPIPE"}
    assert calls[2].notes["returned"] == 1 << 62
    assert calls[3].notes["returned"] == -(1 << 40)
    assert calls[4].notes == {"role": "sender", "fd": "char device", "bytes": 5}


def test_scheduler_states_are_on_a_second_track(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario()), tmp_path)
    receiver = trace.waits(trace.threads("copy whole: receiver")[0])
    sender = trace.waits(trace.threads("copy whole: sender")[0])

    assert receiver.name == "scheduler"
    assert [(s.name, s.begin.ns, s.end.ns) for s in receiver.slices] == [
        ("blocked", 160, 760), ("runnable", 760, 800)]
    assert [(s.name, s.begin.ns, s.end.ns) for s in sender.slices] == [("runnable", 830, 890)]
    assert sender.slices[0].notes == {"because": "preempted"}


def test_page_faults_are_instants(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario()), tmp_path)
    faults = trace.threads("copy whole: sender")[0].instants
    assert [(f.name, f.ns, f.category) for f in faults] == [
        ("page fault", 0, "fault"), ("page fault", 510, "fault")]


def test_counters_follow_the_calls_and_end_at_their_leg(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario(), samples.sendfile_scenario()),
                     tmp_path)
    copy = trace.counters("copy whole")
    assert {name: [(v.ns, v.value) for v in track.values] for name, track in copy.items()} == {
        "disk → page cache": [(970, 0)],
        "page cache → user": [(0, 0), (500, 1000), (970, 1000)],
        "user → socket": [(0, 0), (900, 1000), (970, 1000)],
        "socket → receiver": [(0, 0), (820, 600), (950, 1000), (970, 1000)]}
    assert all(t.counter["unit"] == ["UNIT_SIZE_BYTES"] for t in copy.values())
    sendfile = trace.counters("sendfile 64 KiB")
    assert [v.value for v in sendfile["user → socket"].values] == [0, 0]
    assert [v.value for v in sendfile["page cache → user"].values] == [0]


def test_a_leg_that_copied_a_part_counts_that_part(tmp_path):
    scenario = samples.sendfile_scenario(
        legs=samples.legs(1000, user_socket=500, socket_receiver=1000))
    trace = trace_of(samples.report(scenario), tmp_path)
    values = trace.counters("sendfile 64 KiB")["user → socket"].values
    assert [(v.ns, v.value) for v in values] == [(0, 0), (90, 300), (190, 500), (300, 500)]


def test_what_was_not_measured_is_said_and_has_no_counter(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario()), tmp_path)
    assert "socket → device" not in trace.counters("copy whole")
    said, = [i for i in trace.named("copy whole").instants if i.category == "leg"]
    assert said.name == "socket → device: not measured"
    assert said.notes == {"why": "lo has no device"}

    scenario = samples.copy_scenario(legs=samples.legs(1000, cache_user=None))
    call = trace_of(samples.report(scenario), tmp_path, "other").threads()[0].slices[0]
    assert call.notes["copies_per_byte"] == "lo has no device"


def test_the_report_says_what_it_is(tmp_path):
    trace = trace_of(samples.report(samples.copy_scenario()), tmp_path)
    about, = trace.named("zctrace").instants
    assert about.name == "compare"
    assert about.notes["found"] == "One sentence."
    assert about.notes["kernel"] == "6.1.0"


# --- timelines that are not whole ---

@pytest.mark.parametrize("line", [None, {"limit": 0, "dropped": 0, "names": [], "events": []}])
def test_no_timeline_is_said(tmp_path, line):
    scenario = samples.changed(samples.copy_scenario(), timeline=line)
    trace = trace_of(samples.report(scenario), tmp_path)
    said = [i.name for i in trace.named("copy whole").instants]
    assert "no timeline in this report" in said
    assert not trace.threads()
    ends = {name: track.values[-1].value for name, track in trace.counters("copy whole").items()}
    assert ends["user → socket"] == 1000


def test_no_scenario_is_said(tmp_path):
    trace = trace_of(samples.report(), tmp_path)
    assert [i.name for i in trace.named("zctrace").instants] == [
        "compare", "no timeline in this report"]


def test_a_scenario_that_failed_says_why(tmp_path):
    scenario = samples.copy_scenario(events=[], failed="the receiver died")
    said = trace_of(samples.report(scenario), tmp_path).named("copy whole").instants
    assert any(i.notes.get("why") == "the receiver died" for i in said)


def test_a_cut_timeline_is_said_and_counters_end_where_the_run_did(tmp_path):
    whole = samples.copy_scenario()
    cut = samples.copy_scenario(events=events_of(whole)[:5], dropped=13)
    trace = trace_of(samples.report(cut), tmp_path)
    said, = [i for i in trace.named("copy whole").instants if i.category == "zctrace"]
    assert said.name == "the recording is not complete"
    assert said.notes == {"events_not_recorded": 13, "limit": 100000}
    values = trace.counters("copy whole")["user → socket"].values
    assert [(v.ns, v.value) for v in values] == [(0, 0), (9000, 1000)]

    receiver = trace.threads("copy whole: receiver")[0]
    assert receiver.slices[0].end.ns == 500
    assert receiver.slices[0].notes["end"] == "after the recording"
    assert trace.waits(receiver).slices[0].notes == {"end": "after the recording"}


def test_ends_that_were_not_seen(tmp_path):
    events = [
        (EXIT, 0, 1000, "read", "file", 10, 400),
        (ON, 0, 1000, None, None, 15, 3),
        (ENTER, 0, 1000, "read", "file", 20, 0),
        (ENTER, 0, 1000, "sendto", "tcp", 30, 0),
        (OFF, 0, 1000, None, None, 31, 1),
        (OFF, 0, 1000, None, None, 35, 0),
        (EXIT, 0, 1000, "sendto", "tcp", 40, 400),
    ]
    trace = trace_of(samples.report(samples.copy_scenario(events=events)), tmp_path)
    thread, = trace.threads()
    assert [(s.name, s.begin.ns, s.end.ns) for s in thread.slices] == [
        ("read", 20, 30), ("sendto", 30, 40)]
    assert thread.slices[0].notes["end"] == "not seen"
    early, = thread.instants
    assert (early.name, early.ns, early.notes["bytes"], early.notes["begin"]) == (
        "read", 10, 400, "not seen")
    waits = trace.waits(thread)
    assert [(s.name, s.begin.ns, s.end.ns) for s in waits.slices] == [
        ("blocked", 31, 35), ("runnable", 35, 40)]
    assert [i.name for i in waits.instants] == ["on CPU"]


@pytest.mark.parametrize("waited, slices", [
    (0, [("blocked", 100, 200)]),
    (100, [("blocked", 100, 100), ("runnable", 100, 200)]),
    (10 ** 18, [("blocked", 100, 100), ("runnable", 100, 200)]),
    (-5, [("blocked", 100, 200)]),
])
def test_waits_stay_within_their_bounds(tmp_path, waited, slices):
    events = [(OFF, 0, 1000, None, None, 100, 1), (ON, 0, 1000, None, None, 200, waited)]
    trace = trace_of(samples.report(samples.copy_scenario(events=events)), tmp_path)
    waits = trace.waits(trace.threads()[0])
    assert [(s.name, s.begin.ns, s.end.ns) for s in waits.slices] == slices


random_events = st.lists(st.tuples(
    st.sampled_from([ENTER, EXIT, OFF, ON, FAULT]), st.integers(0, 1),
    st.sampled_from([1000, 1001, 4194304, 2 ** 32 - 1]),
    st.sampled_from([None, "read", "sendto", "sendfile", "recvmmsg", "nonsense"]),
    st.sampled_from([None, "file", "tcp", "file→tcp", "→", "pipe→tcp (kTLS)", "-"]),
    st.integers(0, 2 ** 63 - 1), st.integers(-2 ** 63, 2 ** 63 - 1)), max_size=40)


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=random_events)
def test_any_order_of_events_gives_a_sound_trace(tmp_path, events):
    events = sorted(events, key=lambda event: event[5])
    trace = trace_of(samples.report(samples.copy_scenario(events=events)), tmp_path)
    counts = collections.Counter(event[0] for event in events)
    instants = [i for t in trace.threads() for i in t.instants]
    slices = [s for t in trace.threads() for s in t.slices]
    assert len(slices) == counts[ENTER]
    assert sum(i.category == "fault" for i in instants) == counts[FAULT]
    assert len({(e[1], e[2]) for e in events}) == len(trace.threads())
    for track in trace.counters("copy whole").values():
        values = [v.value for v in track.values]
        assert values == sorted(values)


# --- names from outside ---

HOSTILE = [
    "<script>alert(1)</script>", "a]]>b", "\x1b[31mred\x1b[0m", "new\nline", "tab\there",
    'quote"back\\slash', "\u202egnp.exe", "naïve → 文件", "\x7f\x01", "x" * 4096, "é" * 2048,
    "%s%n", "",
]


def visible(text):
    """What must be shown of a text: what cannot be seen, or deceives, as the bytes that it is."""
    bad = "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"
    shown = re.sub(bad, lambda c: "".join(f"\\x{b:02x}" for b in c[0].encode()), text)
    return shown.encode()[:1023].decode(errors="ignore") or "?"


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_survive(tmp_path, name):
    events = [(ENTER, 0, 1000, name, name, 0, 0), (EXIT, 0, 1000, name, name, 5, 7)]
    scenario = samples.copy_scenario(events=events, variant=name)
    scenario["id"] = name
    scenario["roles"] = {name: samples.role(1000)}
    trace = trace_of(samples.report(scenario, mode=name, sentences=[name]), tmp_path)
    thread, = trace.threads()
    call, = thread.slices
    about, = trace.named("zctrace").instants
    assert call.name == call.notes["fd"] == visible(name)
    assert call.notes["role"] == thread.thread["thread_name"][0] == visible(name)
    assert about.notes["found"] == visible(name)
    assert about.name == (visible(name) if name else "report")
    assert trace.processes()[0].name.startswith(visible(name)[:100])


def test_invalid_utf8_is_refused_or_made_visible(tmp_path):
    source = tmp_path / "bytes.json"
    text = samples.json.dumps(samples.report(samples.copy_scenario()))
    source.write_bytes(text.encode().replace(b'"One sentence."', b'"\xff\xfe"'))
    done = samples.convert(source, tmp_path, "perfetto", check=False)
    if done.returncode == 0:
        Trace(tmp_path / "out")
    else:
        assert done.stderr.startswith("zctrace: ")


# --- the file ---

def test_a_full_disk_is_an_error(tmp_path):
    source = tmp_path / "report.json"
    source.write_text(samples.json.dumps(samples.report(samples.copy_scenario())))
    done = subprocess.run([samples.BUILD / "zctrace", "report", source, "--perfetto", "/dev/full",
                           "--quiet"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


def test_field_numbers_are_perfettos():
    """Against Perfetto's own protos/perfetto/trace/; a wrong number would decode here as well."""
    text = (samples.ROOT / "user" / "view" / "perfetto.proto").read_text(encoding="utf-8")
    numbers = {}
    for message, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", text, re.S | re.M):
        fields = re.findall(r"(?:optional|repeated) \S+ (\w+) = (\d+);", body)
        numbers[message] = {name: int(number) for name, number in fields}
    assert numbers == {
        "Trace": {"packet": 1},
        "TracePacket": {"timestamp": 8, "trusted_packet_sequence_id": 10, "track_event": 11,
                        "sequence_flags": 13, "track_descriptor": 60},
        "TrackDescriptor": {"uuid": 1, "name": 2, "process": 3, "thread": 4, "parent_uuid": 5,
                            "counter": 8, "description": 14},
        "ProcessDescriptor": {"pid": 1, "process_name": 6},
        "ThreadDescriptor": {"pid": 1, "tid": 2, "thread_name": 5},
        "CounterDescriptor": {"unit": 3},
        "TrackEvent": {"debug_annotations": 4, "type": 9, "track_uuid": 11, "categories": 22,
                       "name": 23, "counter_value": 30},
        "DebugAnnotation": {"uint_value": 3, "int_value": 4, "double_value": 5,
                            "string_value": 6, "name": 10},
    }


# --- the saved reports ---

@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_saved_reports(tmp_path, path):
    report = samples.loaded(path)
    trace = trace_of(path, tmp_path)
    events = [event for scenario in report["scenarios"] for event in events_of(scenario)]
    counts = collections.Counter(event[0] for event in events)
    calls = [s for t in trace.threads() for s in t.slices]
    instants = [i for t in trace.threads() for i in t.instants]

    assert len(trace.processes()) == sum(len(s["roles"]) for s in report["scenarios"])
    assert len(calls) == counts[ENTER]
    assert sum("end" not in s.end.notes for s in calls) + sum(
        i.category == "syscall" for i in instants) == counts[EXIT]
    assert sum(i.category == "fault" for i in instants) == counts[FAULT]
    assert sum(s.name == "blocked" for t in trace.tracks.values() for s in t.slices) == sum(
        event[0] == OFF and event[6] != 0 for event in events)
    check_counters(trace, report)


def check_counters(trace, report):
    """Titles of real scenarios are told apart; then every leg has its counter, with its end."""
    groups = [t for t in trace.tracks.values() if t.id != 1 and t.parent is None and
              t.process is None]
    assert len(groups) == len(report["scenarios"])
    for group, scenario in zip(groups, report["scenarios"]):
        counters = {t.name.removeprefix(group.name + ": "): t for t in trace.tracks.values()
                    if t.counter is not None and t.parent == group.id}
        measured = {LEG_NAMES[leg["id"]]: leg["bytes"] for leg in scenario["legs"]
                    if leg.get("bytes") is not None}
        assert {name: t.values[-1].value for name, t in counters.items()} == measured
        if re.fullmatch("[ -~]*", title_of(scenario)):
            assert group.name == title_of(scenario)
