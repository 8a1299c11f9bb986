"""The state manager: any course of saves, rollbacks and retention gives back what was saved; what was tampered with is named."""

from __future__ import annotations

import doctest
import getpass
import os
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from freeagentics.errors import BadInput, BadName, CorruptRecord, StoreUnavailable, VersionConflict
from freeagentics.plain_data import packed, plain_value
from freeagentics.services import AgentState, Retention, StateManager, StateType
from freeagentics.services.state_content import content_sha256, pack_content, unpack_content
from freeagentics.stores import Item, Store, open_store
from freeagentics.stores.tables import STATES, state_audit_partition, state_partition, state_versions_partition

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
DTYPES = st.sampled_from(["<f4", "<f8", ">f8", "<f2", "?", "u1", "<i8", ">i4", "<c8", "<U3"])
SHAPES = st.sampled_from([(), (0,), (3,), (2, 0, 2), (40, 3)])
# Any bits: NaN with a payload, -0.0 and subnormal numbers are among them.
ARRAYS = st.tuples(DTYPES, SHAPES).flatmap(lambda kind: arrays(kind[0], kind[1]))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.integers(), max_size=2), ARRAYS)
NAMES = st.sampled_from(["a", "b", "ü/x"])
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "source_metrics": st.dictionaries(NAMES, VALUES, max_size=2),
        "configuration": st.dictionaries(NAMES, VALUES, max_size=2),
        "arrays": st.dictionaries(NAMES, ARRAYS, max_size=3),
    },
)
LIMITS = st.none() | st.integers(0, 4)


def bits(state: AgentState) -> bytes:
    return packed(state.parts())


class Versions(RuleBasedStateMachine):
    """A manager, and beside it all that was ever saved."""

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store("memory:", "run-1")
        self.saved: list[AgentState] = []

    @initialize(limits=st.tuples(LIMITS, LIMITS, LIMITS))
    def opens(self, limits: tuple[int | None, ...]) -> None:
        self.retention = Retention(*limits)
        self.manager = StateManager(self.store, by="me", retention=self.retention)

    @rule(content=CONTENTS, state_type=st.sampled_from(StateType), cycle=st.integers(0, 9))
    def saves(self, content: dict[str, Any], state_type: StateType, cycle: int) -> None:
        fresh = AgentState(agent_id="a", version=len(self.saved), state_type=state_type, current_cycle=cycle, **content)
        self.saved.append(self.manager.save(fresh))
        assert bits(self.saved[-1]) == bits(fresh)

    @precondition(lambda self: self.saved)
    @rule(name=NAMES, at=st.integers(0, 119), value=st.floats(width=32), times=st.integers(1, 9))
    def changes_a_number(self, name: str, at: int, value: float, times: int) -> None:
        for _ in range(times):
            array = self.saved[-1].arrays.get(name, np.zeros((40, 3), np.float32)).copy()
            if array.dtype.kind == "f" and array.size:
                array.flat[at % array.size] = value
            # Fresh and random at the start, so that a difference takes less.
            newest = replace(self.saved[-1], arrays={**self.saved[-1].arrays, name: array}, state_type=StateType.CURRENT)
            self.saved.append(self.manager.save(newest))

    @precondition(lambda self: self.saved)
    @rule(share=st.floats(0, 1))
    def rolls_back(self, share: float) -> None:
        kept = [entry.version for entry in self.manager.history("a")]
        wanted = kept[int(share * (len(kept) - 1))]
        self.saved.append(self.manager.rollback("a", wanted))
        assert bits(self.saved[-1]) == bits(self.saved[wanted - 1])

    @rule(version=st.integers(0, 99))
    def is_in_nobodys_way(self, version: int) -> None:
        if version != len(self.saved):
            with pytest.raises(VersionConflict):
                self.manager.save(AgentState(agent_id="a", version=version))

    @precondition(lambda self: self.saved)
    @invariant()
    def gives_back_bit_for_bit_whatever_is_kept(self) -> None:
        kept = [entry.version for entry in self.manager.history("a")]
        for version in kept:
            found = self.manager.load("a", version)
            assert bits(found) == bits(self.saved[version - 1])
            assert (found.version, found.state_type) == (version, self.saved[version - 1].state_type)
        for version in set(range(1, len(self.saved) + 1)) - set(kept):
            with pytest.raises(BadInput, match="was dropped; kept are"):
                self.manager.load("a", version)

    @precondition(lambda self: self.saved)
    @invariant()
    def keeps_what_the_rules_say(self) -> None:
        kept = [entry.version for entry in self.manager.history("a")]
        assert kept[-1] == len(self.saved)
        for state_type in StateType:
            of_type = [state.version for state in self.saved[:-1] if state.state_type is state_type]
            limit = self.retention.limit(state_type)
            assert set(of_type if limit is None else of_type[len(of_type) - min(limit, len(of_type)) :]) <= set(kept)
        rows = self.store.query(STATES, state_versions_partition("a"))
        assert [row.version for row in rows] == kept[:-1]

    @precondition(lambda self: self.saved)
    @invariant()
    def has_a_trail_of_all(self) -> None:
        entries = self.manager.audit("a")
        assert [entry.content_sha256 for entry in entries] == [content_sha256(state.parts()) for state in self.saved]


Versions.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestVersions = Versions.TestCase


def test_numbers_that_change_a_little_take_little() -> None:
    draw = np.random.default_rng(1)
    before: dict[str, Any] = {"arrays/x": draw.random(5_000), "arrays/same": draw.random(5_000), "configuration": {"a": 1}}
    after = {**before, "arrays/x": before["arrays/x"].copy()}
    after["arrays/x"][:50] += 1
    whole, difference = pack_content(after), pack_content(after, before)
    assert len(difference) < len(whole) / 50
    assert packed(unpack_content(difference, before)) == packed(after)


def test_a_content_has_one_hash_whatever_the_order_of_its_parts_and_another_for_every_bit() -> None:
    one = {"arrays/x": np.array([0.0, 1.0]), "configuration": {"a": 1}}
    assert content_sha256(one) == content_sha256(dict(reversed(one.items())))
    others = [
        {**one, "arrays/x": np.array([-0.0, 1.0])},
        {**one, "arrays/x": np.array([0.0, 1.0], np.float32)},
        {**one, "arrays/x": np.array([[0.0, 1.0]])},
        {**one, "configuration": {"a": 1.0}},
        {"arrays/y": one["arrays/x"], "configuration": one["configuration"]},
    ]
    assert len({content_sha256(content) for content in [one, *others]}) == len(others) + 1


def saved(*, versions: int = 12, retention: Retention = Retention(current=4)) -> tuple[StateManager, Store]:  # noqa: B008
    """An agent's versions in a store: big enough that most are stored as differences."""
    store, draw = open_store("memory:", "run-1"), np.random.default_rng(1)
    manager = StateManager(store, by="me", retention=retention)
    state = AgentState(agent_id="a", arrays={"x": draw.random(2_000)})
    for cycle in range(versions):
        x = state.arrays["x"].copy()
        x[cycle] += 1
        state = manager.save(replace(state, arrays={"x": x}, current_cycle=cycle))
    return manager, store


def changed(store: Store, partition: str, sort: str, change: Callable[[bytes], bytes]) -> None:
    (item,) = store.get(STATES, [(partition, sort)])
    assert item is not None
    store.put(STATES, [replace(item, body=change(item.body))])


def rewritten(body: bytes) -> bytes:
    """An audit entry in which somebody else saved."""
    assert b"\xa2me" in body
    return body.replace(b"\xa2me", b"\xa2us")


def flipped(body: bytes) -> bytes:
    return body[:-3] + bytes([body[-3] ^ 1]) + body[-2:]


def sort(version: int) -> str:
    return f"{version:016d}"


AUDIT, KEPT = state_audit_partition("a"), state_versions_partition("a")
DAMAGES: dict[str, tuple[Callable[[Store], object], str]] = {
    "an entry that was rewritten": (lambda store: changed(store, AUDIT, sort(3), rewritten), "entry 3 was changed: entry 4 names another"),
    "the entry before the newest": (lambda store: changed(store, AUDIT, sort(11), rewritten), "entry 11 was changed"),
    "an entry that is no entry": (lambda store: changed(store, AUDIT, sort(3), lambda _: b"\x93"), "audit entry 3: an audit entry that"),
    "an entry that is gone": (lambda store: store.delete(STATES, [(AUDIT, sort(1))]), "entry 1 is missing; the next is 2"),
    "the last entry that is gone": (lambda store: store.delete(STATES, [(AUDIT, sort(11))]), "entry 11 is missing; the next is 12"),
    "a version with a flipped bit": (lambda store: changed(store, KEPT, sort(10), flipped), "version 10: a state whose checksum"),
    "a keyframe with a flipped bit": (lambda store: changed(store, KEPT, sort(9), flipped), "version 9: a state whose checksum"),
    "a version that is gone": (lambda store: store.delete(STATES, [(KEPT, sort(11))]), "version 11 is missing, though it was not"),
    "a version that is another": (
        lambda store: store.put(STATES, [Item(KEPT, sort(9), pack_content(AgentState(agent_id="a").parts()), 9)]),
        "version 9: its content has the hash",
    ),
    "the newest with a flipped bit": (lambda store: changed(store, state_partition("a"), "CURRENT", flipped), "version 12: its checksum"),
    "the newest without its list": (
        lambda store: changed(store, state_partition("a"), "CURRENT", without_kept),
        "versions kept are not those that it names",
    ),
}


def without_kept(body: bytes) -> bytes:
    entry, content, _ = plain_value(body[4:])
    fresh = packed([entry, content, []])
    return struct.pack("<I", zlib.crc32(fresh)) + fresh


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=list(DAMAGES))
def test_what_was_changed_or_lost_is_named(damage: Callable[[Store], object], said: str) -> None:
    manager, store = saved()
    manager.audit("a")
    damage(store)
    with pytest.raises(CorruptRecord, match=said) as raised:
        manager.audit("a")
    assert raised.value.agent == "a"
    assert "\n" not in str(raised.value)


def test_a_damaged_keyframe_is_in_the_way_of_nothing_to_come() -> None:
    manager, store = saved()
    changed(store, KEPT, sort(9), flipped)
    with pytest.raises(CorruptRecord, match="version 9"):
        manager.load("a", 10)
    again = manager.save(manager.load("a"))
    manager.save(again)
    assert bits(manager.load("a", again.version)) == bits(again)


def test_a_trail_that_was_rewritten_as_a_whole_lacks_the_hash_that_was_noted() -> None:
    manager, _ = saved(versions=3)
    noted = manager.audit("a")[1].sha256
    assert len(manager.audit("a", known=noted)) == 3
    other, _ = saved(versions=2)
    other.save(other.load("a"))
    with pytest.raises(CorruptRecord, match="so it is not the trail that was"):
        other.audit("a", known=noted)


def test_a_trail_of_another_agent_or_run_is_not_taken_for_ones_own() -> None:
    _, store = saved(versions=3)
    for owner, place in (("b", state_partition("b")), ("a", state_partition("a"))):
        other = open_store("memory:", "run-1" if owner == "b" else "run-2")
        for row in store.query(STATES, AUDIT):
            other.put(STATES, [replace(row, partition=state_audit_partition(owner))])
        (head,) = store.get(STATES, [(state_partition("a"), "CURRENT")])
        assert head is not None
        other.put(STATES, [replace(head, partition=place)])
        with pytest.raises(CorruptRecord, match="entry 1 is of agent a in run run-1"):
            StateManager(other).audit(owner)


@pytest.mark.parametrize("calls", range(12))
@pytest.mark.parametrize("after", [False, True])
def test_a_save_that_is_cut_off_anywhere_leaves_the_version_before_or_its_own(
    calls: int, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, store = saved(versions=13)
    newest, done = manager.load("a"), [0]

    def fail_at(verb: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object) -> object:
            done[0] += 1
            if done[0] > calls and not after:
                raise StoreUnavailable("gone")
            result = verb(*arguments)
            if done[0] > calls:
                raise StoreUnavailable("gone")
            return result

        return call

    with monkeypatch.context() as patched:
        for name in ("_put", "_put_if", "_delete", "_get", "_query"):
            patched.setattr(store, name, fail_at(getattr(store, name)))
        try:
            manager.save(replace(newest, current_cycle=99))
            cut = False
        except StoreUnavailable:
            cut = True
    found = manager.load("a")
    assert (found.version, found.current_cycle) in {(13, newest.current_cycle), (14, 99)}
    assert cut or found.version == 14
    assert len(manager.audit("a")) == found.version
    later = manager.save(replace(manager.load("a"), current_cycle=100))
    later = manager.save(replace(later, current_cycle=101))
    assert len(manager.audit("a")) == later.version
    # What was to go is gone now, whoever was cut off before.
    rows = [row.version for row in store.query(STATES, KEPT)]
    assert rows == [entry.version for entry in manager.history("a")][:-1]


@pytest.mark.parametrize(
    ("act", "error", "said"),
    [
        (lambda states: states.load("b"), BadInput, "no state of agent b was saved in this store for run run-1"),
        (lambda states: states.load(None), BadInput, "no state of the run was saved"),
        (lambda states: states.load("a", 2), BadInput, "agent a: version 2 was dropped; kept are 1, 8, 9, 10, 11, 12"),
        (lambda states: states.load("a", 99), BadInput, "agent a has no version 99; its versions are 1 to 12"),
        (lambda states: states.load("a", 0), BadInput, "no version 0"),
        (lambda states: states.load("a", state_type=StateType.BACKUP), BadInput, "no version of type BACKUP; its newest is a CURRENT"),
        (lambda states: states.rollback("a", 13), BadInput, "no version 13"),
        (lambda states: states.diff("a", 2, 12), BadInput, "version 2 was dropped"),
        (lambda states: states.load("A b"), BadName, "agent id 'A b' must match"),
        (lambda states: states.save(AgentState(agent_id="a")), VersionConflict, "version 12 is the newest, and this state began from"),
        (lambda states: states.save(AgentState(agent_id="c", configuration={"x": {1}})), BadInput, "agent c: configuration holds plain"),
        (
            lambda states: states.save(AgentState(agent_id="c", arrays=cast("Any", {"x": [1]}))),
            BadInput,
            r"arrays\['x'\] is a list; give a numpy array",
        ),
        (lambda states: Retention(current=-1), BadInput, "retention of CURRENT"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(act: Callable[[StateManager], object], error: type[Exception], said: str) -> None:
    manager, _ = saved()
    with pytest.raises(error, match=said) as raised:
        act(manager)
    assert "\n" not in str(raised.value)


def test_differences_name_parts_and_say_how_much() -> None:
    manager = StateManager(open_store("memory:", "run-1"))
    content: dict[str, Any] = {"x": np.arange(6.0).reshape(2, 3), "gone": np.zeros(2), "same": np.ones(3), "on": np.zeros(4, bool)}
    first = manager.save(AgentState(agent_id="a", arrays=content, configuration={"learning_rate": 0.1}))
    x = content["x"].copy()
    x[0, 1], x[1, 2] = 4.0, np.nan
    later = {"x": x, "same": np.ones(3), "on": np.array([1, 0, 0, 0], bool), "new": np.ones(1)}
    manager.save(replace(first, arrays=later, configuration={"learning_rate": 0.5}))
    found = {one.name: one for one in manager.diff("a", 1, 2)}
    assert list(found) == ["arrays/gone", "arrays/new", "arrays/on", "arrays/x", "configuration"]
    assert (found["arrays/x"].changed, found["arrays/x"].of, found["arrays/x"].largest) == (2, 6, 3.0)
    assert (found["arrays/on"].changed, found["arrays/on"].largest) == (1, None)
    assert (found["arrays/gone"].before, found["arrays/gone"].after) == ("float64[2]", "")
    assert found["configuration"].after == "{'learning_rate': 0.5}"
    assert manager.diff("a", 2, 2) == []


def test_the_example_does_what_it_says() -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(StateManager, "StateManager", globs={})
    assert example.examples
    assert not doctest.DocTestRunner().run(example).failed


def test_the_page_on_states_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    example = doctest.DocTestParser().get_doctest(block, {}, PAGE.name, None, None)
    assert len(example.examples) > 8
    assert not doctest.DocTestRunner().run(example).failed


def test_who_saves_is_the_user_where_nobody_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("memory:", "run-1")
    monkeypatch.setattr(getpass, "getuser", lambda: "somebody")
    StateManager(store).save(AgentState(agent_id="a"))

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    manager = StateManager(store)
    manager.save(manager.load("a"))
    assert [entry.by for entry in manager.audit("a")] == ["somebody", str(os.getuid())]
