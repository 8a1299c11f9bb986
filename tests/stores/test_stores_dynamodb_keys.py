"""Keys for DynamoDB: short enough, never the same for two, and in the order of what they stand for."""

from hypothesis import example, given
from hypothesis import strategies as st

from freeagentics.stores.dynamodb.keys import block, highest, index_sort_key, lowest, partition_key, sort_key

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8) | st.builds(
    lambda end, n: ("é" * 1010)[:n] + end,
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=4),
    st.sampled_from([238, 239, 240, 1010]),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1)


@given(TEXTS, TEXTS)
@example("😀" * 1024, "😀" * 1023)
def test_sort_keys_differ_where_keys_do_and_blocks_keep_their_order(a: str, b: str) -> None:
    assert len(sort_key(a).encode()) <= 1024
    assert (sort_key(a) == sort_key(b)) == (a == b)
    if block(a) != block(b):
        assert (sort_key(a) < sort_key(b)) == (a < b)


@given(TEXTS, TEXTS)
def test_a_range_of_keys_holds_everything_between_its_ends(a: str, b: str) -> None:
    assert lowest(a) <= sort_key(a) <= highest(a)
    if a <= b:
        assert lowest(a) <= sort_key(b)
        assert sort_key(a) <= highest(b)


@given(NUMBERS, NUMBERS)
def test_places_in_an_index_of_numbers_keep_the_order_or_tie(a: float, b: float) -> None:
    assert float(index_sort_key(a)) == block(a)
    if a < b:
        assert float(block(a)) <= float(block(b))


@given(TEXTS, TEXTS)
@example("😀" * 1024, "😀" * 1024)
def test_no_partition_of_one_run_is_one_of_another(a: str, b: str) -> None:
    runs = ["run", "run-1", "a" * 128]
    keys = {(run, partition): partition_key(run, partition) for run in runs for partition in (a, b)}
    assert len(set(keys.values())) == len(keys)
    assert all(len(key.encode()) <= 2048 for key in keys.values())
