from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.memory import EncodedMemories
from freeagentics.memory.codec import Codes

MEMORIES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 255), st.binary(min_size=1, max_size=9)), max_size=12)


def encoded(memories: list[tuple[int, int, bytes]]) -> EncodedMemories:
    payload = np.zeros((len(memories), 9), dtype=np.uint8)
    for row, (_, _, code) in enumerate(memories):
        payload[row, : len(code)] = np.frombuffer(code, dtype=np.uint8)
    codes = Codes.with_checksum(payload, np.array([len(code) for *_, code in memories], dtype=np.int64))
    agent, importance = (np.array([memory[place] for memory in memories]) for place in (0, 1))
    return EncodedMemories(agent.astype(np.int32), importance.astype(np.uint8), codes, version=7)


@given(MEMORIES)
def test_a_page_comes_back_as_it_was(memories: list[tuple[int, int, bytes]]) -> None:
    page = encoded(memories)
    again = EncodedMemories.from_bytes(page.to_bytes(), 7)
    assert (again.agent.tolist(), again.importance.tolist()) == (page.agent.tolist(), page.importance.tolist())
    assert (again.codes.to_list(), again.version, len(again)) == (page.codes.to_list(), 7, len(memories))
    assert again.codes.intact.all()


@given(MEMORIES.filter(len), st.data())
def test_some_of_a_page_are_those_rows(memories: list[tuple[int, int, bytes]], data: st.DataObject) -> None:
    chosen = np.array(data.draw(st.lists(st.integers(0, len(memories) - 1))), dtype=np.int64)
    assert encoded(memories).rows(chosen).to_bytes() == encoded([memories[row] for row in chosen]).to_bytes()


def test_agents_in_a_row_take_six_bytes_together() -> None:
    in_a_row, apart = (encoded([(agent, 0, b"x") for agent in agents]) for agents in (range(9), range(0, 18, 2)))
    assert len(apart.to_bytes()) - len(in_a_row.to_bytes()) == 8 * 6


def test_a_page_that_is_cut_short_or_does_not_say_whose_memories_it_has_is_refused() -> None:
    block = encoded([(3, 1, b"abc"), (4, 2, b"de"), (9, 3, b"f")]).to_bytes()
    head = 2 + 2 * 6
    for end in range(head + 1):
        with pytest.raises(CorruptRecord, match="block of memories of"):
            EncodedMemories.from_bytes(block[:end], 7)
    for place in range(head):
        damaged = bytearray(block)
        damaged[place] ^= 1
        with pytest.raises(CorruptRecord, match="block of memories of"):
            EncodedMemories.from_bytes(bytes(damaged), 7)


def test_fewer_codes_than_memories_are_refused() -> None:
    one, two = encoded([(3, 1, b"abc")]), encoded([(3, 1, b"abc"), (4, 1, b"abc")])
    head = two.to_bytes()[: 2 + 6 + 1 + 2]
    with pytest.raises(CorruptRecord, match="with 1 codes where 2 were written"):
        EncodedMemories.from_bytes(head + one.codes.to_bytes(), 7)
