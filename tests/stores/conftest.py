"""Differences where these tests run over Dynalite (``make test-dynalite``): operations that it does not know."""

from __future__ import annotations

import os

import pytest

UNKNOWN = "UnknownOperationException"
"""Dynalite's answer to TransactWriteItems and UpdateTimeToLive."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Count a test that ended there as expected to fail, and say so."""
    report = (yield).get_result()
    if os.environ.get("DYNALITE") and report.failed and UNKNOWN in str(report.longrepr):
        report.outcome, report.wasxfail = "skipped", f"reason: Dynalite: {UNKNOWN}"
