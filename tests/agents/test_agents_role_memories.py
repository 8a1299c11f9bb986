"""Memories of a role of one's own: its sources and the features it declares enter them, their codes and its recall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from role_files import SCENARIO, SOURCE, WITH_MOOD, role, stepped, write

from freeagentics.errors import BadScenario, RoleFailed
from freeagentics.evaluation import audit_memories
from freeagentics.memory import FEATURES, TABLE
from freeagentics.records import RunRecord
from freeagentics.records.feature_std import feature_std
from freeagentics.replay import explain
from freeagentics.runs import fork, resume, run
from freeagentics.scenario import load_scenario

WAIT = "return Action('wait')"
PERCEIVE = "    def perceive(self, seen, signals):\n        return {}\n"
MINE = """    reads = ("price", "whales", "derivatives")
    features = (Feature("whales.drive", -1, 1), Feature("beat", 0, 4, bits=3), Feature("silent", -2, 2, recall=False))
    def perceive(self, seen, signals):
        return {"beat": seen.step % 5}
"""
DAILY = SCENARIO + '[market]\ndaily = "btc-sentiment-funding-1d"\n[market.sources]\nprice = 0\nwhales = 50\nderivatives = 5\n'
CODECS = ("float32", "int8", "scalar", "autoregressive")


def remembered(folder: Path, codec: str = "autoregressive", extra: str = MINE, steps: int = 40) -> RunRecord:
    scenario = write(folder, role(WAIT, extra=extra), DAILY)
    return run(scenario, steps=steps, overrides={"memory.codec": codec}, out=folder / "run")


def mine(record: RunRecord) -> pl.DataFrame:
    return record.memory_frame.filter(pl.col("agent") == "mine-0000").sort("step")


def shown(record: RunRecord, column: str, steps: int = 40) -> list[float]:
    return [explain(record.path, "mine-0000", step).saw[column] for step in range(steps - 5, steps + 1)]


def test_what_its_sources_showed_is_in_its_memories_and_that_they_were_paid_for(tmp_path: Path) -> None:
    record = remembered(tmp_path)
    frame = mine(record)
    assert (frame["read_whales"] == 1).all() and (frame["read_derivatives"] == 1).all() and (frame["read_sentiment"] == 0).all()
    assert frame["whale_count"].n_unique() > 3
    assert frame["whale_count"][-6:].to_list() == shown(record, "whales.count")
    assert frame["funding"][-6:].to_numpy() == pytest.approx(shown(record, "derivatives.funding"), abs=20 / 31)


@pytest.mark.parametrize("codec", CODECS)
def test_features_of_its_own_come_back_from_every_codec(tmp_path: Path, codec: str) -> None:
    record = remembered(tmp_path, codec)
    frame = mine(record)
    near = 1e-7 if codec == "float32" else 1 / 254
    assert frame["whales.drive"][-6:].to_numpy() == pytest.approx(shown(record, "whales.drive"), abs=near)
    assert frame["beat"].to_numpy() == pytest.approx(frame["step"].to_numpy() % 5, abs=1e-6 if codec == "float32" else 0.29)
    assert (frame["silent"] == 0).all()
    assert record.memory_frame.filter(pl.col("agent").str.starts_with("market-hunter"))["beat"].null_count() == 2 * 40


def test_they_cost_the_bits_that_they_declare(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    with_own, without = remembered(tmp_path / "with"), remembered(tmp_path / "without", extra="    reads = ('price', 'whales')\n")
    own_bytes = (8 + 3 + 8 + 7) // 8
    memories = without.summary.memories
    # Half of the memories are the hunters'.
    difference = with_own.summary.bytes_per_memory - without.summary.bytes_per_memory
    assert difference == pytest.approx(own_bytes / 2, abs=0.05)
    assert memories == 2 * 2 * 40


def test_memories_are_recalled_by_them(tmp_path: Path) -> None:
    features = '    features = (Feature("beat", 0, 1),)\n    def perceive(self, seen, signals):\n        return {"beat": seen.step % 2}\n'
    body = """
if seen.step > 30:
    alike = [memory.relevance for memory in memories if memory.age % 2 == 0]
    other = [memory.relevance for memory in memories if memory.age % 2]
    self.same += len(alike)
    self.other += len(other)
return Action("wait")
"""
    state = "    state = ('same', 'other')\n    def __init__(self):\n        self.same = self.other = 0\n"
    counts = []
    for extra in (state + features, state):
        model = stepped(write(tmp_path, role(body, extra=extra)), steps=60)
        (cohort,) = (cohort for cohort in model.population.cohorts if cohort.role == "mine")
        agent = vars(cohort)["agents"][0]
        counts.append(agent.same / (agent.same + agent.other))
        assert cohort.index.key.shape[2] == TABLE.key_size + (extra != state)
    assert counts[0] > counts[1]
    assert counts[0] > 0.8


def test_a_source_that_is_left_out_or_off_shows_nothing(tmp_path: Path) -> None:
    scenario = write(tmp_path, role(WAIT, extra=MINE), DAILY)
    record = run(scenario, steps=30, overrides={"market.left_out": ["whales"]}, out=tmp_path / "run")
    frame = mine(record)
    for name in ("read_whales", "whale_count", "whales.drive"):
        assert (frame[name] == 0).all(), name


def test_a_run_with_them_goes_on_explains_and_audits_as_any(tmp_path: Path) -> None:
    whole = remembered(tmp_path)
    half = run(write(tmp_path, role(WAIT, extra=MINE), DAILY), steps=25, out=tmp_path / "half")
    assert resume(half.path, steps=40).summary.trajectory_sha256 == whole.summary.trajectory_sha256
    assert mine(RunRecord(half.path)).equals(mine(whole))
    assert max(memory.largest_error or 1 for memory in explain(whole.path, "mine-0000", 40).memories) < 0.1
    spread = feature_std(whole)
    assert spread["mine"].shape == (len(FEATURES) + 3,)
    audit = audit_memories(load_scenario(write(tmp_path, role(WAIT, extra=MINE), DAILY)), spread, 20)
    bits = {role.role: role.bits for role in audit.codecs[0].roles}
    assert bits["mine"] == 8 * (1 + 3 + (sum(feature.bits for feature in FEATURES) + 7) // 8)


def test_a_fork_has_the_features_that_are_on_record(tmp_path: Path) -> None:
    record = remembered(tmp_path)
    (tmp_path / "new").mkdir()
    write(tmp_path / "new", role(WAIT, extra=MINE.replace("bits=3", "bits=4")))
    with pytest.raises(
        BadScenario, match="role mine: its phase, actions and reasoning cannot change once a run has begun, nor can its features"
    ):
        fork(record.path, at=20, overrides={"plugins.files": [str(tmp_path / "new" / "mine.py")]}, out=tmp_path / "fork")


def test_what_a_source_of_ones_own_says_of_direction_is_remembered_without_a_word(tmp_path: Path) -> None:
    source = SOURCE.replace(
        "np.zeros((*bars.close.shape, 1), np.float32)", "np.cos(np.arange(len(bars)))[:, None, None].astype(np.float32)"
    )
    records = {}
    for features in ("", "    features = (Feature('mood.level', 0, 1),)\n"):
        folder = tmp_path / str(len(features))
        folder.mkdir()
        scenario = write(folder, source + role(WAIT, extra=f"    reads = ('price', 'mood')\n{features}"), WITH_MOOD)
        records[features] = run(scenario, steps=12, out=folder / "run")
    level, clipped = (mine(record)["mood.level"].to_numpy() for record in records.values())
    assert level[-6:] == pytest.approx(shown(records[""], "mood.level", 12), abs=1 / 254)
    assert level.min() < -0.5
    # A range of one's own stands in its place.
    assert np.allclose(clipped, np.clip(level, 0, 1), atol=1 / 127)


@pytest.mark.parametrize(
    ("features", "line"),
    [
        ("Feature('gap', 0, 1)", r"its features are Feature\(name='gap'.*must be a tuple"),
        ("('gap',)", r"its features are \('gap',\); they must be a tuple"),
        ("(Feature('a b', 0, 1),)", "a feature is called 'a b'; a name has small letters"),
        ("(Feature('action', 0, 1),)", "all memories have 'action'; give the feature another name"),
        ("(Feature('result', 0, 1),)", "all memories have 'result'"),
        ("(Feature('gap', 0, 1), Feature('gap', 0, 2))", "its features have 'gap' twice"),
        ("(Feature('gap', 1, 1),)", "feature 'gap' goes from 1 to 1; give numbers, the lower first"),
        ("(Feature('gap', 0, float('inf')),)", "feature 'gap' goes from 0 to inf"),
        ("(Feature('gap', 0, 1, bits=9),)", "feature 'gap' has 9 bits; there may be 1 to 8"),
        ("(Feature('gap', -1, 1, bits=1),)", "feature 'gap' has 1 bits; there may be 2 to 8"),
        ("(Feature('gap', 0, 1, bits=0),)", "feature 'gap' has 0 bits; there may be 1 to 8"),
        ("tuple(Feature(f'gap{n}', 0, 1) for n in range(13))", "it has 13 features of its own; there may be 12"),
        ("(Feature('whales.count', 0, 31),)", "its feature 'whales.count' is a column of 'whales', which it does not read"),
        ("(Feature('price.trent', -1, 1),)", "its feature 'price.trent' is no column; did you mean 'price.trend'?"),
        ("(Feature('price.trend', -1, 1),)", "it defines perceive, and has no features that this would give"),
    ],
)
def test_features_that_cannot_be_are_refused_in_one_line(tmp_path: Path, features: str, line: str) -> None:
    extra = f"    features = {features}\n" + (PERCEIVE if "trent" not in features else "")
    with pytest.raises(BadScenario, match=line) as refusal:
        load_scenario(write(tmp_path, role(WAIT, extra=extra)))
    assert "\n" not in str(refusal.value)


def test_a_feature_from_0_on_may_be_a_single_bit(tmp_path: Path) -> None:
    extra = f"    features = (Feature('beat', 0, 1, bits=1), Feature('turn', -1, 1, bits=2))\n{PERCEIVE}"
    assert "mine" in load_scenario(write(tmp_path, role(WAIT, extra=extra))).registry.roles


@pytest.mark.parametrize(
    ("perceive", "line"),
    [
        ("", "its feature 'beat' is no column of a source: define perceive"),
        ("    def perceive(self, seen):\n        return {}\n", r"perceive must take \(self, seen, signals\)"),
    ],
)
def test_features_that_nobody_gives_are_refused(tmp_path: Path, perceive: str, line: str) -> None:
    with pytest.raises(BadScenario, match=line):
        load_scenario(write(tmp_path, role(WAIT, extra=f"    features = (Feature('beat', 0, 1),)\n{perceive}")))


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("None", "what perceive returned is None; it must be a dict of numbers"),
        ("{'beet': 1}", "what perceive returned: no 'beet'; did you mean 'beat'"),
        ("{'beat': float('nan')}", r"what perceive returned\['beat'\] is nan; it must be a number"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_perceive_gives_wrongly_stops_the_run_in_one_line(tmp_path: Path, answer: str, line: str) -> None:
    extra = f"    features = (Feature('beat', 0, 1),)\n    def perceive(self, seen, signals):\n        return {answer}\n"
    with pytest.raises(RoleFailed, match=rf"mine-0000 at step 1: {line}.* \(.*mine\.py, line 1\d\)"):
        stepped(write(tmp_path, role(WAIT, extra=extra)))


def test_what_is_perceived_by_chance_is_the_same_when_a_run_goes_on(tmp_path: Path) -> None:
    extra = (
        "    features = (Feature('mood', 0, 1),)\n    def perceive(self, seen, signals):\n        return {'mood': self.random.random()}\n"
    )
    whole = remembered(tmp_path, extra=extra, steps=20)
    half = run(write(tmp_path, role(WAIT, extra=extra), DAILY), steps=11, out=tmp_path / "half")
    resume(half.path, steps=20)
    moods = mine(whole)["mood"].to_numpy()
    assert np.array_equal(mine(RunRecord(half.path))["mood"].to_numpy(), moods)
    assert len(set(moods.tolist())) > 10
