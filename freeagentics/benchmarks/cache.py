"""Cache: an agent's newest memories and decisions read with and without the hot tier, and what the hot tier costs a write."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

from freeagentics.benchmarks.redis_server import redis_server
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.errors import BadInput
from freeagentics.stores import Item, LogEntry, Store, open_store
from freeagentics.stores.cache import Cache
from freeagentics.stores.tables import DECISIONS, decision_partition, recent_partition
from freeagentics.stores.tiers import TieredStore

AGENTS, STEPS, BATCH = 20, 200, 20
RECENT, ASKED = 10, 100
_STEP_MS = 3_600_000
_BODY = 400

_MOTO = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


class Measured(NamedTuple):
    """One run of one store: µs for the newest memories and decisions of an agent, and for each record written."""

    memories_us: float
    decisions_us: float
    write_us: float


def cache(runs: int) -> Table:
    """Every durable store alone and behind the hot tier, in turn, so that a drifting machine hits both alike."""
    rows = []
    with ExitStack() as stack:
        hot = stack.enter_context(redis_server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, url in (("`sqlite://`", f"sqlite:///{folder}/bench.db"), ("`dynamodb://` (moto)", stack.enter_context(_dynamodb()))):
            alone, tiered = [], []
            for run in range(runs):
                alone.append(_measure(open_store(url, f"alone-{run}")))
                durable = open_store(url, f"tiered-{run}")
                tiered.append(_measure(TieredStore(durable, Cache(partial(open_store, f"{hot}?cache=yes", durable.run)))))
            rows.append(_row(name, alone, tiered))
    note = (
        f"{AGENTS} agents of {STEPS} memories (24 bytes) and decisions ({_BODY} bytes), written {BATCH} steps at a time; then the "
        f"{RECENT} newest of an agent, each agent in turn, mean of {ASKED} after one round. Hot tier: a Redis on loopback. moto answers as "
        f"DynamoDB would, from a Python process on this machine: its times are its own. Median of {runs} runs (least to most); ratios are "
        "taken run by run."
    )
    return Table("The hot tier", note, rows)


def _row(name: str, alone: list[Measured], tiered: list[Measured]) -> dict[str, object]:
    row: dict[str, object] = {"durable store": name}
    for column, field in (("memories", "memories_us"), ("decisions", "decisions_us"), ("write", "write_us")):
        without, behind = ([float(getattr(run, field)) for run in runs] for runs in (alone, tiered))
        row[f"{column}, µs"] = Spread(tuple(without))
        row[f"{column}, hot, µs"] = Spread(tuple(behind))
        if column != "write":
            row[f"{column}: times as fast"] = Spread(tuple(one / other for one, other in zip(without, behind, strict=True)))
    return row


def _measure(store: Store) -> Measured:
    with store:
        write = _written_us(store)
        memories = _each_us(lambda agent: store.read(agent, newest_first=True, limit=RECENT))
        decisions = _each_us(lambda agent: store.query(DECISIONS, recent_partition(agent), index="GSI3", newest_first=True, limit=RECENT))
    return Measured(memories, decisions, write)


def _written_us(store: Store) -> float:
    random = np.random.default_rng(1)
    batches = [_batch(random, first) for first in range(0, STEPS, BATCH)]
    begun = perf_counter()
    for entries, items in batches:
        store.append(entries)
        store.put(DECISIONS, items)
    return 1e6 * (perf_counter() - begun) / (2 * AGENTS * STEPS)


def _batch(random: np.random.Generator, first: int) -> tuple[list[LogEntry], list[Item]]:
    entries, items = [], []
    for step in range(first, first + BATCH):
        for number in range(AGENTS):
            agent, timestamp = _agent(number), step * _STEP_MS
            entries.append(LogEntry(agent, step, 0, timestamp, random.bytes(24)))
            place = {"GSI3": (recent_partition(agent), timestamp)}
            items.append(Item(decision_partition(agent, "TREND"), f"{timestamp:015}", random.bytes(_BODY), index=place))
    return entries, items


def _agent(number: int) -> str:
    return f"market-hunter-{number % AGENTS:04d}"


def _each_us(ask: Callable[[str], object]) -> float:
    for number in range(AGENTS):
        ask(_agent(number))
    begun = perf_counter()
    for number in range(ASKED):
        ask(_agent(number))
    return 1e6 * (perf_counter() - begun) / ASKED


@contextmanager
def _dynamodb() -> Iterator[str]:
    """The URL of fresh tables in moto's server, in a process of its own. Raises BadInput where moto is not installed."""
    from freeagentics.stores.dynamodb.admin import init

    # The driver wants credentials, and moto accepts any.
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "nobody")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "nothing")
    command, pipe = [sys.executable, "-c", _MOTO], subprocess.PIPE
    # In a group of its own: a Ctrl-C is for us, and it ends when its input does.
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, process_group=0) as server:  # noqa: S603 - our own
        assert server.stdin is not None
        assert server.stdout is not None
        port = server.stdout.readline().decode().strip()
        if not port:
            raise BadInput("the benchmark needs moto's server: pip install 'moto[server]'")
        url = f"dynamodb://eu-west-1/bench?endpoint=http://127.0.0.1:{port}"
        init(url)
        yield url
        server.stdin.close()
