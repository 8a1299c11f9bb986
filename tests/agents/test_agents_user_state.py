"""State of a user's agents: what a checkpoint brings back exactly is kept, and all else is refused by name."""

from __future__ import annotations

import datetime
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from role_files import role, stepped, write

from freeagentics.agents.user_state import declared, pack, restore, unpack
from freeagentics.errors import RoleFailed
from freeagentics.runs import run
from freeagentics.user_code import Refused


class Agent:
    """Stands for an agent of a user's role."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes, settings=None, random=None)


leaves = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.binary(max_size=5)
keys = st.text(st.characters(), max_size=3) | st.integers() | st.booleans() | st.tuples(st.integers())
values = st.recursive(
    leaves | st.sampled_from([np.float64(1), np.float32(1), np.int64(1), (1, 2), {1}, frozenset(), bytearray(b"x"), 1j]),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(keys, parts, max_size=3) | st.tuples(parts),
    max_leaves=6,
)


def typed(value: Any) -> object:
    """A value with the types of all its parts; NaN equals itself."""
    if isinstance(value, list | tuple):
        return type(value), [typed(part) for part in value]
    if isinstance(value, dict):
        return dict, [(typed(key), typed(part)) for key, part in value.items()]
    return type(value), repr(value)


@given(values)
def test_state_comes_back_as_it_was_or_is_refused_by_name(value: object) -> None:
    try:
        kept = declared(Agent(own=value), ("own",))
    except Refused as refusal:
        assert str(refusal).startswith("state own")
        assert "\n" not in str(refusal)
    else:
        (back,) = unpack(pack([kept]))
        assert back is not None
        assert typed(back["own"]) == typed(value)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ((1, 2), "state own is of type tuple, and would not come back as one"),
        ([0, {"at": (1, 2)}], r"state own\[1\]\['at'\] is of type tuple"),
        ({1, 2}, "state own is of type set"),
        (np.float64(0.5), "state own is of type numpy.float64"),
        ([np.float32(0.5)], r"state own\[0\] is of type numpy.float32"),
        (np.zeros(3), "state own is of type numpy.ndarray"),
        (bytearray(b"x"), "state own is of type bytearray"),
        (datetime.date(2022, 1, 1), "state own is of type datetime.date"),
        (defaultdict(int), "state own is of type collections.defaultdict"),
        (OrderedDict(a=1), "state own is of type collections.OrderedDict"),
        (2**64, "state own is 18446744073709551616, and whole numbers that are kept have 64 bits"),
        ({(1, 2): 3}, r"state own has the key \(1, 2\), which would not come back"),
        ("\ud800", "which cannot be written: surrogates not allowed"),
        (object(), "state own is of type object"),
    ],
)
def test_what_would_come_back_changed_is_refused(value: object, line: str) -> None:
    with pytest.raises(Refused, match=line):
        declared(Agent(own=value), ("own",))


def test_a_list_that_stands_in_the_state_twice_is_refused() -> None:
    one: list[object] = [1]
    with pytest.raises(Refused, match="state b is a list that stands in the state before, and would come back as another"):
        declared(Agent(a=one, b=one), ("a", "b"))
    one.append(one)
    with pytest.raises(Refused, match=r"state a\[1\] is a list that stands in the state before"):
        declared(Agent(a=one), ("a",))


def test_a_restored_agent_has_just_the_state_that_was_kept() -> None:
    fresh = Agent(born=True, count=0)
    restore(fresh, {"count": 3, "last": [1]})
    assert declared(fresh, ("count", "last")) == {"count": 3, "last": [1]}
    assert "settings" in vars(fresh)


def test_state_that_cannot_be_kept_stops_the_run_at_its_first_step(tmp_path: Path) -> None:
    scenario = write(tmp_path, role("self.last = (1, 2)\nreturn Action('wait')", extra="    state = ('last',)\n"))
    with pytest.raises(RoleFailed, match=r"mine-0000 at step 1: state last is of type tuple, .* \(.*mine.py, line \d+\)"):
        stepped(scenario, steps=1)


def test_state_that_is_not_declared_stops_the_run_at_its_first_step(tmp_path: Path) -> None:
    scenario = write(tmp_path, role("self.count = seen.step\nreturn Action('wait')"))
    with pytest.raises(RoleFailed, match="mine-0000 at step 1: attribute 'count' is not declared; .* state = \\['count'\\]"):
        stepped(scenario, steps=1)


@pytest.mark.parametrize("later", ["self.late = (1, 2)", "self.never_declared = 1"])
def test_what_comes_into_the_state_later_is_refused_at_the_next_checkpoint(tmp_path: Path, later: str) -> None:
    body = f"if seen.step > 2:\n    {later}\nreturn Action('wait')"
    scenario = write(tmp_path, role(body, extra="    state = ('late',)\n"))
    with pytest.raises(RoleFailed, match=r"mine-0000: (state late is of type tuple|attribute 'never_declared' is not declared)"):
        run(scenario, steps=6, overrides={"run.checkpoint_every": 4}, out=tmp_path / "run")
