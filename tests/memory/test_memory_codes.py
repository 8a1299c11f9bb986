from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.errors import CorruptRecord
from freeagentics.memory.codec.checksum import crc8
from freeagentics.memory.codec.codes import LONGEST, Codes

payloads = st.lists(st.binary(max_size=20), min_size=1, max_size=8)


def with_checksum(parts: list[bytes]) -> Codes:
    longest = max(map(len, parts), default=0)
    data = np.zeros((len(parts), longest), np.uint8)
    for row, part in enumerate(parts):
        data[row, : len(part)] = np.frombuffer(part, np.uint8)
    return Codes.with_checksum(data, np.array([len(part) for part in parts]))


def bitwise_crc8(data: bytes) -> int:
    """CRC-8/AUTOSAR, one bit at a time."""
    crc = 0xFF
    for byte in data:
        for place in range(7, -1, -1):
            carry = (crc >> 7) ^ (byte >> place & 1)
            crc = (crc << 1 & 0xFF) ^ (0x2F if carry else 0)
    return crc ^ 0xFF


def test_the_known_checksum_of_the_standard() -> None:
    assert crc8(np.frombuffer(b"123456789", np.uint8)[None], np.array([9])).tolist() == [0xDF]


@given(payloads)
def test_the_checksum_is_that_of_the_bitwise_algorithm(parts: list[bytes]) -> None:
    assert with_checksum(parts).data[:, 0].tolist() == [bitwise_crc8(part) for part in parts]


@given(payloads)
def test_concatenated_codes_come_apart_again(parts: list[bytes]) -> None:
    codes = with_checksum(parts)
    for again in (Codes.from_concatenated(codes.concatenated(), codes.length), Codes.from_list(codes.to_list())):
        assert again.to_list() == codes.to_list()
        assert again.intact.all()
    assert [code[1:] for code in codes.to_list()] == parts


@given(payloads, st.data())
def test_a_flipped_bit_anywhere_is_found_and_the_others_stay_readable(parts: list[bytes], data: st.DataObject) -> None:
    codes = with_checksum(parts)
    concatenated = bytearray(codes.concatenated())
    bit = data.draw(st.integers(0, 8 * len(concatenated) - 1))
    concatenated[bit // 8] ^= 1 << bit % 8
    row = int(np.searchsorted(np.cumsum(codes.length), bit // 8, side="right"))
    damaged = Codes.from_concatenated(bytes(concatenated), codes.length)
    assert np.flatnonzero(~damaged.intact).tolist() == [row]
    with pytest.raises(CorruptRecord, match=rf"rows \[{row}\]"):
        damaged.check()
    others = np.arange(len(parts)) != row
    assert damaged.rows(others).to_list() == codes.rows(others).to_list()


def test_a_damaged_length_damages_one_code_alone() -> None:
    random = np.random.default_rng(3)
    codes = with_checksum([random.bytes(int(random.integers(4, 12))) for _ in range(50)])
    for row, bit in [(0, 0), (7, 1), (25, 3), (49, 2), (30, 6)]:
        length = codes.length.copy()
        length[row] ^= 1 << bit
        found = Codes.from_concatenated(codes.concatenated(), length)
        assert np.flatnonzero(~found.intact).tolist() == [row]


def test_no_codes_and_empty_ones() -> None:
    assert len(Codes.from_list([])) == 0
    assert Codes.from_list([]).concatenated() == b""
    assert Codes.from_list([b"", b""]).intact.tolist() == [False, False]


def test_lengths_that_no_code_has_are_refused() -> None:
    with pytest.raises(CorruptRecord, match="longer"):
        Codes.from_concatenated(b"", np.array([LONGEST + 1]))
    with pytest.raises(CorruptRecord, match="longer"):
        Codes.from_list([bytes(300)])


@given(payloads, st.integers(-3, 30))
def test_a_truncated_code_is_the_beginning_with_a_checksum_of_its_own(parts: list[bytes], kept: int) -> None:
    codes = with_checksum(parts)
    short = codes.truncated(np.full(len(parts), kept))
    assert short.intact.all()
    assert [code[1:] for code in short.to_list()] == [part[: max(kept - 1, 0)] for part in parts]


def test_damage_is_not_hidden_by_truncation() -> None:
    codes = with_checksum([b"abcdef", b"ghijkl"])
    codes.data[1, 3] ^= 1
    with pytest.raises(CorruptRecord, match=r"rows \[1\]"):
        codes.truncated(np.array([3, 3]))


@given(st.lists(st.binary(max_size=40), max_size=9))
def test_a_block_of_codes_comes_apart_again(parts: list[bytes]) -> None:
    codes = with_checksum(parts)
    assert Codes.from_bytes(codes.to_bytes()).to_list() == codes.to_list()


def test_lengths_take_half_a_byte_in_a_block() -> None:
    codes = with_checksum([bytes(8 + row % 16) for row in range(256)])
    assert len(codes.to_bytes()) == 6 + 128 + int(codes.length.sum())


def test_a_flipped_bit_anywhere_in_a_block_damages_one_code_or_is_named_as_shared() -> None:
    random = np.random.default_rng(8)
    codes = with_checksum([random.bytes(int(random.integers(5, 12))) for _ in range(20)])
    block = codes.to_bytes()
    for bit in range(8 * len(block)):
        damaged = bytearray(block)
        damaged[bit // 8] ^= 1 << bit % 8
        if bit // 8 < 6:
            with pytest.raises(CorruptRecord, match="head"):
                Codes.from_bytes(bytes(damaged))
        else:
            assert np.count_nonzero(~Codes.from_bytes(bytes(damaged)).intact) == 1


@given(st.binary(max_size=60))
def test_any_bytes_at_all_are_a_block_or_corrupt(data: bytes) -> None:
    with contextlib.suppress(CorruptRecord):
        assert len(Codes.from_bytes(data)) <= 2 * len(data)


def test_codes_are_as_wide_as_the_longest_of_them() -> None:
    for codes in ([], [b"", b""], [b"abc", b"d"]):
        assert Codes.from_list(codes).data.shape == (len(codes), max(map(len, codes), default=0))
