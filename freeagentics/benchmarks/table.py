"""A benchmark's result: rows of measured figures, as Markdown for people and JSON for programs."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure measured several times: what is quoted is the median, with the least and the most beside it."""

    values: tuple[float, ...]

    def __str__(self) -> str:
        middle, low, high = median(self.values), min(self.values), max(self.values)
        return f"{_short(middle)} ({_short(low)} to {_short(high)})"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under one title; every row has the same columns."""

    title: str
    note: str
    rows: Sequence[Mapping[str, object]]

    def markdown(self) -> str:
        """The table as Markdown, with the machine it was measured on."""
        columns = list(self.rows[0])
        lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
        lines += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in self.rows]
        return "\n".join([f"## {self.title}", "", self.note, "", *lines, "", f"Measured on {machine()}."])

    def to_json(self) -> str:
        """The table as one JSON object, with every single measurement."""
        rows = [{key: value.values if isinstance(value, Spread) else value for key, value in row.items()} for row in self.rows]
        return json.dumps({"title": self.title, "note": self.note, "machine": machine(), "rows": rows}, indent=2)


def machine() -> str:
    """Cores, memory, processor and versions, in words."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / GIB
    return f"{cores} cores ({processor()}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def processor() -> str:
    """Its model."""
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
