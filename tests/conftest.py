"""What every test finds: a state folder that is not the user's."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes is up to the machine, which others use as well.
settings.register_profile("freeagentics", deadline=None)
settings.load_profile("freeagentics")


LONGEST = (
    "test_visualization_browser.py",
    "test_kernels_trajectories.py",
    "test_cli_kill.py",
    "test_experiments_commands.py",
    "test_kernels_golden.py",
    "test_records_consolidation.py",
    "test_cli_memory.py",
    "test_runs_handing_on.py",
    "test_experiments_facts.py",
    "test_package_notebook.py",
)
"""Files that take longest. They come first, so that no worker is left alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, in their order; all others as they are."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """The collector need not look through what the tests imported, torch and Solara among it, again and again: a fifth of a second each."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Where the tests were started in the background Ctrl-C is ignored, and so it would be in all that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _state_of_tests_is_not_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
