"""Consolidation: days become long-term pages, which stay within their budgets, whatever happens to the run."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from probes import Watch

from freeagentics.errors import CorruptRecord, Interrupted
from freeagentics.journal import Journal, Kind, PageEdit
from freeagentics.journal.pages import HEADER_BYTES, page_id
from freeagentics.memory.forgetting import charges
from freeagentics.records import RunRecord
from freeagentics.records.budgets import Budgets
from freeagentics.records.consolidator import Consolidator
from freeagentics.records.long_term import LongTermMemories
from freeagentics.records.losses import losses, total
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.runs import fork, resume, run

AGENTS, STEPS, TIGHT = 10, 130, 500
Told = dict[tuple[int, int], tuple[int, bytes]]


def begun(out: Path, *, budget: int = TIGHT, **more: object) -> RunRecord:
    overrides = {"memory.budget_bytes": budget, "run.checkpoint_every": 20} | {
        name.replace("__", "."): value for name, value in more.items()
    }
    return run("btc-replay", agents=AGENTS, steps=STEPS, overrides=overrides, out=out)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run whose memories stay where they were written."""
    return begun(tmp_path_factory.mktemp("whole") / "run", budget=0)


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return begun(tmp_path_factory.mktemp("tight") / "run")


def told(record: RunRecord, last: int = STEPS) -> Told:
    """Importance and code of each memory that is kept, by agent and step."""
    with Journal(record.directory.journal) as journal:
        found = list(Memories(journal, Roster(journal), record.lineage).span(1, last))
    assert [step for step, _ in found] == sorted(step for step, _ in found)
    return {
        (agent, step): (importance, code)
        for step, kept in found
        for agent, importance, code in zip(kept.agent.tolist(), kept.importance.tolist(), kept.codes.to_list(), strict=True)
    }


def stored(record: RunRecord) -> list[tuple[int, bytes]]:
    """All that the journal has of memories, byte for byte."""
    with closing(sqlite3.connect(record.directory.journal)) as connection:
        return list(connection.execute("SELECT id, body FROM memories ORDER BY id"))


def page_of(record: RunRecord, cohort: int) -> tuple[int, LongTermMemories]:
    """The last long-term page of a cohort, and its step."""
    with Journal(record.directory.journal) as journal:
        step = max(step for step, number in journal.long_term(Kind.LONG_TERM) if number == cohort)
        page = journal.page(step, Kind.LONG_TERM, cohort)
    assert page is not None
    return step, LongTermMemories.from_page(page)


def test_with_room_for_all_memories_only_move(whole: RunRecord, tmp_path: Path) -> None:
    roomy = begun(tmp_path / "roomy", budget=65_536)
    assert roomy.summary.trajectory_sha256 == whole.summary.trajectory_sha256
    assert told(roomy) == told(whole)
    assert roomy.memory_frame.equals(whole.memory_frame)
    assert roomy.summary.memories == whole.summary.memories == AGENTS * STEPS
    assert roomy.summary.bytes_per_memory < whole.summary.bytes_per_memory
    with Journal(roomy.directory.journal) as journal:
        assert journal.totals(Kind.MEMORIES)[0] == AGENTS * (STEPS % 24)
        assert not losses(journal)


def test_a_budget_holds_for_every_agent_and_the_trajectory_does_not_notice(whole: RunRecord, tight: RunRecord) -> None:
    assert tight.summary.trajectory_sha256 == whole.summary.trajectory_sha256
    with Journal(tight.directory.journal) as journal:
        pages = journal.long_term(Kind.LONG_TERM)
        columns = [page_of(tight, cohort)[1].columns for cohort in {cohort for _, cohort in pages}]
        bytes_of = dict.fromkeys(range(AGENTS), 0)
        for step, cohort in pages:
            page = journal.page(step, Kind.LONG_TERM, cohort)
            assert page is not None
            found = LongTermMemories.from_page(page).columns
            for agent, length in zip(found.agent.tolist(), charges(found.length).tolist(), strict=True):
                bytes_of[agent] += length
        assert max(bytes_of.values()) <= TIGHT
        assert min(bytes_of.values()) > TIGHT / 2
        assert journal.totals(Kind.LONG_TERM)[1] <= AGENTS * TIGHT
    assert all(part.last == STEPS - STEPS % 24 for part in columns)


def test_what_is_kept_is_a_prefix_of_what_was_made_and_what_is_gone_is_counted(whole: RunRecord, tight: RunRecord) -> None:
    made, kept = told(whole), told(tight)
    assert kept.keys() < made.keys()
    assert all(kept[key][0] == made[key][0] and made[key][1][1:].startswith(kept[key][1][1:]) for key in kept)
    with Journal(tight.directory.journal) as journal:
        lost = total(losses(journal).values())
    assert lost.dropped == len(made) - len(kept)
    assert lost.shortened >= sum(len(kept[key][1]) < len(made[key][1]) for key in kept) > 0
    assert lost.damaged == 0
    assert lost.sampled > 0
    assert all(0 <= error < 1 for error in lost.squared_error.values())


def test_what_decisions_recall_is_kept_longer_than_what_they_do_not(whole: RunRecord, tight: RunRecord) -> None:
    recalled: dict[tuple[int, int], int] = {}
    with Journal(tight.directory.journal) as journal:
        for step, _, decisions in journal.scan(Kind.DECISIONS):
            for agent, ages in zip(decisions["agent"].tolist(), decisions["memory_age"].tolist(), strict=True):
                for age in filter(None, ages):
                    recalled[agent, step - age] = recalled.get((agent, step - age), 0) + 1
    made, kept = told(whole), told(tight)
    often = [key for key in made if recalled.get(key, 0) >= 6 and key[1] <= 96]
    never = [key for key in made if key not in recalled and key[1] <= 96]
    assert len(often) > 20 and len(never) > 20

    def share(keys: Iterable[tuple[int, int]]) -> float:
        keys = list(keys)
        return sum(len(kept[key][1]) / len(made[key][1]) for key in keys if key in kept) / len(keys)

    assert share(often) > 2 * share(never)


def test_pages_are_the_same_on_any_number_of_workers_and_after_a_stop(tight: RunRecord, tmp_path: Path) -> None:
    assert stored(begun(tmp_path / "two", run__workers=2)) == stored(tight)
    for stop in (24, 25, 73, 97):
        out, steps = tmp_path / f"stopped-{stop}", iter(range(1, STEPS))
        with pytest.raises(Interrupted):
            run(
                "btc-replay",
                agents=AGENTS,
                steps=STEPS,
                overrides={"memory.budget_bytes": TIGHT, "run.checkpoint_every": 20},
                out=out,
                probes=[Watch(stopping=lambda steps=steps, stop=stop: next(steps) == stop)],  # type: ignore[misc]
            )
        assert stored(resume(out)) == stored(tight)


def test_a_step_that_fails_takes_its_consolidation_with_it(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    before = stored(record)
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        consolidator = Consolidator(journal, record.lineage, Budgets.of(record.scenario, names, each=TIGHT))
        with pytest.raises(ZeroDivisionError), journal.editing("a trial") as edit:
            consolidator.compact(STEPS, edit)
            raise ZeroDivisionError
    assert stored(record) == before


def test_a_damaged_code_costs_that_memory_alone(whole: RunRecord, tmp_path: Path) -> None:
    sound, hurt = RunRecord(_copied(whole, tmp_path / "sound")), RunRecord(_copied(whole, tmp_path / "hurt"))
    # The last code of a page: of the last agent of cohort 1 at step 30.
    _flip(hurt, page_id(30, 1, Kind.MEMORIES), -1)
    for record in (sound, hurt):
        _compact(record, each=TIGHT)
        _compact(record, each=TIGHT // 2)
    other, mine = stored(sound), stored(hurt)
    assert [number for number, _ in mine] == [number for number, _ in other]
    kept, hurt_kept = told(sound), told(hurt)
    with Journal(hurt.directory.journal) as journal:
        names = Roster(journal)
        owner = int(np.flatnonzero(names.seats["cohort"] == 1)[-1])
        assert total(losses(journal).values()).damaged > 0
        reader = Memories(journal, names, hurt.lineage)
        if (owner, 30) in kept:
            ((_, page),) = [(step, page) for step, page in reader.span(30, 30) if owner in page.agent]
            with pytest.raises(CorruptRecord, match=f"step 30: the memory of {names.ids[owner]} is damaged"):
                reader.check(30, page)
    assert hurt_kept.keys() == kept.keys()
    assert {key for key in kept if kept[key] != hurt_kept[key]} <= {(owner, 30)}


def test_a_page_whose_head_is_damaged_stays_and_is_told_of(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    _flip(record, page_id(30, 1, Kind.MEMORIES), 8)
    _compact(record, each=TIGHT)
    with Journal(record.directory.journal) as journal:
        assert journal.totals(Kind.MEMORIES)[0] > 0
        reader = Memories(journal, Roster(journal), record.lineage)
        with pytest.raises(CorruptRecord, match="step 30"):
            list(reader.span(30, 30))
        assert list(reader.span(60, 60))


def test_a_damaged_long_term_page_stays_and_others_are_brought_into_their_budgets(tight: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(tight, tmp_path))
    step, _ = page_of(record, 2)
    _flip(record, page_id(step, 2, Kind.LONG_TERM), 0)
    body = dict(stored(record))[page_id(step, 2, Kind.LONG_TERM)]
    _compact(record, each=TIGHT // 4)
    assert dict(stored(record))[page_id(step, 2, Kind.LONG_TERM)] == body
    assert sum(length for length in _charged(record, cohort=1).values()) <= 2 * TIGHT // 4


@pytest.mark.parametrize("at", [30, 72, 73, 101])
def test_a_fork_has_the_memories_of_its_own_steps_and_goes_on(tight: RunRecord, tmp_path: Path, at: int) -> None:
    child = fork(tight.path, at, out=tmp_path / "child")
    parent, mine = told(tight), told(child)
    assert {key for key in mine if key[1] <= at} <= {key for key in parent if key[1] <= at}
    assert child.summary.trajectory_sha256 == tight.summary.trajectory_sha256
    assert child.summary.memories == len(mine)
    with Journal(child.directory.journal) as journal:
        journal.check()
        lost = total(losses(journal).values())
    assert lost.dropped == AGENTS * STEPS - len(mine)


def test_a_budget_for_all_goes_to_whoever_needs_it_most(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    _compact(record, together=AGENTS * TIGHT)
    charged = _charged(record)
    assert AGENTS * TIGHT * 0.95 < sum(charged.values()) <= AGENTS * TIGHT
    assert max(charged.values()) > 1.2 * min(charged.values())
    with Journal(record.directory.journal) as journal:
        roles = Roster(journal).roles
    by_role: Mapping[str, int] = {role: sum(size for agent, size in charged.items() if roles[agent] == role) for role in roles}
    # A risk manager is to recall finely, an executor coarsely.
    assert by_role["risk-manager"] > by_role["trade-executor"]


def test_both_budgets_hold_together(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    _compact(record, each=TIGHT, together=AGENTS * TIGHT // 2)
    charged = _charged(record)
    assert sum(charged.values()) <= AGENTS * TIGHT // 2
    assert max(charged.values()) <= TIGHT


def test_a_larger_budget_loses_nothing_that_a_smaller_one_keeps(whole: RunRecord, tmp_path: Path) -> None:
    found = []
    for budget in (250, 500, 750, 1000, 2000):
        record = RunRecord(_copied(whole, tmp_path / str(budget)))
        _compact(record, each=budget)
        found.append({key: len(code) for key, (_, code) in told(record).items()})
    for small, large in itertools.pairwise(found):
        assert small.keys() <= large.keys()
        assert all(length <= large[key] for key, length in small.items())
    assert len(found[-1]) == AGENTS * STEPS


def test_plain_codes_which_cannot_be_cut_are_whole_or_gone(tmp_path: Path) -> None:
    record = run("quick", agents=5, steps=50, overrides={"memory.codec": "int8", "memory.budget_bytes": 800}, out=tmp_path / "run")
    kept = told(record, 50)
    assert {len(code) for _, code in kept.values()} == {49}
    assert 5 * 2 <= len(kept) < 5 * 50
    assert record.memory_frame.height == len(kept)


def test_groups_of_desks_have_budgets_of_their_own(tmp_path: Path) -> None:
    desks = ({"name": "scant", "count": 1, "memory": {"budget_bytes": 250}}, {"name": "ample", "count": 1, "memory": {"budget_bytes": 0}})
    record = run("btc-replay", agents=AGENTS, steps=80, overrides={"desks": desks}, out=tmp_path / "run")
    charged = _charged(record)
    with Journal(record.directory.journal) as journal:
        desk = Roster(journal).seats["desk"]
    assert all(size <= 250 for agent, size in charged.items() if desk[agent] == 0)
    ample = [agent for agent in range(AGENTS) if desk[agent] == 1]
    assert len([key for key in told(record, 80) if key[0] in ample]) == 80 * len(ample)


def test_a_reader_beside_the_writer_sees_each_memory_once(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    with Journal(record.directory.journal) as journal:
        found = Memories(journal, Roster(journal), record.lineage).span(1, STEPS)
        seen = [next(found) for _ in range(7)]
        _compact(record)
        seen += found
    assert sorted((step, agent) for step, kept in seen for agent in kept.agent.tolist()) == sorted(
        (step, agent) for agent, step in told(whole)
    )


def test_only_pages_of_memories_are_rewritten(whole: RunRecord, tmp_path: Path) -> None:
    record = RunRecord(_copied(whole, tmp_path))
    with Journal(record.directory.journal) as journal, journal.editing("a trial") as edit:
        page = journal.page(1, Kind.ACCOUNTS, -1)
        assert page is not None
        with pytest.raises(ValueError, match="only pages of memories"):
            PageEdit.put(edit, 1, page)


def _copied(record: RunRecord, folder: Path) -> Path:
    return Path(shutil.copytree(record.path, folder / "run"))


def _compact(record: RunRecord, *, each: int = 0, together: int = 0) -> None:
    with Journal(record.directory.journal) as journal:
        budgets = Budgets.of(record.scenario, Roster(journal), each=each, together=together)
        with journal.editing("a trial") as edit:
            Consolidator(journal, record.lineage, budgets).compact(record.summary.steps, edit)


def _charged(record: RunRecord, cohort: int | None = None) -> dict[int, int]:
    """Bytes that long-term memories of each agent are charged."""
    found: dict[int, int] = {}
    with Journal(record.directory.journal) as journal:
        for step, number in journal.long_term(Kind.LONG_TERM):
            page = journal.page(step, Kind.LONG_TERM, number)
            assert page is not None
            if cohort in (None, number):
                columns = LongTermMemories.from_page(page).columns
                for agent, size in zip(columns.agent.tolist(), charges(columns.length).tolist(), strict=True):
                    found[agent] = found.get(agent, 0) + size
    return found


def _flip(record: RunRecord, number: int, place: int) -> None:
    """Change a byte of a page, counted from after its header or from its end."""
    with closing(sqlite3.connect(record.directory.journal)) as connection, connection:
        ((body,),) = connection.execute("SELECT body FROM memories WHERE id = ?", (number,))
        hurt = bytearray(body)
        hurt[place if place < 0 else HEADER_BYTES + place] ^= 0x10
        connection.execute("UPDATE memories SET body = ? WHERE id = ?", (bytes(hurt), number))
