"""What is done to stores by hand: brought up to a run, prepared, checked, purged, and given rules of access."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from freeagentics.errors import BadStore
from freeagentics.journal import Journal
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import StoreSummary
from freeagentics.scenario.scenario import StoreSettings
from freeagentics.stores import open_store
from freeagentics.stores.public_urls import public_url
from freeagentics.stores.redis.acl import acl_command
from freeagentics.sync.projector import Projector
from freeagentics.sync.sync_worker import SyncTask
from freeagentics.sync.sync_workers import open_archiver, open_durable


def sync_stores(path: Path, url: str = "", *, again: bool = False) -> list[StoreSummary]:
    """Bring stores up to what a run has committed; a run that is still going on is not disturbed.

    Args:
        path: the run directory. url: of one store; without it those that the run's scenario names.
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


def init_store(url: str) -> list[str]:
    """Make what a store needs before its first use; the names of what was made. Raises BadStore or StoreUnavailable."""
    if url.startswith("dynamodb:"):
        return list(_dynamodb("admin").init(url))
    open_store(url, "init").close()
    return []


def check_store(url: str) -> list[str]:
    """What is wrong with a store, a line each. Raises BadStore or StoreUnavailable where it cannot be opened."""
    if url.startswith("dynamodb:"):
        return list(_dynamodb("admin").check(url))
    open_store(url, "check").close()
    return []


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


def access_rules(url: str, path: Path, agent: str) -> str:
    """What lets an agent read its own records of a run, and nobody else's: a command for a Redis server, or a policy for DynamoDB.

    Raises:
        BadStore: a store that knows no users. BadName: *agent* is no agent's id.
    """
    run, scheme = run_id(RunDirectory.open(path)), url.partition(":")[0]
    if scheme == "dynamodb":
        return json.dumps(_dynamodb("policy").private_policy(url, run, agent), indent=2)
    if scheme.startswith("redis"):
        return acl_command(run, agent)
    raise BadStore(f"store {public_url(url)}: knows no users; Redis and DynamoDB do")


def _dynamodb(module: str) -> Any:
    """A module of the DynamoDB backend, whose driver is an extra."""
    try:
        return import_module(f"freeagentics.stores.dynamodb.{module}")
    except ModuleNotFoundError as error:
        raise BadStore(f"a dynamodb: store needs the package {error.name}; pip install 'freeagentics[aws]'") from error
