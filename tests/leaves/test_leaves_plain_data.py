"""Plain data as bytes: what is taken comes back, and bytes that are none are refused."""

from __future__ import annotations

import numpy as np
import pytest
from msgpack import ExtType, Timestamp

from freeagentics.errors import BadInput
from freeagentics.plain_data import ARRAY, SCALAR, TUPLE, packed, plain_bytes, plain_value


@pytest.mark.parametrize("value", [ExtType(TUPLE, b""), Timestamp(1), np.void(b""), np.zeros(2, []), np.array([None]), {"a": {1, 2}}])
def test_what_would_come_back_as_something_else_is_refused_by_who_holds_it(value: object) -> None:
    with pytest.raises(BadInput, match="a note holds plain data and numpy arrays, not "):
        plain_bytes("a note", [value])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        packed([1, 2])[:-1],
        b"\xc1",
        packed(ExtType(TUPLE, b"")),
        packed(ExtType(9, b"")),
        packed(ExtType(ARRAY, packed(["<f8", [4]]) + bytes(8))),
        # Addresses, to be followed.
        packed(ExtType(ARRAY, packed(["|O", [1]]) + bytes(8))),
        packed(ExtType(SCALAR, packed([[["a", "|O"]], []]) + bytes(8))),
    ],
)
def test_bytes_that_no_value_was_made_into_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        plain_value(data)
