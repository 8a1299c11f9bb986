from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from agents_worlds import Tape, credulous, scenario, taped

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages
from freeagentics.agents.decision import CohortOutput
from freeagentics.arrays import AnyArray, Mask
from freeagentics.journal import Kind
from freeagentics.simulation import MarketModel

WARM, STEPS = 15, 30
HORIZON = scenario().memory.horizon


def played(steps: int, **overrides: object) -> tuple[MarketModel, Tape]:
    model, tape = taped(credulous(**overrides))
    for _ in range(steps):
        model.step()
    return model, tape


@pytest.fixture(scope="module")
def tape() -> Tape:
    """A whole run."""
    model, tape = played(STEPS)
    model.close()
    return tape


class Replay:
    """Remembers what one cohort saw and was in its last step, so that it can be asked again."""

    def __init__(self, cohort: Cohort, patch: pytest.MonkeyPatch) -> None:
        self.cohort, self._decide = cohort, cohort.decide
        patch.setattr(cohort, "decide", self._note)

    def _note(self, view: View) -> CohortOutput:
        self.view, self.before = view, self.cohort.state()
        self.actions = self._decide(view)
        return self.actions

    def again(self) -> tuple[CohortOutput, CohortPages]:
        """Decide and learn once more, from the same state."""
        self.cohort.load(self.before)
        return self._decide(self.view), self.cohort.learn(self.view.outcomes)


def bits(cohort: Cohort) -> dict[str, bytes]:
    """A cohort's whole state, to be compared."""
    return {name: array.tobytes() for name, array in cohort.state().items()}


def same(one: CohortOutput, other: CohortOutput) -> bool:
    """Whether two actions are the same, bit for bit."""
    return (
        one.decisions.tobytes() == other.decisions.tobytes()
        and one.signals.data.tobytes() == other.signals.data.tobytes()
        and one.orders.quantity.tobytes() == other.orders.quantity.tobytes()
        and one.charge_cents.tobytes() == other.charge_cents.tobytes()
    )


@pytest.fixture(scope="module", params=["btc-replay", "whale-pump"])
def replays(request: pytest.FixtureRequest) -> Iterator[list[Replay]]:
    """All cohorts of a model in mid-run, each with its last step at hand."""
    model, _ = taped(scenario(request.param))
    with pytest.MonkeyPatch.context() as patch, model:
        every = [Replay(cohort, patch) for cohort in model.population.cohorts]
        for _ in range(WARM):
            model.step()
        # Not returned: without an open engine BLAS would use more threads, whose sums have other last bits.
        yield every


def test_deciding_again_from_the_same_state_gives_the_same_bits(replays: list[Replay]) -> None:
    for replay in replays:
        after = bits(replay.cohort)
        actions, pages = replay.again()
        assert same(actions, replay.actions)
        assert bits(replay.cohort) == after
        assert len(pages.memories) == len(actions.decisions)


def test_loading_a_state_gives_back_the_very_same_state(replays: list[Replay]) -> None:
    for replay in replays:
        before = bits(replay.cohort)
        replay.cohort.load(replay.cohort.state())
        assert bits(replay.cohort) == before


def test_a_checkpoint_has_all_of_every_agent_and_nothing_new_in_free_rows(replays: list[Replay]) -> None:
    for replay in replays:
        cohort, before = replay.cohort, replay.cohort.state()
        cohort.unseat(0)
        kept, state = cohort.checkpoint(), cohort.state()
        assert kept.keys() == state.keys()
        for name in ("belief.block", "index.key", "index.step"):
            np.testing.assert_array_equal(kept[name][cohort.active], state[name][cohort.active])
            assert (kept[name][0] == kept[name][1]).all()
        cohort.load(before)


def test_a_checkpoint_leaves_the_cohort_as_it_is(replays: list[Replay]) -> None:
    for replay in replays:
        before = bits(replay.cohort)
        replay.cohort.checkpoint()
        assert bits(replay.cohort) == before


def test_from_a_checkpoint_agents_decide_as_from_the_state_itself(replays: list[Replay]) -> None:
    for replay in replays:
        replay.cohort.load(replay.before)
        replay.cohort.load(replay.cohort.checkpoint())
        assert same(replay._decide(replay.view), replay.actions)
        replay.again()


def test_a_state_of_another_cohort_is_refused(replays: list[Replay]) -> None:
    with pytest.raises(ValueError, match="TradeExecutor: state differs in"):
        replays[-1].cohort.load(replays[0].cohort.state())


def test_deciding_leaves_what_it_was_shown_as_it_was(replays: list[Replay]) -> None:
    for replay in replays:
        books = replay.view.books
        before = [array.tobytes() for array in (books.weight, books.features, books.equity, replay.view.inbox.data)]
        replay.again()
        assert [array.tobytes() for array in (books.weight, books.features, books.equity, replay.view.inbox.data)] == before


def test_weights_on_record_are_of_those_alone_that_give_a_faculty_any(replays: list[Replay], monkeypatch: pytest.MonkeyPatch) -> None:
    for replay in replays:
        cohort = replay.cohort
        given = np.arange(cohort.rows, dtype=np.float32)[:, None] / np.float32(4)
        monkeypatch.setattr(cohort, "weights", lambda given=given: given)
        weights = replay.again()[0].weights
        assert weights["agent"].tolist() == cohort.agent[1:].tolist()
        assert weights["weight"].tolist() == given[1:].tolist()


def test_learning_before_deciding_is_an_error() -> None:
    with taped(scenario())[0] as model, pytest.raises(RuntimeError, match="cohort 0 \\(market-hunter\\) learns before it decided"):
        model.population.cohorts[0].learn(None)


def test_a_step_is_learned_from_once_only() -> None:
    model, _ = played(1)
    with model, pytest.raises(RuntimeError, match="learns before it decided"):
        model.population.cohorts[0].learn(None)


def mind_change(cohort: Cohort, row: int) -> None:
    """Turn one agent's mind: beliefs, what it heard, and what it remembers."""
    cohort.belief.regimes[row] = np.array([0.97, 0.01, 0.01, 0.01], dtype=np.float32)
    cohort.heard.data[row] += 1
    cohort.index.result[row] = 3.0


@pytest.mark.parametrize("agents", [50, 600])
def test_a_rows_decisions_do_not_depend_on_other_rows_bit_for_bit(agents: int) -> None:
    """Two runs that differ in one agent of each role, all of them of the last desk, differ on no other desk."""
    tapes = []
    for turned in (False, True):
        model, tape = played(WARM, agents__count=agents)
        with model:
            seats = model.population.seats()
            strangers = [cohort_rows(seats, role, agents // 5 - 1) for role in range(5)]
            for number, row in strangers if turned else []:
                mind_change(model.population.cohorts[number], row)
            for _ in range(STEPS - WARM):
                model.step()
        tapes.append(tape)
    others, strange = seats["desk"] != agents // 5 - 1, seats["desk"] == agents // 5 - 1
    for kind in (Kind.DECISIONS, Kind.OUTCOMES, Kind.ORDERS):
        assert lives(tapes[0], kind, others) == lives(tapes[1], kind, others)
    assert memories(tapes[0], others) == memories(tapes[1], others)
    assert lives(tapes[0], Kind.DECISIONS, strange) != lives(tapes[1], Kind.DECISIONS, strange)


def cohort_rows(seats: AnyArray, role: int, number: int) -> tuple[int, int]:
    """Cohort and row of a role's agent by its number."""
    seat = seats[(seats["role"] == role) & (seats["number"] == number)][0]
    return int(seat["cohort"]), int(seat["row"])


def lives(tape: Tape, kind: Kind, who: Mask) -> list[tuple[int, str, bytes]]:
    """By step, all records of a kind that belong to these agents; names of signals left out, since they are numbered over all desks."""
    steps = ((step, tape.records(step, kind)) for step in range(WARM + 1, STEPS + 1))
    mine = [(step, records[who[records["agent"]]]) for step, records in steps]
    return [(step, name, own[name].tobytes()) for step, own in mine if len(own) for name in own.dtype.names or () if name != "signal"]


def memories(tape: Tape, who: Mask) -> list[tuple[int, int, int, bytes]]:
    """Step, agent, importance and code of what these agents remember."""
    return [
        (step, agent, importance, code)
        for step in range(WARM + 1, STEPS + 1)
        for kept in tape.kept(step)
        for agent, importance, code in zip(kept.agent.tolist(), kept.importance.tolist(), kept.codes.to_list(), strict=True)
        if who[agent]
    ]


def test_agents_of_one_role_differ_from_each_other(tape: Tape) -> None:
    decisions = [tape.records(step, Kind.DECISIONS) for step in range(1, STEPS + 1)]
    told = np.array([np.stack([record["confidence"], record["value"]]).reshape(2, 5, 2) for record in decisions])
    assert (told[..., 0] != told[..., 1]).any(axis=(0, 1)).all()


def test_outcomes_come_after_the_horizon_and_name_every_agent(tape: Tape) -> None:
    first = next(step for step in range(1, STEPS + 1) if len(tape.records(step, Kind.OUTCOMES)))
    outcomes = tape.records(first, Kind.OUTCOMES)
    assert first == 1 + HORIZON
    assert sorted(outcomes["agent"].tolist()) == list(range(10))
    assert np.isfinite(outcomes["result"]).all() and np.isfinite(outcomes["reward"]).all()


def test_decisions_name_memories_and_signals_that_are_on_record_and_parents_that_decided(tape: Tape) -> None:
    told = np.concatenate(
        [tape.records(step, Kind.SIGNALS)["number"] for step in range(1, STEPS + 1) if len(tape.records(step, Kind.SIGNALS))]
    )
    recalled = caused = 0
    for step in range(1, STEPS + 1):
        decisions = tape.records(step, Kind.DECISIONS)
        age, named = decisions["memory_age"].astype(int), decisions["signal"]
        assert ((age == 0) | ((age > HORIZON - 1) & (age < step))).all()
        assert np.isin(named[named >= 0], told).all()
        followed = decisions[decisions["parent"] >= 0]
        assert (followed["parent"] < 10).all() and (followed["parent"] != followed["agent"]).all()
        assert (followed["parent_age"].astype(int) < step).all()
        recalled, caused = recalled + int((age > 0).sum()), caused + len(followed)
    assert recalled and caused


def test_a_parent_is_who_told_the_first_signal_named_and_when(tape: Tape) -> None:
    said = {int(s["number"]): (int(s["source"]), step) for step in range(1, STEPS + 1) for s in tape.records(step, Kind.SIGNALS) if len(s)}
    for step in range(1, STEPS + 1):
        for decision in tape.records(step, Kind.DECISIONS):
            named = [int(number) for number in decision["signal"] if number >= 0]
            if decision["parent"] >= 0:
                assert (int(decision["parent"]), step - int(decision["parent_age"])) == said[named[0]]
            else:
                assert not named


def test_who_arrives_has_an_empty_mind_and_others_keep_theirs(replays: list[Replay]) -> None:
    for replay in replays:
        cohort = replay.cohort
        cohort.load(replay.before)
        assert (cohort.index.step >= 0).any(axis=1).all()
        cohort.seat(np.array([0]), cohort.agent[:1], cohort.number_in_role[:1], cohort.desk[:1], WARM)
        assert (cohort.index.step >= 0).any(axis=1).tolist() == [False, True]
        assert (cohort.heard.number[0] == -1).all()
        assert [len(cohort.history.recent(row, 1000)) for row in (0, 1)] == [0, WARM - 1]


def test_who_arrived_since_is_not_judged_by_what_was_decided_before(replays: list[Replay]) -> None:
    replay = replays[0]
    hunters, everybody = replay.cohort, replay.cohort.agent[replay.cohort.active].tolist()
    hunters.load(replay.before)
    hunters.seat(np.array([0]), hunters.agent[:1], hunters.number_in_role[:1], hunters.desk[:1], WARM - 1)
    hunters.decide(replay.view)
    judged = hunters.learn(replay.view.outcomes).outcomes
    assert judged is not None and judged["agent"].tolist() == everybody[1:]
    assert hunters.index.step[0].max() == WARM
