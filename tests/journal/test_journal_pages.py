from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagentics.arrays import AnyArray
from freeagentics.errors import CorruptRecord
from freeagentics.journal import BYTES, SHARED, Kind, Page
from freeagentics.journal.pages import HEADER_BYTES, decode, dtype_from_text, dtype_to_text, encode, page_id, read_header

kinds = st.sampled_from(["<i8", "<f4", ">u2", "|u1", "|b1", "<c8", "|S5", "<U2", "<M8[ms]"])
shapes = st.lists(st.integers(1, 3), max_size=2).map(tuple)
names = st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6), min_size=1, max_size=5, unique=True)


@st.composite
def layouts(draw: st.DrawFn) -> np.dtype[np.void]:
    fields = [(name, draw(kinds), draw(shapes)) for name in draw(names)]
    return np.dtype([(name, kind, shape) if shape else (name, kind) for name, kind, shape in fields])


@st.composite
def filled_pages(draw: st.DrawFn) -> Page:
    dtype = draw(layouts())
    count = draw(st.integers(0, 4))
    records = np.frombuffer(draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize)), dtype)
    return Page(draw(st.sampled_from(Kind)), draw(st.integers(SHARED, 60_000)), records, draw(st.integers(0, 255)))


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
