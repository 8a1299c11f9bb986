from __future__ import annotations

import contextlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from codec_samples import ROLES
from golden_samples import golden_sample
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.kernels import compiled
from freeagentics.memory.codec import BOOK_COLUMNS, AutoregressiveCodec, CodecWeights, SideInformation
from freeagentics.memory.codec.constants import CodecConstants
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.codec.tables import CONTEXTS, table_sizes
from freeagentics.memory.codec.weights_check import wrong_with
from freeagentics.memory.features import FEATURES

WEIGHTS = shipped("trade-executor")


def changed(name: str, place: int, value: Any) -> AnyArray:
    found = getattr(WEIGHTS, name).copy()
    found[place] = value
    return found


WRONG: dict[str, dict[str, Any]] = {
    "center of shape": {"center": WEIGHTS.center[:40]},
    "side_scale of shape": {"side_scale": WEIGHTS.side_scale[1:]},
    "order of type": {"order": WEIGHTS.order.astype(np.float64)},
    "stages of 25 features": {"stages": changed("stages", 0, WEIGHTS.stages[0] + 1)},
    "scale with a number": {"scale": changed("scale", 3, np.nan)},
    "step with a number": {"step": changed("step", 3, 0)},
    "spread_width with a number": {"spread_width": changed("spread_width", 0, -1)},
    "center with a number": {"center": changed("center", 47, np.inf)},
    "an order that is not": {"order": changed("order", 0, WEIGHTS.order[1])},
    "an order that": {"order": changed("order", 0, 48)},
    "copied_from with a column beyond": {"copied_from": changed("copied_from", 0, len(WEIGHTS.columns))},
    "copied_from with a number": {"copied_from": changed("copied_from", 0, -2)},
    "p_no_escape of 4096": {"p_no_escape": 4096},
    "-1 hidden units": {"hidden": -1},
    "inner of shape": {"inner": WEIGHTS.inner[1:]},
    "outer of shape": {"outer": WEIGHTS.outer[:-1]},
    "nets whose sums may be above": {"inner": np.full(len(WEIGHTS.inner), 2**40)},
    "not so many symbols": {"max_quantum": changed("max_quantum", 0, 3000)},
    "frequency of shape": {"frequency": WEIGHTS.frequency[:-1]},
    "frequencies that are not": {"frequency": changed("frequency", 9, 0)},
}
LEAST = {"scale": 2.0**-40, "step": 1, "spread_width": 1, "common_width": 1, "max_quantum": 1, "copied_from": -1}


@pytest.mark.parametrize("wrong", WRONG)
def test_weights_that_no_codec_can_have_are_refused_when_they_are_read(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "codec.npz"
    replace(WEIGHTS, **WRONG[wrong]).write(path)
    with pytest.raises(BadInput, match=rf"codec.npz: not a trained codec: .*{wrong}"):
        CodecWeights.read(path)


def test_what_ships_is_as_it_must_be() -> None:
    for role in ROLES:
        assert wrong_with(shipped(role)) is None


@pytest.mark.parametrize("name", LEAST)
def test_a_number_may_be_the_least_that_it_can_be_and_no_less(name: str) -> None:
    refusal, below = f"{name} with a number that is not from", LEAST[name] / 2 if name == "scale" else LEAST[name] - 1
    least, too_small = (cast(dict[str, Any], {name: changed(name, 0, value)}) for value in (LEAST[name], below))
    assert not (wrong_with(replace(WEIGHTS, **least)) or "").startswith(refusal)
    assert (wrong_with(replace(WEIGHTS, **too_small)) or "").startswith(refusal)


def test_no_stage_is_without_features() -> None:
    stages = np.append(WEIGHTS.stages, 0)
    assert (wrong_with(replace(WEIGHTS, stages=stages)) or "").startswith("stages with a number that is not from 1")


def test_every_table_of_frequencies_has_a_sum_of_its_own() -> None:
    size = np.repeat(table_sizes(WEIGHTS.max_quantum), CONTEXTS)
    for end in np.cumsum(size)[:-1]:
        moved = WEIGHTS.frequency.copy()
        moved[end - 1] += 1
        moved[end] -= 1
        assert "frequencies" in (wrong_with(replace(WEIGHTS, frequency=moved)) or "")


NUMBERS = [field.name for field in fields(CodecWeights) if field.name not in ("role", "version", "columns", "hidden", "p_no_escape")]
SAMPLE = golden_sample("trade-executor", 3, 14)


@settings(deadline=None)
@given(st.sampled_from(NUMBERS), st.integers(0, 10**6), st.one_of(st.integers(-3, 70), st.integers(-(2**15), 2**15 - 1)))
def test_weights_with_a_number_changed_are_refused_or_code_and_decode(name: str, place: int, value: int) -> None:
    before = getattr(WEIGHTS, name)
    made: dict[str, Any] = {name: changed(name, place % len(before), np.asarray(value).astype(before.dtype))}
    weights = replace(WEIGHTS, **made)
    if wrong_with(weights) is not None:
        return
    codec = AutoregressiveCodec(weights, [name for name in WEIGHTS.columns if name not in BOOK_COLUMNS])
    encoded = codec.encode(SAMPLE.vectors, SAMPLE.side_information, SAMPLE.focus)
    assert codec.decode(encoded.codes, SAMPLE.side_information).tobytes() == encoded.vectors.tobytes()


ANYTHING = st.one_of(st.integers(-3, 100), st.integers(-(2**62), 2**62))


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10), st.integers(0, 10**6), ANYTHING, st.integers(0, 2**32))
def test_kernels_refuse_constants_of_anything_or_stay_inside_their_arrays(number: int, place: int, value: int, seed: int) -> None:
    arguments = [part.copy() if isinstance(part, np.ndarray) else part for part in CodecConstants(WEIGHTS, WEIGHTS.columns).arguments]
    if isinstance(part := arguments[number], np.ndarray):
        part.flat[place % part.size] = value % 2**16 if part.dtype == np.uint16 else value
    else:
        arguments[number] = value
    random = np.random.default_rng(seed)
    rows, columns, predicted = 5, len(WEIGHTS.columns), len(WEIGHTS.order)
    vectors, values = random.normal(0, 1, (rows, len(FEATURES))).astype(np.float32), random.normal(0, 1, (rows, columns)).astype(np.float32)
    room = (np.empty(1000), np.empty(1000, dtype=np.int64))
    shared = (values, np.zeros((0, 0), np.float32))
    codes, length = random.integers(0, 256, (rows, 200), dtype=np.uint8), random.integers(1, 200, rows)
    found, frequency = np.empty_like(vectors), np.empty((rows, predicted), np.uint16)
    with contextlib.suppress(ValueError):
        compiled.codec_decode(*arguments, codes, length, *shared, 1, columns, 0, found, *room)
        focus = np.zeros(rows, np.int64)
        compiled.codec_encode(*arguments, vectors, *shared, focus, 1, columns, 0, codes[:, :9].copy(), length, found, frequency, *room)
        assert ((length > 1) & (length <= 9)).all()


def test_side_information_of_no_number_is_a_number_like_others() -> None:
    values = SAMPLE.side_information.values.copy()
    values[:, ::3], values[:, 1::3] = np.nan, np.inf
    around = SideInformation(values, SAMPLE.side_information.book)
    encoded = SAMPLE.codec.encode(SAMPLE.vectors, around, SAMPLE.focus)
    assert np.isfinite(encoded.vectors).all()
    assert SAMPLE.codec.decode(encoded.codes, around).tobytes() == encoded.vectors.tobytes()


@pytest.mark.parametrize("wrong", ["vectors", "values", "book", "focus", "asset"])
def test_arrays_that_do_not_fit_each_other_are_refused(wrong: str) -> None:
    vectors, values, book, focus = SAMPLE.vectors, SAMPLE.side_information.values, SAMPLE.side_information.book, SAMPLE.focus
    assert book is not None
    given: dict[str, Any] = {"vectors": vectors, "values": values, "book": book, "focus": focus}
    given |= {"vectors": vectors[:, 1:]} if wrong == "vectors" else {"focus": focus + 3} if wrong == "asset" else {wrong: given[wrong][1:]}
    with pytest.raises(ValueError, match="reshape|argument"):
        SAMPLE.codec.encode(given["vectors"], SideInformation(given["values"], given["book"]), given["focus"])
