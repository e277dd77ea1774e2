# SPDX-License-Identifier: GPL-2.0
"""In which order the rows of a round are measured, in which state each finds memory, and whether a
row's figures rise or fall over the rounds all the same.
"""
import mmap
import random

SETTLED_BYTES = 512 << 20
PAGE = mmap.PAGESIZE
SEEDS = 1 << 53
CHANCE = 0.01


def new_seed():
    return random.SystemRandom().randrange(1, SEEDS)


def drawn(seed, title):
    """Draws of its own for each part, so that one part measured again has the same order."""
    return random.Random(f"{seed} {title}")


def settle_memory(size):
    """Touches memory and gives it back, as user/util/memory.c does. Pages that the host has to find
    first would slow down whichever row happens to need them."""
    size -= size % PAGE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[::PAGE] = bytes(size // PAGE)


def chances_of_discord(count):
    """The chances that count values in random order have 0, 1, ... pairs that fall."""
    ways = [1]
    for size in range(2, count + 1):
        ways = [sum(ways[max(0, pairs - size + 1):pairs + 1])
                for pairs in range(len(ways) + size - 1)]
    total = sum(ways)
    return [way / total for way in ways]


def trend(values):
    """Mann and Kendall's test, two-sided and exact: (chance of such an order without a trend,
    whether they rise). Equal values count as half a pair each way."""
    falls = sum((a > b) + (a == b) / 2 for i, a in enumerate(values) for b in values[i + 1:])
    pairs = len(values) * (len(values) - 1) / 2
    rises = falls < pairs / 2
    chances = chances_of_discord(len(values))
    within = sum(chances[:int(min(falls, pairs - falls)) + 1])
    return min(1.0, 2 * within), rises


def trends(rows, metric):
    """[(name, rises)] of the rows whose figures have one. CHANCE is that of finding any where there
    is none (Bonferroni)."""
    measured = [(row["name"], [v for v in row["values"].get(metric, []) if v is not None])
                for row in rows]
    measured = [(name, values) for name, values in measured if len(values) > 2]
    found = [(name, *trend(values)) for name, values in measured]
    return [(name, rises) for name, chance, rises in found if chance * len(found) < CHANCE]
