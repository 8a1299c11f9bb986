"""Stores and a run, by hand: brought up to it, purged at its market time, and opened to one of its agents."""

from __future__ import annotations

from pathlib import Path

from freeagentics.errors import BadStore
from freeagentics.journal import Journal
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import StoreSummary
from freeagentics.scenario.scenario import StoreSettings
from freeagentics.stores.backends import access_rules
from freeagentics.stores.urls import public_url
from freeagentics.sync.projector import Projector
from freeagentics.sync.sync_worker import SyncTask
from freeagentics.sync.sync_workers import open_archiver, open_durable


def sync_stores(path: Path, url: str = "", *, again: bool = False) -> list[StoreSummary]:
    """Bring stores up to what a run has committed; a run that is still going on is not disturbed.

    Args:
        path: the run directory.
        url: of one store; without it those that the run's scenario names.
        again: write everything again, for a store that lost some of what it had.

    Raises:
        BadRunDirectory, BadStore: there is no such run, or no store to bring up to it.
        StoreUnavailable: the store failed; what it has is right up to its place.
    """
    directory = RunDirectory.open(path)
    scenario, run = directory.read_scenario(), run_id(directory)
    urls = _tiers(scenario.store, url)
    if not (urls.durable or urls.cold):
        raise BadStore(f"{path}: its scenario names no store; give the URL of one")
    summaries = []
    if urls.durable:
        with open_durable(urls, run) as store:
            projector = Projector(directory.journal, scenario, store)
            if again:
                projector.again()
            projector.catch_up()
        summaries.append(_summary("durable", urls.durable, projector))
    if urls.cold:
        archiver = open_archiver(directory.journal, scenario, run)
        _catch_up(archiver)
        summaries.append(_summary("cold", urls.cold, archiver))
    return summaries


def _tiers(named: StoreSettings, url: str) -> StoreSettings:
    """The stores that are meant: with the cache of the durable one, which must hear of every change."""
    return StoreSettings(durable=url, hot=named.hot if url == named.durable else "") if url else named


def _summary(tier: str, url: str, work: SyncTask) -> StoreSummary:
    return StoreSummary(tier=tier, url=public_url(url), lag_steps=0, records=work.records, failures=0, error=None)


def run_id(directory: RunDirectory) -> str:
    """The id of a run, under which stores keep its records."""
    with Journal(directory.journal) as journal:
        return str(journal.metadata()["run"])


def purge_store(url: str, path: Path) -> int:
    """Delete from a store what has expired at the market time that a run has come to; returns how many records went.

    Where the run's scenario has an archive, that is brought up first, and what it does not take yet stays in the store.
    """
    directory = RunDirectory.open(path)
    scenario, run = directory.read_scenario(), run_id(directory)
    with Journal(directory.journal) as journal:
        commit = journal.commit_record()
    now = commit.timestamp if commit else 0
    if scenario.store.cold:
        archiver = open_archiver(directory.journal, scenario, run)
        _catch_up(archiver)
        now = archiver.purgeable()
    with open_durable(_tiers(scenario.store, url), run) as store:
        return store.purge(now)


def _catch_up(work: SyncTask) -> None:
    while work.advance():
        pass


def agent_access(url: str, path: Path, agent: str) -> str:
    """Rules of a store that let an agent read its own records of the run at *path*. Raises what `access_rules` raises."""
    return access_rules(url, run_id(RunDirectory.open(path)), agent)
