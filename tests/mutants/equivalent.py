"""Equivalent mutants: those that no test can tell from the file itself, listed with their reasons in `equivalent.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path

from mutant import ROOT, Mutant

LISTED = Path(__file__).with_name("equivalent.jsonl")
"""A line each: the file, the line before and after, and the reason."""


class Equivalents:
    """The list, each of whose lines must still be in its file.

    Raises:
        SystemExit: a line is not there any more.
    """

    def __init__(self) -> None:
        listed = [json.loads(line) for line in LISTED.read_text(encoding="utf-8").splitlines()]
        self._known = {(of["file"], of["before"], of["after"]) for of in listed}
        for file, before, _ in self._known:
            lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
            if before not in (line.strip() for line in lines):
                raise SystemExit(f"equivalent.jsonl: {file} has no line {before!r} any more; take it off the list")

    def __contains__(self, mutant: Mutant) -> bool:
        return (mutant.file, *mutant.change) in self._known
