"""The fence around what decides: nothing in it may depend on a processor's registers or on a library's mood.

numpy gives additions, multiplications, divisions, square roots and comparisons of single numbers alike everywhere, and sums that run from
the first to the last (`cumsum`, `cumprod`, `bincount`, `add.at`). It does not promise the order of other sums, nor the last bits of
elementary functions; BLAS promises neither. Those are what kernels are for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import freeagentics

PACKAGE = Path(freeagentics.__file__).parent

ROOMS = ("agents", "market", "memory", "mind", "signals", "simulation")

OUTSIDE = {
    "memory/codec/nets": "torch, which only training imports",
    "memory/codec/training": "a trained codec is a file of whole numbers",
    "market/look_ahead.py": "chooses where to look for look-ahead; a run does not import it",
    "memory/codec/adapters.py": "no shipped codec has adapters",
    "mind/lazy_beliefs.py": "beliefs of agents of one's own",
    "mind/sparse_beliefs.py": "beliefs of agents of one's own",
    "mind/history.py": "histories of agents of one's own",
}
"""Files and folders of these rooms that are no part of a step, and why."""

REDUCTIONS = {"sum", "mean", "average", "std", "var", "prod", "dot", "vdot", "inner", "matmul", "einsum", "tensordot", "trace", "median"}
REDUCTIONS |= {"nansum", "nanmean", "nanstd", "convolve", "correlate", "cov", "corrcoef", "percentile", "quantile", "trapezoid", "interp"}
ELEMENTARY = {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "arctanh"}
ELEMENTARY |= {"power", "float_power", "pow", "cbrt", "hypot", "logaddexp", "geomspace", "logspace", "lgamma", "gamma", "erf"}
VARIATES = {"normal", "standard_normal", "lognormal", "uniform", "exponential", "chisquare", "poisson", "standard_t", "beta", "choice"}

WHOLE_NUMBERS = {
    "int(": "a count",
    "context.bits(": "bits of a mask",
    "@ self._bits": "bits of a mask",
    "value.sum(axis=1": "cents",
    "np.abs(value).sum(axis=1)": "cents",
    "np.maximum(-value, 0).sum(axis=1)": "cents",
    "self.values(prices).sum(axis=1)": "cents",
    "self.traded.sum(axis=0)": "cents",
    "fills.notional.sum()": "cents",
    "10.0 **": "powers of ten that float64 holds exactly",
    "10 **": "powers of ten",
    "2**": "powers of two",
    "2 **": "powers of two",
    "actions**": "a number of policies",
    "2.0**": "powers of two",
    "10**": "powers of ten",
}
"""Texts of lines whose sums or powers are of whole numbers, of which there is one each, and of what."""


def offences(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a file that compute what may come out differently elsewhere, and what in them does."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            name = node.func.attr
            ours = owner in ("kernels", "compiled")
            if not ours and (name in REDUCTIONS or (name in ELEMENTARY and owner in ("np", "math")) or (name in VARIATES)):
                yield node.lineno, lines[node.lineno - 1].strip()
            if owner == "np.linalg" or owner.startswith("scipy"):
                yield node.lineno, lines[node.lineno - 1].strip()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield node.lineno, lines[node.lineno - 1].strip()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield node.lineno, lines[node.lineno - 1].strip()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scipy"):
            yield node.lineno, lines[node.lineno - 1].strip()


FILES = {path.relative_to(PACKAGE).as_posix(): path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))}


@pytest.mark.parametrize("room", ROOMS)
def test_what_decides_sums_and_exponentiates_through_kernels_alone(room: str) -> None:
    found = [
        f"{name}:{line}: {text}"
        for name, path in FILES.items()
        if name.startswith(f"{room}/") and not name.startswith(tuple(OUTSIDE))
        for line, text in offences(path)
        if not any(exact in text for exact in WHOLE_NUMBERS)
    ]
    assert not found, "\n".join(found)


def test_the_fence_sees_what_it_is_for(tmp_path: Path) -> None:
    lines = ["np.exp(x)", "x.sum(axis=1)", "a @ b", "x ** y", "np.linalg.inv(a)", "random.standard_normal(3)", "np.einsum('ab->a', x)"]
    path = tmp_path / "role.py"
    path.write_text("\n".join(["from scipy.special import xlogy", *lines, "kernels.exp(x)", "np.sqrt(x) + np.cumsum(x)"]), encoding="utf-8")
    assert sorted({line for line, _ in offences(path)}) == list(range(1, len(lines) + 2))


def test_no_exception_from_the_fence_is_left_over() -> None:
    decides = [path.read_text(encoding="utf-8") for name, path in FILES.items() if not name.startswith(tuple(OUTSIDE))]
    assert [text for text in WHOLE_NUMBERS if not any(text in source for source in decides)] == []
    assert [place for place in OUTSIDE if not any(name.startswith(place) for name in FILES)] == []
