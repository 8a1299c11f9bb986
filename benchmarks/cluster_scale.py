"""A cost model of a step on a cluster, fitted to steps that were measured here: the tables of ``docs/scale.md``.

``python benchmarks/cluster_scale.py --kept rows.jsonl`` measures what the file does not hold yet, and prints the tables. It takes 8 GB.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cluster_steps import calls, measured

STEPS = {1_000: 100, 10_000: 30, 20_000: 20, 50_000: 15, 100_000: 10, 200_000: 20}
"""Steps that are measured, by agents."""

NODES = (1, 2, 4)
FITTED = [(agents, nodes) for agents in (1_000, 10_000, 20_000, 100_000) for nodes in NODES]
PREDICTED = [(50_000, 2), (200_000, 4)]
SERIAL = [(agents, 0) for agents in (1_000, 10_000, 20_000, 100_000)]

PARTS = ("driver", "threads", "journal", "workers")
"""Processor time of a step: of the driver's main thread, of Ray's threads beside it, of the journal's, of all workers together."""

SIZES = ("shared", "given", "back", "journalled")
"""Bytes of a step: to each node once, to workers, back from them, into the journal."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """A cost that is so much a step, so much a worker, and so much an agent."""

    step: float
    worker: float
    agent: float

    @classmethod
    def fitted(cls, rows: Sequence[Row], name: str) -> Cost:
        """The one with the least squares of relative errors."""
        costs = np.array([row[name] for row in rows])
        terms = np.array([(1, row["nodes"], row["agents"]) for row in rows], float)
        return cls(*map(float, np.linalg.lstsq(terms / costs[:, None], np.ones(len(rows)), rcond=None)[0]))

    def at(self, agents: float, workers: float) -> float:
        """The cost at so many agents and workers."""
        return self.step + self.worker * workers + self.agent * agents


@dataclass(frozen=True)
class Model:
    """Costs by name, and what else a step on machines takes.

    Attributes:
        straggling: time of the slowest worker over that of the mean one.
        rounds: calls of a step that wait for one another.
        call_s: a call of one worker that does nothing, there and back, without a network.
    """

    costs: dict[str, Cost]
    straggling: float
    rounds: int
    call_s: float

    @classmethod
    def fitted(cls, rows: Sequence[Row], rounds: int, call_s: float) -> Model:
        """The model of some measured steps."""
        ratios = [row["slowest"] * row["nodes"] / row["workers"] for row in rows if row["nodes"] > 1]
        return cls({name: Cost.fitted(rows, name) for name in (*PARTS, *SIZES)}, float(np.mean(ratios)), rounds, call_s)

    def processor_s(self, agents: float, workers: float) -> float:
        """Processor time of a step in all processes."""
        return sum(self.costs[name].at(agents, workers) for name in PARTS)

    def path_s(self, agents: float, workers: float) -> float:
        """Processor time of the driver's main thread and of the slowest worker: a step cannot take less."""
        return self.costs["driver"].at(agents, workers) + self.slowest_s(agents, workers)

    def slowest_s(self, agents: float, workers: float) -> float:
        """Processor time of the slowest worker."""
        return self.costs["workers"].at(agents, workers) / workers * (self.straggling if workers > 1 else 1)

    @property
    def most_workers(self) -> float:
        """Workers beyond which agents cost the driver more time than they cost the slowest worker."""
        return self.costs["workers"].agent * self.straggling / self.costs["driver"].agent

    def network_s(self, agents: float, machines: int, given: argparse.Namespace) -> float:
        """Time that the driver's link takes for a step, and its rounds of calls."""
        size = self.costs["shared"].at(agents, machines) * machines + sum(
            self.costs[name].at(agents, machines * given.cores) for name in ("given", "back")
        )
        return size * 8 / (given.gbits * 1e9) + self.rounds * (self.call_s + given.latency_ms / 1000)


def tables(rows: Sequence[Row], model: Model, given: argparse.Namespace) -> Iterator[str]:
    """All tables, as Markdown."""
    yield from table("Measured, a step", _measured_rows(rows))
    yield from table("Fitted", _fitted_rows(rows, model))
    yield from table("Predicted", _predicted_rows(rows, model))
    yield from table("Machines", _machine_rows(model, given))


def table(title: str, rows: Sequence[dict[str, object]]) -> Iterator[str]:
    """A table with a head."""
    yield f"\n## {title}\n"
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    yield from ("| " + " | ".join(map(str, row.values())) + " |" for row in rows)


def _measured_rows(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [
        {
            "agents": f"{row['agents']:,}",
            "nodes": row["nodes"] or "no Ray",
            **{f"{name}, ms": f"{1000 * row[name]:.1f}" for name in (*PARTS, "slowest")},
            "all, µs an agent": f"{1e6 * _processor_s(row) / row['agents']:.1f}",
            "wall, ms": f"{1000 * row['wall']:.0f}",
            "bytes back, an agent": f"{row['back'] / row['agents']:.0f}" if row["nodes"] else "",
        }
        for row in rows
    ]


def _fitted_rows(rows: Sequence[Row], model: Model) -> list[dict[str, object]]:
    def of(name: str, scale: float, unit: str) -> dict[str, object]:
        cost = model.costs[name]
        off = max(abs(cost.at(row["agents"], row["nodes"]) / row[name] - 1) for row in _fitted(rows))
        # What is nothing but for the last bits is nothing.
        fixed, worker, agent = (round(scale * part, 6) + 0.0 for part in (cost.step, cost.worker, 1000 * cost.agent))
        found = {"a step": fixed, "a worker": worker, "1,000 agents": agent}
        return {"cost": name, "unit": unit, **{key: f"{value:.3g}" for key, value in found.items()}, "off by at most": f"{off:.0%}"}

    return [*(of(name, 1000, "ms") for name in PARTS), *(of(name, 0.001, "KB") for name in SIZES)]


def _fitted(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if (row["agents"], row["nodes"]) in FITTED]


def _predicted_rows(rows: Sequence[Row], model: Model) -> list[dict[str, object]]:
    ways: dict[str, tuple[Callable[[Row], float], Callable[[float, float], float]]] = {
        "all processes": (_processor_s, model.processor_s),
        "the driver": (lambda row: float(row["driver"]), model.costs["driver"].at),
        "driver and slowest worker": (lambda row: float(row["driver"] + row["slowest"]), model.path_s),
    }
    found = []
    for row in rows:
        if (row["agents"], row["nodes"]) in PREDICTED:
            for what, (measure, predict) in ways.items():
                told, seen = predict(row["agents"], row["nodes"]), measure(row)
                found.append(
                    {
                        "agents": f"{row['agents']:,}",
                        "nodes": row["nodes"],
                        "processor time of": what,
                        "predicted, ms": f"{1000 * told:.0f}",
                        "measured, ms": f"{1000 * seen:.0f}",
                        "off by": f"{told / seen - 1:+.0%}",
                    }
                )
    return found


def _machine_rows(model: Model, given: argparse.Namespace) -> list[dict[str, object]]:
    return [_machines(model, agents, machines, given) for agents in (1e6, 1e7, 1e8) for machines in (4, 16, 64)]


def _machines(model: Model, agents: float, machines: int, given: argparse.Namespace) -> dict[str, object]:
    workers = machines * given.cores
    parts = {
        "slowest worker": model.slowest_s(agents, workers),
        "driver": model.costs["driver"].at(agents, workers),
        "network": model.network_s(agents, machines, given),
    }
    beside = {name: model.costs[name].at(agents, workers) for name in ("threads", "journal")}
    step = max(sum(parts.values()), *beside.values())
    parts |= beside
    # With board and journal by machine, each does its share of what the driver does for agents, over its own link.
    split = model.slowest_s(agents, workers) + model.costs["driver"].at(agents / machines, workers)
    split += model.network_s(agents / machines, machines, given)
    return {
        "agents": f"{agents / 1e6:g} million",
        "machines": machines,
        **{f"{name}, s": f"{value:.2f}" for name, value in parts.items()},
        "a step, s": f"{step:.1f}",
        "longest": max(parts, key=lambda name: parts[name]),
        "journal, GB a step": f"{model.costs['journalled'].at(agents, workers) / 1e9:.2f}",
        "a step with board and journal by machine, s": f"{split:.1f}",
    }


def _processor_s(row: Row) -> float:
    return float(sum(row[name] for name in PARTS))


def kept_rows(path: Path) -> list[Row]:
    """All rows, those that the file does not hold measured, in turn."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    there = {(row["agents"], row["nodes"]) for row in rows}
    for agents, nodes in sorted({*SERIAL, *FITTED, *PREDICTED} - there):
        rows.append(measured(agents, nodes, STEPS[agents]))
        with path.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")
    return sorted(rows, key=lambda row: (row["agents"], row["nodes"]))


def main() -> None:
    """Measure, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, required=True, help="file of rows, a line of JSON each")
    parser.add_argument("--cores", type=int, default=16, help="of each machine that is asked about, each as fast as one of this machine's")
    parser.add_argument("--gbits", type=float, default=10.0, help="of the driver's link")
    parser.add_argument("--latency-ms", type=float, default=0.2, help="of the network, there and back")
    given = parser.parse_args()
    rows = kept_rows(given.kept)
    model = Model.fitted(_fitted(rows), *calls())
    for line in tables(rows, model, given):
        print(line)
    print(f"\nslowest worker over the mean one {model.straggling:.2f}; {model.rounds} rounds a step, {1000 * model.call_s:.2f} ms a call")
    print(f"from {model.most_workers:.0f} workers on agents cost the driver more than the slowest worker")


if __name__ == "__main__":
    main()
