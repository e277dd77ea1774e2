# SPDX-License-Identifier: GPL-2.0
"""Interleaved rounds: every round measures every row once, in a random order, so that drift affects
all rows equally and no row always follows the same other one. Each finds memory in the same state.
A row that fails says why and goes on being tried, until it has failed three times without ever
having been measured.
"""
import dataclasses
import sys
import time

import order
from processes import Failure

PATIENCE = 3
FEWEST = 3


@dataclasses.dataclass
class Row:
    """One line of a table. measure() returns {metric: value}; why: it cannot be measured."""
    id: str
    name: str
    measure: object
    why: str = None
    failed: int = 0
    values: dict = dataclasses.field(default_factory=dict)

    def hopeless(self):
        return self.why is not None and not self.values and (
            self.failed == 0 or self.failed >= PATIENCE)

    def add(self, number, found):
        """Each metric has one value a round: None where that round did not measure it."""
        for metric, value in found.items():
            values = self.values.setdefault(metric, [])
            values.extend([None] * (number - len(values)) + [value])

    def as_json(self, rounds):
        for values in self.values.values():
            values.extend([None] * (rounds - len(values)))
        return {"id": self.id, "name": self.name, "why": None if self.values else self.why,
                "failed": self.failed, "last_failure": self.why if self.failed else None,
                "values": self.values}


def text_of(error):
    """A Failure's text says all; another exception's is little without its type."""
    return str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"


def measure_rows(title, rows, rounds, seed, limit_s=None, buffer_bytes=0):
    """Measures all rows in rounds; the part of the results that the page is made from. After
    limit_s no further round begins, but for the first three: the part says how many there were.
    buffer_bytes: the largest buffer that a measured program fills; as much is settled."""
    begin = time.monotonic()
    draws = order.drawn(seed, title)
    for number in range(rounds):
        if limit_s is not None and number >= FEWEST and time.monotonic() - begin > limit_s:
            rounds = number
            break
        for row in draws.sample(rows, len(rows)):
            if row.hopeless():
                continue
            order.settle_memory(order.SETTLED_BYTES + buffer_bytes)
            try:
                row.add(number, row.measure())
            except Exception as error:  # what one tool does unexpectedly costs no other its rows
                row.failed += 1
                row.why = text_of(error)
                print(f"bench: {title}: {row.name}: {row.why}", file=sys.stderr)
        print(f"bench: {title}: round {number + 1} of {rounds}, "
              f"{time.monotonic() - begin:.0f} s", file=sys.stderr)
    return {"rounds": rounds, "seed": seed, "seconds": time.monotonic() - begin,
            "rows": [row.as_json(rounds) for row in rows]}
