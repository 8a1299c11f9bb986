"""Valid inputs of kernels of decisions.c and recollection.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

RECORD = 75


def _agents(draws: Draws, rows: int) -> Argument:
    return draws.whole(-1, 3, rows).astype(np.int32)


@inputs_of("decisions_record", sizing=(0, 8, 10))
def _decisions_record(draws: Draws) -> list[Argument]:
    rows, k, reasons = draws.one(1, 6), draws.one(1, 6), draws.one(1, 7)
    agent = draws.whole(-1, 9, rows).astype(np.int32)
    numbers = np.where(draws.bits(rows), draws.scales(-30, 20, rows), draws.real(-1, 1, rows)).astype(np.float32)
    chosen: list[Argument] = [draws.whole(0, 4, rows).astype(np.uint8), numbers, draws.narrow(-1, 1, rows), draws.whole(0, 9, rows)]
    parent, since, recalled = (draws.whole(-1, 99, *shape).astype(np.int32) for shape in ((rows,), (rows,), (rows, k)))
    causes: list[Argument] = [parent, since, draws.narrow(0, 1, rows), recalled, draws.whole(-1, 99, rows, 3)]
    return [agent, *chosen, *causes, draws.narrow(-9, 9, reasons, rows), 70_000, np.zeros(RECORD * int((agent >= 0).sum()), dtype=np.uint8)]


@inputs_of("rows_heard", sizing=(0, 2))
def _rows_heard(draws: Draws) -> list[Argument]:
    rows = draws.one(1, 9)
    return [draws.some(draws.narrow(-1, 1, rows, draws.one(1, 4)), 0.7), _agents(draws, rows), np.zeros(rows, dtype=np.uint8)]


@inputs_of("recollection_add", sizing=(6,))
def _recollection_add(draws: Draws) -> list[Argument]:
    rows = draws.one(1, 9)
    return [draws.narrow(-1, 2, rows), 0.1, 0.8, draws.narrow(-2, 2, rows), draws.narrow(-2, 2, rows), zeros(rows, 2), zeros(rows)]


@inputs_of("recollection_left", sizing=(1, 2, 4))
def _recollection_left(draws: Draws) -> list[Argument]:
    rows, slots, size = draws.one(1, 5), draws.one(1, 6), draws.one(1, 9)
    said: list[Argument] = [draws.narrow(-2, 2, rows, 2), draws.narrow(-3, 3, rows)]
    keys: list[Argument] = [draws.whole(0, 256, rows, slots, size).astype(np.uint8), draws.one(0, slots), draws.narrow(0, 1, rows, size)]
    return [*said, *keys, zeros(rows), zeros(rows), zeros(rows, size)]


@inputs_of("recollection_follow", sizing=(3,))
def _recollection_follow(draws: Draws) -> list[Argument]:
    n = draws.one(1, 20)
    return [draws.narrow(-1, 1, n), draws.whole(0, 900, n).astype(np.float32), 0.002, draws.narrow(0, 1, n)]


@inputs_of("outcomes_record", sizing=(0,))
def _outcomes_record(draws: Draws) -> list[Argument]:
    rows = draws.one(1, 9)
    judged, outcome = draws.whole(0, 2, rows).astype(np.bool_), [draws.narrow(-4, 4, rows), draws.narrow(-4, 4, rows)]
    return [_agents(draws, rows), judged, *outcome, 8, np.zeros(14 * int(judged.sum()), dtype=np.uint8)]


@inputs_of("outcomes_judge", sizing=(2, 3))
def _outcomes_judge(draws: Draws) -> list[Argument]:
    rows, assets = draws.one(1, 6), draws.one(1, 12)
    stance: list[Argument] = [draws.narrow(-1, 1, rows, assets), draws.whole(0, assets, rows).astype(np.uint16)]
    return [*stance, draws.narrow(-4, 4, assets), zeros(rows), zeros(rows)]
