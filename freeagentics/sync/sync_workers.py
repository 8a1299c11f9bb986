"""The stores of a run, each with a worker that keeps it up with the journal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from freeagentics.errors import BadStore, StoreUnavailable
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.records.run_record import StoreSummary
from freeagentics.scenario.scenario import Scenario, StoreSettings
from freeagentics.stores import Store, open_store
from freeagentics.stores.cache import Cache
from freeagentics.stores.tiers import TieredStore
from freeagentics.stores.urls import public_url
from freeagentics.sync.projector import Projector
from freeagentics.sync.sync_worker import PATIENCE_S, SyncTask, SyncWorker

if TYPE_CHECKING:
    from freeagentics.sync.archiver import Archiver

Connect = Callable[[], SyncTask]


class SyncWorkers:
    """Opens the stores that a scenario names, so that a wrong URL is told before anything is written; from `start` on
    workers keep them up.

    Use it as a context manager: leaving it ends the workers, as they are.

    Args:
        scenario: of the run.
        run: its id.

    Raises:
        BadStore: a URL names no store that can be opened.
    """

    def __init__(self, scenario: Scenario, run: str) -> None:
        self._scenario = scenario
        self._run = run
        self._workers: dict[str, SyncWorker] = {}
        self._stores: list[Store] = []
        self._last = 0
        # A store that is away is no reason not to run: its worker tries again, and tells what is wrong if that lasts.
        with suppress(StoreUnavailable):
            if scenario.store.cold:
                open_archiver(Path(), scenario, run).close()
        with suppress(StoreUnavailable):
            if scenario.store.durable:
                self._stores.append(open_durable(scenario.store, run))

    def __enter__(self) -> SyncWorkers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._workers.values():
            worker.stop()
        for store in self._stores:
            store.close()

    def start(self, journal: Path) -> None:
        """Begin to sync from this journal."""
        urls = self._scenario.store
        if urls.durable:
            self._begin("durable", partial(self._project, journal))
        if urls.cold:
            self._begin("cold", partial(open_archiver, journal, self._scenario, self._run))

    def _begin(self, tier: str, connect: Connect) -> None:
        worker = self._workers[tier] = SyncWorker(tier, connect, patience_s=PATIENCE_S)
        worker.start()

    def _project(self, journal: Path) -> SyncTask:
        store = self._stores.pop() if self._stores else open_durable(self._scenario.store, self._run)
        return Projector(journal, self._scenario, store)

    def committed(self, step: int) -> None:
        """Note how far the run is."""
        self._last = step

    @property
    def lag(self) -> int:
        """Steps by which the store that is farthest behind is behind the run; 0 where there is none."""
        return max(map(self._behind, self._workers.values()), default=0)

    def _behind(self, worker: SyncWorker) -> int:
        # While a resumed run computes committed steps again, stores are ahead of it.
        return max(self._last - worker.done, 0)

    def finish(self, progress: ProgressCallback = no_progress) -> tuple[StoreSummary, ...]:
        """Wait until all stores have all that is committed, or have stopped making progress; says where each is."""
        for worker in track(progress, "bringing up the stores", self._workers.values()):
            worker.finish()
        urls = self._scenario.store.model_dump()
        return tuple(
            StoreSummary(
                tier=tier,
                url=public_url(urls[tier]),
                lag_steps=self._behind(worker),
                records=worker.records,
                failures=worker.failures,
                error=worker.error,
            )
            for tier, worker in self._workers.items()
        )


def open_durable(urls: StoreSettings, run: str) -> Store:
    """The durable store, behind its cache where the settings name one. Raises what `open_store` raises."""
    durable = open_store(urls.durable, run)
    if not urls.hot:
        return durable
    try:
        return TieredStore(durable, Cache(partial(open_store, urls.hot, run)))
    except BaseException:
        durable.close()
        raise


def open_archiver(journal: Path, scenario: Scenario, run: str) -> Archiver:
    """The archive of the scenario's cold tier, and its archiver; its driver is an extra. Raises BadStore or StoreUnavailable."""
    try:
        from freeagentics.sync.archiver import Archiver
    except ModuleNotFoundError as error:
        raise BadStore(f"an archive needs the package {error.name}; pip install 'freeagentics[archive]'") from error
    return Archiver(journal, scenario, run)
