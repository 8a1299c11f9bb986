from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import I64, U8
from freeagentics.memory.codec.range_coder import TOTAL, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.tables import whole_frequencies

Tables = list[np.ndarray]


@st.composite
def messages(draw: st.DrawFn) -> tuple[Tables, I64, list[bool]]:
    """Tables of up to twelve symbols, symbols (rows, tables) of them, and after which a raw number follows."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, rows = draw(st.integers(0, 14)), draw(st.integers(1, 6))
    skew = draw(st.sampled_from([0.1, 1.0, 8.0]))
    tables = [whole_frequencies(random.random(random.integers(2, 13)) ** skew + 1e-9) for _ in range(count)]
    symbols = np.stack([random.integers(0, len(table), rows) for table in tables], axis=1) if tables else np.zeros((rows, 0), np.int64)
    return tables, symbols, [draw(st.booleans()) for _ in tables]


def write(tables: Tables, symbols: I64, raw: list[bool]) -> tuple[U8, I64]:
    writer = RangeEncoder(len(symbols))
    for place, table in enumerate(tables):
        before = np.cumsum(table, dtype=np.uint64) - table
        writer.put(before[symbols[:, place]], table.astype(np.uint64)[symbols[:, place]])
        rows = np.flatnonzero(symbols[:, place] == 0)
        if raw[place] and rows.size:
            writer.put_raw(rows, (rows * 977) % TOTAL)
    return writer.finish()


def read(tables: Tables, codes: U8, length: I64, raw: list[bool]) -> tuple[I64, np.ndarray]:
    """The symbols (rows, tables), and which were sure, (rows, tables)."""
    reader = RangeDecoder(codes, length)
    symbols, sure = np.zeros((len(codes), len(tables)), np.int64), np.zeros((len(codes), len(tables)), np.bool_)
    for place, table in enumerate(tables):
        edge = np.concatenate([[0], np.cumsum(table, dtype=np.int64)])
        found = np.searchsorted(edge, reader.look(), side="right") - 1
        reader.take(edge[found].astype(np.uint64), table.astype(np.uint64)[found])
        symbols[:, place], sure[:, place] = found, reader.sure
        rows = np.flatnonzero((found == 0) & reader.sure)
        if raw[place] and rows.size:
            numbers = reader.take_raw(rows)
            there = reader.sure[rows]
            assert (numbers[there] == (rows[there] * 977) % TOTAL).all()
    return symbols, sure


@given(messages())
def test_what_is_written_is_read(message: tuple[Tables, I64, list[bool]]) -> None:
    tables, symbols, raw = message
    found, sure = read(tables, *write(tables, symbols, raw), raw)
    assert sure.all()
    assert (found == symbols).all()


@given(messages())
def test_a_code_does_not_depend_on_the_batch_it_was_made_in(message: tuple[Tables, I64, list[bool]]) -> None:
    tables, symbols, _ = message
    codes, length = write(tables, symbols, [False] * len(tables))
    for row in range(len(symbols)):
        alone, its_length = write(tables, symbols[row : row + 1], [False] * len(tables))
        assert its_length[0] == length[row]
        assert alone[0].tobytes() == codes[row, : length[row]].tobytes()


@given(messages(), st.integers(0, 20))
def test_of_a_beginning_all_is_right_that_is_sure(message: tuple[Tables, I64, list[bool]], kept: int) -> None:
    tables, symbols, raw = message
    codes, length = write(tables, symbols, raw)
    length = np.minimum(length, kept)
    codes = np.where(np.arange(codes.shape[1]) < length[:, None], codes, 0).astype(np.uint8)
    found, sure = read(tables, codes, length, raw)
    assert (found == symbols)[sure].all()
    # Once unsure, a row never is sure again.
    assert (np.diff(sure.astype(np.int8), axis=1) <= 0).all()


@given(messages(), st.integers(1, 20))
def test_a_longer_beginning_tells_more(message: tuple[Tables, I64, list[bool]], kept: int) -> None:
    tables, symbols, raw = message
    codes, length = write(tables, symbols, raw)
    told = []
    for limit in (kept - 1, kept):
        shorter = np.minimum(length, limit)
        data = np.where(np.arange(codes.shape[1]) < shorter[:, None], codes, 0).astype(np.uint8)
        told.append(read(tables, data, shorter, raw)[1].sum(axis=1))
    assert (told[0] <= told[1]).all()


@pytest.mark.parametrize("skew", [0.2, 1.0, 5.0])
def test_codes_are_as_long_as_theory_has_it_and_a_byte_and_a_half(skew: float) -> None:
    random = np.random.default_rng(5)
    tables = [whole_frequencies(random.random(9) ** skew) for _ in range(30)]
    symbols = np.stack([random.choice(9, 400, p=table / TOTAL) for table in tables], axis=1)
    bits = np.sum([-np.log2(table[symbols[:, place]] / TOTAL) for place, table in enumerate(tables)], axis=0)
    _, length = write(tables, symbols, [False] * 30)
    assert (8 * length >= bits - 1e-9).all()
    assert 8 * length.mean() <= bits.mean() + 12


@given(st.binary(max_size=40), st.integers(0, 2**32))
def test_any_bytes_at_all_can_be_read(data: bytes, seed: int) -> None:
    random = np.random.default_rng(seed)
    tables = [whole_frequencies(random.random(7) ** 6 + 1e-9) for _ in range(12)]
    codes = np.frombuffer(data, np.uint8)[None]
    found, _ = read(tables, codes, np.array([len(data)]), [False] * 12)
    assert ((found >= 0) & (found < 7)).all()


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=200))
def test_frequencies_are_whole_and_none_is_nothing(shares: list[float]) -> None:
    table = whole_frequencies(np.array(shares))
    assert table.sum() == TOTAL
    assert table.min() >= 1
