"""Mutants: files of the package with one small change each, made by Cosmic Ray's operators."""

from __future__ import annotations

import ast
import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[2]

_SWAPPED = {
    "Binary": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Div Mod_FloorDiv Pow_Mul LShift_RShift RShift_LShift BitAnd_BitOr BitOr_BitAnd "
    "BitXor_BitAnd",
    "Comparison": "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_Gt Gt_Lt LtE_GtE GtE_LtE Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is",
    "Unary": "USub_UAdd Delete_USub Delete_Invert Delete_Not",
}

OPERATORS = (
    *(f"core/Replace{kind}Operator_{swap}" for kind, swaps in _SWAPPED.items() for swap in swaps.split()),
    *(f"core/{name}" for name in ("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "AddNot")),
    *(f"core/{name}" for name in ("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "NumberReplacer")),
)
"""Those that swap an operator for its neighbour or its opposite: a shift of a float would die of a TypeError, and say nothing of tests."""

_GUARDS = ("frozen", "strict")


@dataclass(frozen=True)
class Mutant:
    """One change of a file.

    Attributes:
        file: relative to the repository, with slashes.
        operator: that made it.
        before, after: the whole file.
    """

    file: str
    operator: str
    before: str
    after: str

    @cached_property
    def line(self) -> int:
        """Number of the first line that differs, from 1."""
        return 1 + next(place for place, (old, new) in enumerate(self._lines) if old != new)

    @property
    def change(self) -> tuple[str, str]:
        """That line, before and after."""
        old, new = self._lines[self.line - 1]
        return old.strip(), new.strip()

    @cached_property
    def _lines(self) -> list[tuple[str, str]]:
        return list(zip(self.before.splitlines(), self.after.splitlines(), strict=False))

    @property
    def module(self) -> str:
        """Name by which the file is imported."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def key(self) -> str:
        """Hash of file and change: what was found of it holds while both are as they were."""
        return hashlib.sha256(f"{self.file}\n{self.before}\n{self.after}".encode()).hexdigest()[:16]


def of_each(files: Iterable[str], count: int, seed: int) -> list[Mutant]:
    """*count* mutants of each file drawn at random, the same for the same seed and file; all of them where there are no more.

    None that Python would run like the file itself: what stands in annotations alone, or below `if TYPE_CHECKING`, is never run. None of
    decorators, and of the flags `frozen` and `strict`: they guard the package against code that nobody wrote yet.
    """
    return [mutant for file in files for mutant in _drawn([file], count, f"{seed}/{file}")]


def of_all(files: Iterable[str], count: int, seed: int) -> list[Mutant]:
    """*count* mutants of all files together, each as likely as any other: the share that dies is that of all, but for chance."""
    return _drawn(list(files), count, str(seed))


def _drawn(files: list[str], count: int, seed: str) -> list[Mutant]:
    code = {file: (ROOT / file).read_text(encoding="utf-8") for file in files}
    places = [(file, *place) for file in files for place in _places(code[file])]
    random.Random(seed).shuffle(places)
    found: dict[tuple[str, str], Mutant] = {}
    for file, name, place in places:
        after = mutate_code(code[file], get_operator(name)(), place)
        if after is not None and _meaning(after) not in (None, _meaning(code[file])):
            found.setdefault((file, after), Mutant(file, name, code[file], after))
        if len(found) == count:
            break
    return list(found.values())


def _places(code: str) -> list[tuple[str, int]]:
    """Names of operators, and the places where each applies, by number."""
    nodes = list(ast_nodes(get_ast(code)))
    operators = {name: get_operator(name)() for name in OPERATORS}
    return [
        (name, place)
        for name, operator in operators.items()
        for place in range(sum(len(list(operator.mutation_positions(node))) for node in nodes))
    ]


@cache
def _meaning(code: str) -> str | None:
    """A file's syntax without what no mutant is made of; None where it has none."""
    try:
        return ast.dump(_Bare().visit(ast.parse(code)))
    except SyntaxError:
        return None


class _Bare(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.decorator_list = None, []
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = []
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test).endswith("TYPE_CHECKING") else self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return ast.keyword(node.arg, ast.Constant(None)) if node.arg in _GUARDS else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)
