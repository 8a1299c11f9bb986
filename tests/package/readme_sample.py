"""README's sample of how a run ends, and what it was made with; ``make sample`` makes it anew."""

from __future__ import annotations

import io
import re
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from freeagentics.benchmarks.table import processor
from freeagentics.cli.app import run_command_line
from freeagentics.runs import run

README = Path(__file__).parents[2] / "README.md"
SCENARIO, FIRST = "btc-replay", 20
PLACE = re.compile(r"(A run ends like this:\n\n```\n)(.*?)(```\n\n<!-- )(.*?)( -->\n)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a run printed, and as one line where it was made, with the trajectory of its first steps."""

    lines: str
    maker: str

    @classmethod
    def read(cls) -> Sample:
        """The one in README."""
        found = PLACE.search(README.read_text(encoding="utf-8"))
        assert found is not None, "README has no sample of a run"
        return cls(found[2], found[4])

    def write(self) -> None:
        """Put it into README."""
        text = README.read_text(encoding="utf-8")
        text, there = PLACE.subn(lambda found: f"{found[1]}{self.lines}{found[3]}{self.maker}{found[5]}", text)
        assert there == 1
        README.write_text(text, encoding="utf-8")


def printed(*words: str) -> str:
    """What a run of a scenario prints that goes well."""
    with TemporaryDirectory() as folder, chdir(folder), redirect_stdout(io.StringIO()) as said:
        assert run_command_line(["run", *words]) == 0
    return said.getvalue()


def beginning() -> str:
    """The trajectory of the first steps."""
    with TemporaryDirectory() as folder:
        return run(SCENARIO, steps=FIRST, out=Path(folder) / "run").summary.trajectory_sha256


def maker() -> str:
    """What the run was made on, and how it begins on any machine."""
    return f"make sample: on {processor()}; after {FIRST} steps {beginning()}"


if __name__ == "__main__":
    Sample(printed(SCENARIO), maker()).write()
