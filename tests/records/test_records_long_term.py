"""Long-term memories: a page of them comes back as it was, and damage of a code is damage of one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.journal import BYTES, Kind, Page
from freeagentics.memory.codec import Codes
from freeagentics.records.long_term import LongTermColumns, LongTermMemories, readable_columns

FIRST, LAST = 25, 48
SOME = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(FIRST, LAST)), st.tuples(st.integers(0, 255), st.binary(max_size=9)), max_size=40
)
Some = dict[tuple[int, int], tuple[int, bytes]]


def long_term(some: Some) -> LongTermMemories:
    agent = np.array([agent for agent, _ in some], dtype=np.int32)
    step = np.array([step for _, step in some], dtype=np.int64)
    importance = np.array([importance for importance, _ in some.values()], dtype=np.uint8)
    payload = [code for _, code in some.values()]
    codes = Codes.with_checksum(Codes.from_list(payload).data, np.array([len(code) for code in payload], dtype=np.int64))
    return LongTermMemories.sorted((FIRST, LAST), agent, step, importance, importance[::-1].copy(), codes, 33)


def told(memories: LongTermMemories) -> list[tuple[int, int, int, int, bytes]]:
    columns = memories.columns
    numbers = (columns.agent, columns.step, columns.importance, columns.strength)
    return list(zip(*(values.tolist() for values in numbers), memories.codes.to_list(), strict=True))


def damaged(page: Page, place: int, bit: int) -> Page:
    block = bytearray(page.records.tobytes())
    block[place] ^= 1 << bit
    return Page(Kind.LONG_TERM, page.cohort, np.frombuffer(bytes(block), BYTES), page.codec, crc_ok=False)


@given(SOME)
def test_a_page_comes_back_sorted_by_agent_and_step(some: Some) -> None:
    memories = long_term(some)
    page = memories.to_page(3)
    assert (page.cohort, page.codec, page.count) == (3, 33, len(some))
    again = LongTermMemories.from_page(page)
    assert told(again) == told(memories)
    assert [(agent, step) for agent, step, *_ in told(again)] == sorted(some)
    assert (again.columns.first, again.columns.last) == (FIRST, LAST)


@given(SOME, st.integers(FIRST, LAST))
def test_spans_cut_and_merged_again_are_what_they_were(some: Some, at: int) -> None:
    memories = long_term(some)
    early = memories.until(at)
    late = memories.rows(memories.columns.step > at)
    assert (early.columns.last, max((step for _, step, *_ in told(early)), default=at)) <= (at, at)
    assert told(LongTermMemories.merged([early, late])) == told(memories)


@given(SOME.filter(bool), st.data())
def test_a_flipped_bit_costs_one_memory_or_is_named_as_damage_of_the_page(some: Some, data: st.DataObject) -> None:
    memories = long_term(some)
    page = memories.to_page(0)
    place, bit = data.draw(st.integers(0, len(page.records) - 1)), data.draw(st.integers(0, 7))
    hurt = damaged(page, place, bit)
    end = len(page.records) - int(memories.codes.length.sum())
    if place < end:
        assert readable_columns(hurt) is None
        with pytest.raises(CorruptRecord):
            LongTermMemories.from_page(hurt)
        return
    again = LongTermMemories.from_page(hurt)
    assert (~again.codes.intact).sum() == 1
    changed = [one for one, other in zip(told(again), told(memories), strict=True) if one != other]
    assert len(changed) == 1


@given(SOME.filter(bool), st.lists(st.integers(0, 12), min_size=40, max_size=40))
def test_shortened_codes_are_prefixes_and_what_keeps_nothing_is_gone(some: Some, lengths: list[int]) -> None:
    memories = long_term(some)
    kept = np.minimum(np.array(lengths[: len(memories)]), memories.codes.length)
    shorter = memories.shortened(kept)
    before = [one for one, length in zip(told(memories), kept.tolist(), strict=True) if length]
    assert shorter.codes.intact.all()
    assert shorter.codes.length.tolist() == [length for length in kept.tolist() if length]
    for (*_, whole), (*_, part) in zip(before, told(shorter), strict=True):
        assert whole[1 : len(part)] == part[1:]


def test_a_damaged_code_stays_damaged_when_it_is_cut() -> None:
    memories = long_term({(1, 30): (9, b"abcdef"), (2, 30): (9, b"ghijkl")})
    memories.codes.data[0, 3] ^= 4
    shorter = memories.shortened(np.array([3, 3]))
    assert shorter.codes.intact.tolist() == [False, True]
    assert (shorter.columns.length == 3).all()


def test_a_page_of_another_size_than_its_head_says_is_damaged() -> None:
    page = long_term({(1, 30): (9, b"abc")}).to_page(0)
    short = Page(Kind.LONG_TERM, 0, page.records[:-1], page.codec)
    with pytest.raises(CorruptRecord, match="3 bytes of codes where 4 were written"):
        LongTermMemories.from_page(short)
    with pytest.raises(CorruptRecord, match="without a head"):
        LongTermColumns.from_bytes(b"short")
