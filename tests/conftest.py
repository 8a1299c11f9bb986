"""What every test finds: the roles and sources that come with the package, and no others."""

from __future__ import annotations

import pytest
from hypothesis import settings

from freeagentics.agents import ROLES
from freeagentics.market import SOURCES

# How long an example takes is up to the machine, which others use as well.
settings.register_profile("freeagentics", deadline=None)
settings.load_profile("freeagentics")

SHIPPED_ROLES, SHIPPED_SOURCES = dict(ROLES), dict(SOURCES)


@pytest.fixture(autouse=True)
def plugins_of_one_test_are_not_there_in_the_next() -> None:
    for name in set(ROLES) - set(SHIPPED_ROLES):
        del ROLES[name]
    for name in set(SOURCES) - set(SHIPPED_SOURCES):
        del SOURCES[name]
