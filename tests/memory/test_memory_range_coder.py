from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import I64, U8
from freeagentics.memory.codec.range_coder import PROB_SCALE, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.tables import integer_frequencies

Tables = list[np.ndarray]


@st.composite
def messages(draw: st.DrawFn) -> tuple[Tables, I64, list[bool]]:
    """Tables of up to twelve symbols, symbols (rows, tables) of them, and after which a bypass number follows."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, rows = draw(st.integers(0, 14)), draw(st.integers(1, 6))
    skew = draw(st.sampled_from([0.1, 1.0, 8.0]))
    tables = [integer_frequencies(random.random(random.integers(2, 13)) ** skew + 1e-9) for _ in range(count)]
    symbols = np.stack([random.integers(0, len(table), rows) for table in tables], axis=1) if tables else np.zeros((rows, 0), np.int64)
    return tables, symbols, [draw(st.booleans()) for _ in tables]


def write(tables: Tables, symbols: I64, bypass: list[bool]) -> tuple[U8, I64]:
    encoder = RangeEncoder(len(symbols))
    for place, table in enumerate(tables):
        cum_freq = np.cumsum(table, dtype=np.uint64) - table
        encoder.encode(cum_freq[symbols[:, place]], table.astype(np.uint64)[symbols[:, place]])
        rows = np.flatnonzero(symbols[:, place] == 0)
        if bypass[place] and rows.size:
            encoder.encode_bypass(rows, (rows * 977) % PROB_SCALE)
    return encoder.finish()


def read(tables: Tables, codes: U8, length: I64, bypass: list[bool]) -> tuple[I64, np.ndarray]:
    """The symbols (rows, tables), and which were determined, (rows, tables)."""
    decoder = RangeDecoder(codes, length)
    symbols, determined = np.zeros((len(codes), len(tables)), np.int64), np.zeros((len(codes), len(tables)), np.bool_)
    for place, table in enumerate(tables):
        cdf = np.concatenate([[0], np.cumsum(table, dtype=np.int64)])
        found = np.searchsorted(cdf, decoder.decode_target(), side="right") - 1
        decoder.decode_update(cdf[found].astype(np.uint64), table.astype(np.uint64)[found])
        symbols[:, place], determined[:, place] = found, decoder.determined
        rows = np.flatnonzero((found == 0) & decoder.determined)
        if bypass[place] and rows.size:
            numbers = decoder.decode_bypass(rows)
            there = decoder.determined[rows]
            assert (numbers[there] == (rows[there] * 977) % PROB_SCALE).all()
    return symbols, determined


@given(messages())
def test_what_is_written_is_read(message: tuple[Tables, I64, list[bool]]) -> None:
    tables, symbols, bypass = message
    found, determined = read(tables, *write(tables, symbols, bypass), bypass)
    assert determined.all()
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
    tables, symbols, bypass = message
    codes, length = write(tables, symbols, bypass)
    length = np.minimum(length, kept)
    codes = np.where(np.arange(codes.shape[1]) < length[:, None], codes, 0).astype(np.uint8)
    found, determined = read(tables, codes, length, bypass)
    assert (found == symbols)[determined].all()
    # Once it is not, a row never is determined again.
    assert (np.diff(determined.astype(np.int8), axis=1) <= 0).all()


@given(messages(), st.integers(1, 20))
def test_a_longer_beginning_tells_more(message: tuple[Tables, I64, list[bool]], kept: int) -> None:
    tables, symbols, bypass = message
    codes, length = write(tables, symbols, bypass)
    told = []
    for limit in (kept - 1, kept):
        shorter = np.minimum(length, limit)
        data = np.where(np.arange(codes.shape[1]) < shorter[:, None], codes, 0).astype(np.uint8)
        told.append(read(tables, data, shorter, bypass)[1].sum(axis=1))
    assert (told[0] <= told[1]).all()


@pytest.mark.parametrize("skew", [0.2, 1.0, 5.0])
def test_codes_are_as_long_as_theory_has_it_and_a_byte_and_a_half(skew: float) -> None:
    random = np.random.default_rng(5)
    tables = [integer_frequencies(random.random(9) ** skew) for _ in range(30)]
    symbols = np.stack([random.choice(9, 400, p=table / PROB_SCALE) for table in tables], axis=1)
    bits = np.sum([-np.log2(table[symbols[:, place]] / PROB_SCALE) for place, table in enumerate(tables)], axis=0)
    _, length = write(tables, symbols, [False] * 30)
    assert (8 * length >= bits - 1e-9).all()
    assert 8 * length.mean() <= bits.mean() + 12


@given(st.binary(max_size=40), st.integers(0, 2**32))
def test_any_bytes_at_all_can_be_read(data: bytes, seed: int) -> None:
    random = np.random.default_rng(seed)
    tables = [integer_frequencies(random.random(7) ** 6 + 1e-9) for _ in range(12)]
    codes = np.frombuffer(data, np.uint8)[None]
    found, _ = read(tables, codes, np.array([len(data)]), [False] * 12)
    assert ((found >= 0) & (found < 7)).all()


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=200))
def test_frequencies_are_whole_and_none_is_nothing(shares: list[float]) -> None:
    table = integer_frequencies(np.array(shares))
    assert table.sum() == PROB_SCALE
    assert table.min() >= 1
