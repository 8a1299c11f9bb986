from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from freeagentics import MarketModel, Probe, RunRecord, explain, resume, run
from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.agents.decision import CohortOutput
from freeagentics.errors import CorruptRecord, Interrupted, ProbeFailed
from freeagentics.journal import Journal, StepCommit
from freeagentics.runtime import ThreadEngine

HOOKS = ("started", "decides", "decided", "learns", "learned", "committed")


class Diary(Probe):
    """Notes every call: hook, and the number of the cohort or the step."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def started(self, model: MarketModel) -> None:
        self.calls.append(("started", model.steps))

    def decides(self, cohort: Cohort, view: View) -> None:
        assert cohort.step_context is None
        self.calls.append(("decides", cohort.number))

    def decided(self, cohort: Cohort, view: View, output: CohortOutput) -> None:
        assert len(output.decisions) == cohort.active.sum()
        assert cohort.step_context is not None
        self.calls.append(("decided", cohort.number))

    def learns(self, cohort: Cohort, context: StepContext) -> None:
        assert context is cohort.step_context
        self.calls.append(("learns", cohort.number))

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        assert len(pages.memories) == cohort.active.sum()
        self.calls.append(("learned", cohort.number))

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        assert commit.step == model.steps
        self.calls.append(("committed", commit.step))


def stepped(steps: int, *probes: Probe, threads: bool = False) -> str:
    engine = ThreadEngine(2) if threads else None
    with MarketModel("quick", agents=10, probes=probes, engine=engine) as model:
        for _ in range(steps):
            model.step()
        return model.trajectory_sha256


@pytest.mark.parametrize("threads", [False, True])
def test_hooks_are_called_phase_by_phase_in_the_order_of_cohorts(threads: bool) -> None:
    diary = Diary()
    stepped(2, diary, threads=threads)
    phases = [("decides", 0), ("decides", 1), ("decided", 0), ("decided", 1)]
    phases += [call for number in (2, 3, 4) for call in (("decides", number), ("decided", number))]
    learning = [(hook, number) for hook in ("learns", "learned") for number in range(5)]
    step = [*phases, *learning]
    assert diary.calls == [("started", 0), *step, ("committed", 1), *step, ("committed", 2)]


def test_a_probe_changes_nothing() -> None:
    assert stepped(20, Diary()) == stepped(20)


def test_several_probes_look_on_side_by_side() -> None:
    one, other = Diary(), Diary()
    stepped(3, one, other)
    assert one.calls == other.calls


def test_a_run_takes_probes_and_tells_them_what_it_does_after_its_last_step(tmp_path: Path) -> None:
    class Ending(Probe):
        def __init__(self) -> None:
            self.done: list[str] = []
            self.lag: list[int] = []

        def progressed(self, what: str, done: int, of: int) -> None:
            self.done.append(what)

        def lagging(self, steps: int) -> None:
            self.lag.append(steps)

    ending, diary = Ending(), Diary()
    run("quick", agents=5, steps=4, out=tmp_path / "run", probes=[ending, diary])
    assert "writing the frames" in ending.done
    assert len(ending.lag) == 5
    assert [call for call in diary.calls if call[0] == "committed"] == [("committed", step) for step in range(1, 5)]


def test_a_run_that_goes_on_starts_its_probes_where_it_goes_on(tmp_path: Path) -> None:
    run("quick", agents=5, steps=4, out=tmp_path / "run")
    diary = Diary()
    resume(tmp_path / "run", steps=6, probes=[diary])
    assert diary.calls[0] == ("started", 4)


def test_a_probe_may_ask_a_run_to_stop(tmp_path: Path) -> None:
    class Enough(Diary):
        def stopping(self) -> bool:
            return ("committed", 3) in self.calls

    with pytest.raises(Interrupted, match="stopped after step 4"):
        run("quick", agents=5, steps=9, out=tmp_path / "run", probes=[Enough()])
    assert resume(tmp_path / "run").summary.steps == 9


@pytest.mark.parametrize("hook", HOOKS)
def test_what_a_probe_raises_ends_the_run_and_what_was_committed_stays(hook: str, tmp_path: Path) -> None:
    def failing(self: Probe, *given: object) -> None:
        seen.append(hook)
        if len(seen) == 8 or hook == "started":
            raise ZeroDivisionError

    seen: list[str] = []
    probe: Callable[[], Probe] = type("Failing", (Probe,), {hook: failing})
    with pytest.raises(
        ProbeFailed, match=rf"^probe Failing, {hook}: ZeroDivisionError \(.*{Path(__file__).name}, line \d+\); .* --resume .*run$"
    ):
        run("quick", agents=5, steps=20, out=tmp_path / "run", probes=[probe()])
    with Journal(tmp_path / "run" / "journal.db") as journal:
        last = journal.commit_record()
    assert (last.step if last else 0) == {"started": 0, "committed": 8}.get(hook, 1)
    assert resume(tmp_path / "run").summary.trajectory_sha256 == reference().summary.trajectory_sha256


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), CorruptRecord("a memory")])
def test_ctrl_c_and_errors_of_the_package_pass_through_a_probe_as_they_are(raised: BaseException) -> None:
    class Raising(Probe):
        def decided(self, cohort: Cohort, view: View, output: CohortOutput) -> None:
            raise raised

    with pytest.raises(type(raised)) as caught:
        stepped(1, Raising())
    assert caught.value is raised


@pytest.mark.parametrize("hook", ["stopping", "lagging", "progressed"])
def test_what_a_probe_raises_between_steps_and_after_them_is_one_line_too(hook: str, tmp_path: Path) -> None:
    def failing(self: Probe, *given: object) -> None:
        sys.exit("enough")

    probe: Callable[[], Probe] = type("Failing", (Probe,), {hook: failing})
    with pytest.raises(ProbeFailed, match=rf"^probe Failing, {hook}: SystemExit: enough \(.*line \d+\)"):
        run("quick", agents=5, steps=3, out=tmp_path / "run", probes=[probe()])
    assert resume(tmp_path / "run").summary.steps == 3


def test_a_probe_sees_the_state_of_cohorts_that_hibernate() -> None:
    class States(Probe):
        def __init__(self) -> None:
            self.seen: list[dict[str, int]] = []

        def decides(self, cohort: Cohort, view: View) -> None:
            self.seen.append({name: crc32(values.tobytes()) for name, values in cohort.state().items()})

        def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
            self.seen.append({name: crc32(values.tobytes()) for name, values in cohort.state().items()})

    awake, hibernating = States(), States()
    stepped(3, awake)
    with MarketModel("quick", agents=10, probes=[hibernating]) as model:
        model.hibernate()
        for _ in range(3):
            model.step()
    assert hibernating.seen == awake.seen


def test_replays_look_on_in_the_same_way(tmp_path: Path) -> None:
    run("quick", agents=5, steps=6, out=tmp_path / "run")
    assert explain(tmp_path / "run", "risk-manager-0000", 5).step == 5


_REFERENCE: list[RunRecord] = []


@pytest.fixture(autouse=True, scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> None:
    _REFERENCE[:] = [run("quick", agents=5, steps=20, out=tmp_path_factory.mktemp("probes") / "whole")]


def reference() -> RunRecord:
    """The run that no probe ended."""
    return _REFERENCE[0]
