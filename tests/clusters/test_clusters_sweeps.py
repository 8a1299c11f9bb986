"""Sweeps on Ray: the frame is that of the processes of one machine, with nodes that are lost on the way and a driver that is stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ray_nodes import kill_node, nodes

from freeagentics import Experiment, sweep
from freeagentics.errors import BadInput
from freeagentics.experiments import ray_tasks

pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("ignore")

RUNS = int(os.environ.get("RUNS_SWEPT", "40"))
study = partial(sweep, "quick", {"market.fee_bps": [0, 20]}, seeds=RUNS // 2, steps=12, overrides={"agents.count": 5})


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Four nodes of one core each, of which tests kill some."""
    with nodes(4) as started:
        yield started


@pytest.fixture(scope="module")
def expected() -> Experiment:
    """The sweep without Ray."""
    return study()


def test_a_sweep_outlives_nodes_and_the_frame_is_that_without_ray(cluster: Any, expected: Experiment, tmp_path: Path) -> None:
    killed_at = {RUNS // 8, RUNS // 3}

    def killing(what: str, done: int, of: int) -> None:
        if done in killed_at:
            killed_at.remove(done)
            kill_node(cluster)

    found = study(engine=f"ray://{cluster.address}", out=tmp_path / "out", progress=killing)
    assert not killed_at
    assert found.frame.equals(expected.frame)
    assert found.differences.equals(expected.differences)
    assert len(list((tmp_path / "out" / "runs").glob("*.json"))) == RUNS


def test_a_sweep_that_was_stopped_goes_on_with_or_without_ray(cluster: Any, expected: Experiment, tmp_path: Path) -> None:
    def stopping(what: str, done: int, of: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(engine=f"ray://{cluster.address}", jobs=2, out=tmp_path, progress=stopping)
    kept = {file: json.loads(file.read_text()) for file in (tmp_path / "runs").glob("*.json")}
    assert len(kept) == 5
    assert study(out=tmp_path).frame.equals(expected.frame)
    assert kept.items() <= {file: json.loads(file.read_text()) for file in (tmp_path / "runs").glob("*.json")}.items()


def test_a_node_that_computes_otherwise_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_tasks, "fingerprint", lambda: "another")
    with pytest.raises(BadInput, match="numbers come out otherwise on node"):
        study(engine=f"ray://{cluster.address}")
