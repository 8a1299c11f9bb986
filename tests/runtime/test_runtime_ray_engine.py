"""What is said where Ray is missing; runs on it are in tests/clusters, for which Ray is installed."""

from __future__ import annotations

import sys

import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import open_engine


@pytest.mark.parametrize("name", ["ray", "ray://127.0.0.1:6379"])
def test_without_ray_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BadInput, match=r"the engine ray needs Ray; install with: pip install 'freeagentics\[ray\]'"):
        open_engine(name, 2)
