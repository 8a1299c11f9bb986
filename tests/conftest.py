"""What every test finds and leaves: the roles and sources that come with the package, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from freeagentics.agents import ROLES
from freeagentics.market import SOURCES


@pytest.fixture(autouse=True)
def plugins_of_one_test_are_not_there_in_the_next() -> Iterator[None]:
    roles, sources = dict(ROLES), dict(SOURCES)
    yield
    for known, before in ((ROLES, roles), (SOURCES, sources)):
        known.clear()
        known.update(before)  # type: ignore[call-overload]
