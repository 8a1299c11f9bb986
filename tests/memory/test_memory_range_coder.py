from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_codecs import LARGEST, Message, message, messages

from freeagentics.memory.codec import Codes
from freeagentics.memory.codec.tables import PROB_SCALE, integer_frequencies

# A bypass number has 12 bits over the range of its feature.
ROUGH = LARGEST / (PROB_SCALE - 1) / 2 + 1


def beginnings(sent: Message, codes: Codes, kept: int) -> np.ndarray:
    return sent.read(codes.truncated(np.full(len(codes), 1 + kept)))


@given(messages())
def test_what_is_written_is_read(sent: Message) -> None:
    off = np.abs(sent.read(sent.codes()) - sent.fixed)
    assert (off <= np.where(sent.escaped, ROUGH, 0)).all()


@given(messages(), st.binary(max_size=9))
def test_whatever_follows_a_code_changes_nothing(sent: Message, more: bytes) -> None:
    codes = sent.codes()
    followed = [code[1:] + more for code in codes.to_list()]
    data = np.zeros((len(followed), max(map(len, followed))), np.uint8)
    for row, code in enumerate(followed):
        data[row, : len(code)] = np.frombuffer(code, np.uint8)
    longer = Codes.with_checksum(data, np.array([len(code) for code in followed]))
    assert (sent.read(longer) == sent.read(codes)).all()


@given(messages(), st.integers(0, 20))
def test_of_a_beginning_all_is_right_that_is_sure_and_the_rest_as_predicted(sent: Message, kept: int) -> None:
    codes = sent.codes()
    whole, found = sent.read(codes), beginnings(sent, codes, kept)
    for row, right in enumerate(found == whole):
        first = int(np.argmin(right)) if not right.all() else right.size
        # Of a feature that has just escaped the bypass number may be what is missing.
        assert (found[row, first + 1 :] == sent.fallback[first + 1 :]).all()
        assert right.all() or sent.escaped[row, first] or found[row, first] == sent.fallback[first]


@given(messages(), st.integers(1, 20))
def test_a_longer_beginning_tells_more(sent: Message, kept: int) -> None:
    codes = sent.codes()
    whole = sent.read(codes)
    told = [np.cumprod(beginnings(sent, codes, limit) == whole, axis=1).sum(axis=1) for limit in (kept - 1, kept)]
    assert (told[0] <= told[1]).all()


@pytest.mark.parametrize("skew", [0.2, 1.0, 5.0])
def test_codes_are_as_long_as_theory_has_it_and_a_byte_and_a_half(skew: float) -> None:
    random = np.random.default_rng(5)
    tables = [integer_frequencies(random.random(9) ** skew) for _ in range(30)]
    # None escapes: what a bypass number takes is in no table.
    symbols = np.stack([np.where((drawn := random.choice(9, 400, p=table / PROB_SCALE)) == 7, 8, drawn) for table in tables], axis=1)
    bits = np.sum([-np.log2(table[symbols[:, place]] / PROB_SCALE) for place, table in enumerate(tables)], axis=0)
    length = message(tables, symbols).codes().length - 1
    assert (8 * length >= bits - 1e-9).all()
    assert 8 * length.mean() <= bits.mean() + 12


@given(messages(), st.binary(max_size=40))
def test_any_bytes_at_all_can_be_read(known: Message, data: bytes) -> None:
    codes = Codes.with_checksum(np.frombuffer(data, np.uint8)[None], np.array([len(data)]))
    found = known.read(codes)
    assert ((found >= 0) & (found <= LARGEST)).all()


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=200))
def test_frequencies_are_whole_and_none_is_nothing(shares: list[float]) -> None:
    table = integer_frequencies(np.array(shares))
    assert table.sum() == PROB_SCALE
    assert table.min() >= 1
