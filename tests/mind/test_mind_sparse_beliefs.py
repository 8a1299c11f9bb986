from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput
from freeagentics.mind import BeliefCompressor, SparseBeliefState

FLOATS = st.sampled_from([np.float16, np.float32, np.float64])


@st.composite
def beliefs(draw: st.DrawFn) -> AnyArray:
    """Arrays of any bits (NaN with payloads, -0.0, subnormals), of any shape, mostly zero or not."""
    dtype = np.dtype(draw(FLOATS))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=12))
    bits = draw(hnp.arrays(f"u{dtype.itemsize}", shape, fill=st.just(0)))
    return bits.view(dtype)


def spread(size: int, zeros: float, dtype: type = np.float32, seed: int = 1) -> AnyArray:
    """Beliefs of which a share is zero, the others at random places and without order."""
    random = np.random.default_rng(seed)
    belief: AnyArray = np.zeros(size, dtype)
    filled = random.permutation(size)[: round(size * (1 - zeros))]
    belief[filled] = random.uniform(0.1, 1, len(filled))
    return belief


def exact(one: AnyArray, other: AnyArray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


@given(beliefs(), st.floats(0, 1))
def test_what_is_compressed_comes_back_bit_for_bit_and_is_never_larger(belief: AnyArray, threshold: float) -> None:
    compressor = BeliefCompressor()
    compressed = compressor.compress(belief, threshold)
    assert exact(compressor.decompress(compressed), belief)
    assert compressed.nbytes <= max(belief.nbytes, belief.itemsize)


@given(beliefs(), st.data())
def test_cells_are_read_from_the_sparse_state_as_from_the_array(belief: AnyArray, data: st.DataObject) -> None:
    state = BeliefCompressor().compress(belief, 0.0)
    if isinstance(state, SparseBeliefState) and belief.size:
        flat = data.draw(hnp.arrays(np.int64, data.draw(hnp.array_shapes(min_side=0)), elements=st.integers(0, belief.size - 1)))
        assert exact(state.take(flat), belief.reshape(-1)[flat])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("gap", "form"),
    [(255, "gaps8"), (256, "gaps16"), (65_535, "gaps16"), (65_536, "gaps32")],
)
def test_gaps_take_the_narrowest_integers_that_hold_them(gap: int, form: str, dtype: type) -> None:
    belief: AnyArray = np.zeros(40 * gap + 1, dtype)
    belief[::gap] = np.arange(1, 42)
    state = BeliefCompressor().compress(belief)
    assert isinstance(state, SparseBeliefState)
    assert state.form == form
    assert exact(state.dense(), belief)


def test_one_wide_gap_among_narrow_ones_is_walked_in_steps() -> None:
    belief = np.zeros(30_000, np.float32)
    belief[:3000:10] = belief[4000:7000:10] = np.nan
    state = BeliefCompressor().compress(belief, 0.5)
    assert isinstance(state, SparseBeliefState)
    assert state.form == "gaps8"
    assert exact(state.dense(), belief)


def test_a_bit_a_cell_is_taken_where_gaps_would_be_larger() -> None:
    state = BeliefCompressor().compress(spread(10_000, 0.6), 0.5)
    assert isinstance(state, SparseBeliefState)
    assert (state.form, state.nbytes) == ("mask", 4000 * 4 + 1250)


@pytest.mark.parametrize("value", [0.0, -0.0, 0.25, np.nan])
def test_one_value_everywhere_is_a_handful_of_bytes(value: float) -> None:
    belief = np.full((300, 200), value, np.float32)
    state = BeliefCompressor().compress(belief)
    assert isinstance(state, SparseBeliefState)
    assert state.nbytes == 4
    assert exact(state.dense(), belief)


def test_a_negative_zero_is_a_value_and_not_a_zero() -> None:
    belief = spread(1000, 0.95)
    belief[belief == 0] = -0.0
    assert isinstance(BeliefCompressor().compress(belief), np.ndarray)


def test_below_the_threshold_of_zeros_a_belief_stays_dense_as_a_copy() -> None:
    belief = spread(1000, 0.9)
    assert isinstance(BeliefCompressor().compress(belief, threshold=0.9), SparseBeliefState)
    dense = BeliefCompressor().compress(belief, threshold=0.91)
    assert isinstance(dense, np.ndarray)
    assert not np.shares_memory(dense, belief)


def test_millions_of_cells_come_back_exactly_from_a_quarter_byte_a_cell() -> None:
    belief = spread(4_500_000, 0.95)
    state = BeliefCompressor().compress(belief)
    assert isinstance(state, SparseBeliefState)
    assert state.footprint() <= 1_200_000
    assert exact(state.dense(), belief)


@pytest.mark.parametrize("belief", [np.zeros(3, np.int64), np.zeros(3, np.complex64), np.zeros(3, ">f4"), np.zeros(3, object), [0.0]])
def test_what_is_no_array_of_floats_is_refused(belief: AnyArray) -> None:
    with pytest.raises(BadInput):
        BeliefCompressor().compress(belief)
