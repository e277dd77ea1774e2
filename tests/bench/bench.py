#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What watching costs, side by side: make bench runs this and writes docs/benchmarks.md.

Every round runs every tracer once, so that what changes on the machine meets all of them. A figure
is the median over the rounds with its lowest and highest; ns per call are those of the fastest of
many short segments. A tool that is not installed has a row that says so.
"""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

ROUNDS = 9
BPFTRACE = ('tracepoint:raw_syscalls:sys_enter /pid == cpid/ { @t[tid] = nsecs; } '
            'tracepoint:raw_syscalls:sys_exit /pid == cpid && @t[tid]/ '
            '{ @n[args->id] = count(); @b[args->id] = sum(args->ret); '
            '@h[args->id] = hist(nsecs - @t[tid]); delete(@t[tid]); }')


def tracers(build):
    """Name, command before the traced one, and the tool that must be there."""
    zctrace = os.path.join(build, 'zctrace')
    floor = os.path.join(build, 'bench', 'floor')
    return [
        ('untraced', [], None),
        ('an empty pair of programs', [floor, 'empty'], floor),
        ('a pair that reads the clock', [floor, 'clock'], floor),
        ('zctrace', [zctrace, 'run', '-q', '--timeline', '0', '--'], zctrace),
        ('perf stat -e raw_syscalls:*',
         ['perf', 'stat', '-o', '/dev/null', '-e', 'raw_syscalls:*', '--'], 'perf'),
        ('bpftrace, counts and histogram', ['bpftrace', '-q', '-o', '/dev/null', '-e', BPFTRACE,
                                            '-c'], 'bpftrace'),
        ('strace -c', ['strace', '-c', '-o', '/dev/null'], 'strace'),
        ('strace -f -c --seccomp-bpf', ['strace', '-f', '--seccomp-bpf', '-c', '-o', '/dev/null'],
         'strace'),
        ('perf trace -s', ['perf', 'trace', '-s', '-o', '/dev/null', '--'], 'perf'),
    ]


def command_of(prefix, program):
    """bpftrace -c takes the command as one word."""
    return prefix + ([' '.join(program)] if prefix[-1:] == ['-c'] and prefix[0] == 'bpftrace'
                     else program)


def dense_ns(prefix, dense, segments, rounds):
    """ns per call of the dense loop under a tracer; None if it cannot run."""
    command = command_of(prefix, [dense, str(segments), str(rounds)])
    out = subprocess.run(['taskset', '-c', '1'] + command, capture_output=True, text=True,
                         timeout=600, check=False)
    found = re.search(r'ns_per_call ([0-9.]+)', out.stderr + out.stdout)
    return float(found.group(1)) if found else None


def start_ms(prefix):
    """Whole life of a program that does nothing, under a tracer; ms."""
    begin = time.monotonic()
    subprocess.run(command_of(prefix, ['/bin/true']), capture_output=True, timeout=60, check=False)
    return 1000 * (time.monotonic() - begin)


def figure(values, digits=0):
    return (f'{statistics.median(values):,.{digits}f} '
            f'({min(values):,.{digits}f} – {max(values):,.{digits}f})')


def measure(build, rounds):
    """{name: {'ns': [...], 'ms': [...]}} of the tools that are there, interleaved."""
    dense = os.path.join(build, 'bench', 'dense')
    got = {}
    for number in range(rounds):
        for name, prefix, tool in tracers(build):
            if tool and not (os.path.exists(tool) or shutil.which(tool)):
                continue
            slow = name.startswith(('strace', 'perf trace'))
            ns = dense_ns(prefix, dense, *((5, 300) if slow else (200, 3000)))
            row = got.setdefault(name, {'ns': [], 'ms': []})
            if ns is not None:
                row['ns'].append(ns)
            row['ms'].append(start_ms(prefix))
            print(f'round {number + 1}/{rounds}: {name}: {ns} ns a call', file=sys.stderr)
    return got


def beside(build, rounds):
    """The tax on a program that is not traced, beside one that is; ns per call added."""
    dense = os.path.join(build, 'bench', 'dense')
    values = {'zctrace': [], 'an empty pair of programs': []}
    for _ in range(rounds):
        for name in values:
            prefix = dict((n, p) for n, p, _ in tracers(build))[name]
            plain = dense_ns([], dense, 200, 3000)
            with subprocess.Popen(['taskset', '-c', '0'] + prefix + ['sleep', '60'],
                                  stderr=subprocess.DEVNULL) as tracer:
                time.sleep(1)
                values[name].append(dense_ns([], dense, 200, 3000) - plain)
                subprocess.run(['pkill', '-P', str(tracer.pid)], check=False)
                tracer.wait()
    return values


def write(path, build, got, tax, command):
    plain = statistics.median(got['untraced']['ns'])
    floor = statistics.median(got['an empty pair of programs']['ns']) - plain
    lines = [
        '# What watching costs', '',
        f'Made by `{command}` on {platform.release()}, {platform.machine()}, '
        f'{os.cpu_count()} CPUs. Figures are medians over {ROUNDS} interleaved rounds (lowest – '
        'highest); the ns of a call are those of the fastest of many short segments, on one CPU.',
        '', '## The dense loop', '',
        'Nothing but 1-byte `read` and `write`: the worst that a tracer of calls can meet. '
        f'Untraced, a call takes {plain:.0f} ns.', '',
        '| tracer | ns a call | added | × an empty pair | whole life of `true`, ms |',
        '|---|---|---|---|---|']
    for name, _, tool in tracers(build):
        row = got.get(name)
        if not row or not row['ns']:
            lines.append(f'| {name} | not measured: {tool} is not installed or failed | | | |')
            continue
        added = statistics.median(row['ns']) - plain
        ratio = f'{added / floor:,.1f}' if floor > 0 and name != 'untraced' else ''
        lines.append(f'| {name} | {figure(row["ns"])} | {added:,.0f} | {ratio} | '
                     f'{figure(row["ms"], 1)} |')
    lines += ['', '## A program that is not traced, beside one that is', '',
              'A BPF program on `sys_enter` and `sys_exit` runs on every call of the machine; what '
              'is not traced leaves it after one comparison. `strace` costs others nothing.', '',
              '| tracer | ns added to every call of the other program |', '|---|---|']
    lines += [f'| {name} | {figure(values)} |' for name, values in tax.items()]
    with open(path, 'w', encoding='utf-8') as out:
        out.write('\n'.join(lines) + '\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--rounds', type=int, default=ROUNDS)
    parser.add_argument('--out', default='docs/benchmarks.md')
    args = parser.parse_args()
    if os.geteuid():
        sys.exit('bench: needs root; run it with sudo make bench')
    got = measure(args.build, args.rounds)
    write(args.out, args.build, got, beside(args.build, min(args.rounds, 5)), 'make bench')


if __name__ == '__main__':
    main()
