# SPDX-License-Identifier: GPL-2.0
"""Numbers of repeated measurements: medians, differences between rows of the same round, and how
they are written. Pure: used by the goals and by the page, and tested without root.

A row is {"id", "name", "why", "failed", "values": {metric: [value or None of each round]}}.
"""
import statistics


def known(values):
    """Those that were measured."""
    return [value for value in values or [] if value is not None]


def median(values):
    """None where nothing was measured."""
    values = known(values)
    return statistics.median(values) if values else None


def find_row(part, row_id):
    """The row of that id; None where the part or the row is not there."""
    return next((row for row in (part or {}).get("rows", []) if row["id"] == row_id), None)


def values_of(part, row_id, metric):
    """The values of a row's metric, one a round; [] where it was not measured."""
    row = find_row(part, row_id)
    return (row or {}).get("values", {}).get(metric, [])


def added(part, row_id, metric, base_id="untraced"):
    """What a row has more than the base row in the same round, for each round that has both."""
    pairs = zip(values_of(part, row_id, metric), values_of(part, base_id, metric))
    return [value - base for value, base in pairs if None not in (value, base)]


def shares(part, row_id, metric, base_id="untraced"):
    """What a row has, as a multiple of the base row in the same round."""
    pairs = zip(values_of(part, row_id, metric), values_of(part, base_id, metric))
    return [value / base for value, base in pairs if None not in (value, base) and base > 0]


def ratio(value, base):
    """None where one of them was not measured, or there is nothing to compare with."""
    return value / base if None not in (value, base) and base > 0 else None


def growth(values):
    """The last of a series as a multiple of its lowest."""
    values = known(values)
    return ratio(values[-1], min(values)) if len(values) > 1 else None


# --- how they are written ---


def number(value, digits=None):
    """Three significant digits or so; thousands with commas."""
    if value is None:
        return "—"
    if digits is None:
        digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:,.{digits}f}"
    return text if float(text.replace(",", "")) else text.replace("-", "")


def spread(values, scale=1.0, digits=None):
    """median (lowest – highest)"""
    values = [value * scale for value in known(values)]
    if not values:
        return "—"
    middle = statistics.median(values)
    if digits is None:
        digits = 2 if abs(middle) < 10 else 1 if abs(middle) < 100 else 0
    return (f"{number(middle, digits)} ({number(min(values), digits)} – "
            f"{number(max(values), digits)})")


def size(count):
    """Bytes, in the largest binary unit that leaves a figure of at least 1."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:,.0f} {unit}" if count == int(count) else f"{count:,.1f} {unit}"
        count /= 1024
    return None
