"""Docstrings open as a reader of a reference expects: with a noun or a verb, never with a subordinate clause."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "freeagentics"
OPENERS = {"As", "How", "If", "That", "What", "Whatever", "When", "Where", "Whether", "Which", "Who", "Whoever", "Whom"}
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_docstring_opens_with_a_subordinate_clause(path: Path) -> None:
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, DOCUMENTED)]
    opened = [re.match(r"\w+", ast.get_docstring(node) or "") for node in nodes]
    assert [word.group() for word in opened if word and word.group() in OPENERS] == []
