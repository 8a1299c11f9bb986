from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.journal import BYTES, SHARED, Kind, Page
from freeagentics.journal.pages import (
    HEADER_BYTES,
    KEYFRAME_EVERY,
    Encoding,
    decode,
    dtype_from_text,
    dtype_to_text,
    encode,
    keyframe_id,
    page_id,
    page_key,
    read_header,
)

kinds = st.sampled_from(["<i8", "<f4", ">u2", "|u1", "|b1", "<c8", "|S5", "<U2", "<M8[ms]"])
shapes = st.lists(st.integers(1, 3), max_size=2).map(tuple)
names = st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6), min_size=1, max_size=5, unique=True)


@st.composite
def layouts(draw: st.DrawFn) -> np.dtype[np.void]:
    fields = [(name, draw(kinds), draw(shapes)) for name in draw(names)]
    return np.dtype([(name, kind, shape) if shape else (name, kind) for name, kind, shape in fields])


def filled(draw: st.DrawFn, dtype: np.dtype[np.void], count: int) -> AnyArray:
    bytes_of = st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize)
    alike = st.integers(0, 255).map(lambda byte: bytes([byte]) * (count * dtype.itemsize))
    return np.frombuffer(draw(bytes_of | alike), dtype)


@st.composite
def filled_pages(draw: st.DrawFn) -> Page:
    records = filled(draw, draw(layouts()), draw(st.integers(0, 40)))
    codec = draw(st.just(0) | st.integers(0, 255))
    return Page(draw(st.sampled_from(Kind)), draw(st.integers(SHARED, 60_000)), records, codec)


@st.composite
def two_pages(draw: st.DrawFn) -> tuple[Page, AnyArray]:
    """A page, and records of the same kind and cohort in its keyframe."""
    dtype, count = draw(layouts()), draw(st.integers(1, 40))
    return Page(Kind.DECISIONS, 0, filled(draw, dtype, count)), filled(draw, dtype, count)


@given(filled_pages(), st.integers(0, 2**16 - 1))
def test_a_page_comes_back_as_it_was(page: Page, schema: int) -> None:
    body = encode(page, schema)
    dtype = dtype_from_text(dtype_to_text(page.records.dtype))
    back = decode(body, dtype)
    assert back.dtype == page.records.dtype
    assert back.tobytes() == page.records.tobytes()
    assert not back.flags.writeable
    header = read_header(body)
    assert (header.codec, header.schema, header.count) == (page.codec, schema, len(page.records))
    assert len(body) <= HEADER_BYTES + page.records.nbytes


@given(two_pages())
def test_a_page_comes_back_from_where_it_differs_from_its_keyframe(pages: tuple[Page, AnyArray]) -> None:
    page, base = pages
    body = encode(page, 1, base)
    back = decode(body, page.records.dtype, base)
    assert (back.dtype, back.tobytes()) == (page.records.dtype, page.records.tobytes())
    assert not back.flags.writeable
    assert len(body) <= HEADER_BYTES + page.records.nbytes


def numbered(count: int, value: float = 0.1) -> AnyArray:
    records: AnyArray = np.zeros(count, dtype=[("agent", "<i4"), ("value", "<f8")])
    records["agent"], records["value"] = np.arange(count), value * np.arange(count)
    return records


def test_a_page_that_is_like_its_keyframe_takes_next_to_nothing() -> None:
    records = numbered(1000)
    assert len(encode(Page(Kind.DECISIONS, 0, records), 1, numbered(1000))) < HEADER_BYTES + 40
    assert read_header(encode(Page(Kind.DECISIONS, 0, records), 1, numbered(1000))).encoding is Encoding.DIFFERENCE


@pytest.mark.parametrize("base", [None, numbered(999), numbered(1000).view([("agent", "<i4"), ("value", "<i8")])])
def test_a_page_whose_keyframe_has_no_such_records_stands_for_itself(base: AnyArray | None) -> None:
    page = Page(Kind.DECISIONS, 0, numbered(1000))
    body = encode(page, 1, base)
    assert read_header(body).encoding is Encoding.PLANES
    assert decode(body, page.records.dtype).tobytes() == page.records.tobytes()


@pytest.mark.parametrize("base", [None, numbered(999), numbered(1000).view([("agent", "<i4"), ("value", "<i8")])])
def test_a_difference_from_other_records_than_its_keyframe_has_is_refused(base: AnyArray | None) -> None:
    body = encode(Page(Kind.DECISIONS, 0, numbered(1000, 0.2)), 1, numbered(1000))
    with pytest.raises(CorruptRecord, match="keyframe"):
        decode(body, numbered(0).dtype, base)


def test_codes_lie_as_they_are_so_that_one_is_lost_with_one_bit() -> None:
    codes = np.frombuffer(b"codes " * 100, BYTES)
    body = bytearray(encode(Page(Kind.MEMORIES, 0, codes, codec=22, count=9), 1, codes))
    body[-1] ^= 1
    with pytest.raises(CorruptRecord):
        decode(bytes(body), BYTES)
    assert decode(bytes(body), BYTES, damaged=True).tobytes()[:-1] == codes.tobytes()[:-1]


def test_keyframes_are_eight_steps_apart_from_the_first_on() -> None:
    found = [page_key(keyframe_id(page_id(step, 3, Kind.OUTCOMES))) for step in range(1, 18)]
    assert found == [(step, 3, Kind.OUTCOMES) for step in (*[1] * KEYFRAME_EVERY, *[9] * KEYFRAME_EVERY, 17)]


@given(st.integers(1, 2**32), st.integers(SHARED, 60_000), st.sampled_from(Kind))
def test_a_row_number_tells_step_cohort_and_kind(step: int, cohort: int, kind: Kind) -> None:
    assert page_key(page_id(step, cohort, kind)) == (step, cohort, kind)


@given(filled_pages(), st.data())
def test_a_flipped_bit_anywhere_in_a_page_is_found(page: Page, data: st.DataObject) -> None:
    body = bytearray(encode(page, 1))
    bit = data.draw(st.integers(0, 8 * len(body) - 1))
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CorruptRecord):
        decode(bytes(body), page.records.dtype)


@given(filled_pages(), st.data())
def test_a_page_cut_short_or_grown_is_found(page: Page, data: st.DataObject) -> None:
    body = encode(page, 1)
    for damaged in (body[: data.draw(st.integers(0, len(body) - 1))], body + b"\0"):
        with pytest.raises(CorruptRecord):
            decode(damaged, page.records.dtype)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_page_are_refused(body: bytes) -> None:
    with pytest.raises(CorruptRecord):
        decode(body, np.dtype([("agent", "<i4")]))


@given(st.text(max_size=60) | st.just('[["a", "|O", []]]') | st.just('[["a", "<i4", [0]]]') | st.just('[["a", "<i4", [-1]]]'))
def test_text_that_is_no_layout_is_refused(text: str) -> None:
    with pytest.raises(CorruptRecord, match="layout"):
        dtype_from_text(text)


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype([("small", "u1"), ("large", "<i8")], align=True),
        np.dtype([("outer", [("inner", "<i4")])]),
        np.dtype([("anything", object)]),
        np.dtype([("nothing", "<i4", (0,))]),
        np.dtype("<i4"),
    ],
)
def test_records_that_would_not_come_back_are_refused_when_written(dtype: np.dtype[np.void]) -> None:
    with pytest.raises(ValueError, match="cannot be kept in a page"):
        dtype_to_text(dtype)


def test_pages_of_a_step_lie_side_by_side_in_order_of_cohort_then_kind() -> None:
    keys = [(step, cohort, kind) for step in (1, 2, 3) for cohort in (SHARED, 0, 1, 60_000) for kind in Kind]
    assert sorted(keys, key=lambda key: page_id(*key)) == keys
    assert len({page_id(*key) for key in keys}) == len(keys)


def test_a_page_of_plain_bytes_says_of_how_many_things_they_are() -> None:
    body = encode(Page(Kind.BOOKS, SHARED, np.frombuffer(b"abcde", BYTES), codec=3, count=2), 1)
    assert read_header(body).count == 2
    assert decode(body, BYTES).tobytes() == b"abcde"


def test_of_an_observation_only_the_prices_are_chained() -> None:
    def seen(price: int, value: float) -> bytes:
        records: AnyArray = np.array([(price, value)], dtype=[("price", "<i8"), ("values", "<f4")])
        return Page(Kind.OBSERVATION, SHARED, records).chained_bytes()

    assert seen(1, 0.0) == seen(1, 9.0)
    assert seen(1, 0.0) != seen(2, 0.0)


def test_the_numbers_of_kinds_stay_as_they_are_on_disk() -> None:
    frozen = (Kind.AGENTS, Kind.OBSERVATION, Kind.DECISIONS, Kind.ORDERS, Kind.FILLS, Kind.ACCOUNTS, Kind.SIGNALS, Kind.PROCESSED)
    assert [kind.value for kind in (*frozen, Kind.MEMORIES, Kind.OUTCOMES, Kind.FIGURES)] == list(range(11))
