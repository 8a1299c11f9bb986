from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from model_worlds import scenario

from freeagentics.agents import ROLES
from freeagentics.errors import BadScenario
from freeagentics.scenario import Scenario, load_scenario, parse_override
from freeagentics.scenario.files import to_toml
from freeagentics.scenario.scenario import AgentSettings
from freeagentics.scenario_catalog import scenario_names
from freeagentics.simulation import MarketModel


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("fee_bps", "unknown key 'fee_bps'; did you mean 'market.fee_bps'"),
        ("market.auction.fee_bps", "unknown key 'market.auction.fee_bps'; did you mean 'market.fee_bps'"),
        ("market.book.turnovr", "unknown key 'market.book.turnovr'; did you mean 'market.book.turnover'"),
        ("stepz", "unknown key 'stepz'; did you mean 'steps'"),
        ("agents.cont", "unknown key 'agents.cont'; did you mean 'agents.count'"),
        ("market.fee_bsp", "unknown key 'market.fee_bsp'; did you mean 'market.fee_bps'"),
        ("market.synthetic.prize", "unknown key 'market.synthetic.prize'; did you mean 'market.synthetic.price'"),
        ("memory.slot", "unknown key 'memory.slot'; did you mean 'memory.slots'"),
        ("signals.ttl_hour", "unknown key 'signals.ttl_hour'; did you mean 'signals.ttl_hours'"),
        ("store.durabel", "unknown key 'store.durabel'; did you mean 'store.durable'"),
        ("run.worker", "unknown key 'run.worker'; did you mean 'run.workers'"),
        ("roles.market-hunter.thresold", "unknown key 'roles.market-hunter.thresold'; did you mean 'roles.market-hunter.threshold'"),
        ("roles.market-huntr.threshold", "market-huntr'; did you mean 'roles.market-hunter'"),
        ("agents.team.market-huntr", "no role 'market-huntr'; did you mean 'market-hunter'"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(key: str, said: str) -> None:
    with pytest.raises(BadScenario, match=said):
        scenario(overrides={key: 1})


def test_an_unknown_key_of_what_is_planted_is_refused() -> None:
    with pytest.raises(BadScenario, match="whale'; did you mean 'whales'"):
        scenario(overrides={"market.synthetic.planted": [{"kind": "whale-pump", "whale": 3}]})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("seed", -1, "seed: Input should be greater than or equal to 0"),
        ("name", "A B", "name: String should match pattern"),
        ("agents", 3, "agents: Input should be a valid dictionary"),
        ("agents.count", 4, "4 agents are fewer than one desk's team of 5"),
        ("agents.team", {}, "agents.team: a team needs at least one role"),
        ("market.sources", {"price": 0, "wales": 1}, "market.sources: no source 'wales'; "),
        ("market.sources", {"whales": 1}, "the source 'price' must be on sale"),
        ("market.start", "soon", "market.start: Input should be a valid datetime"),
        ("memory.slots", 17, "slots must be even and more than twice the horizon"),
        ("memory.slots", 16, "slots must be even and more than twice the horizon"),
        ("memory.horizon", 32, "slots must be even and more than twice the horizon"),
        ("roles", 3, "roles: Input should be a valid dictionary"),
        ("roles.risk-manager", 3, "roles.risk-manager: Input should be a valid dictionary"),
        ("roles.risk-manager.max_exposure", 2, "roles.risk-manager.max_exposure: Input should be less than or equal to 1"),
        ("roles.risk-manager.caution", [0, 0], "roles.risk-manager.caution.0: Input should be greater than 0"),
        ("roles.trade-executor.band", [0.5, 0.1], "roles.trade-executor.band: a range goes from its lower to its higher end"),
        ("roles.market-hunter.exploration_rate", [0, 1.5], "exploration_rate.1: Input should be less than or equal to 1"),
        ("roles.market-hunter.exploration_rate", [float("nan"), 1], "exploration_rate.0: Input should be "),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_line_that_names_its_key(key: str, value: object, said: str) -> None:
    with pytest.raises(BadScenario) as refused:
        scenario(overrides={key: value})
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_key_below_a_value_is_refused() -> None:
    with pytest.raises(BadScenario, match=r"name\.x: 'name' is a value, not a table of keys"):
        scenario(overrides={"name.x": 1})


def test_more_steps_than_there_are_bars_are_refused_when_the_market_opens() -> None:
    with pytest.raises(BadScenario, match="steps: 10000000 asked for, but ten-pairs-4h has"):
        MarketModel(scenario(overrides={"market.bars": "ten-pairs-4h", "market.daily": ""}, steps=10_000_000))


def test_a_start_after_the_last_bar_is_refused() -> None:
    with pytest.raises(BadScenario, match="is after the last bar"):
        MarketModel(scenario(overrides={"market.start": "2999-01-01"}))


def test_a_start_is_the_first_bar_shown_in_utc_where_no_zone_is_given() -> None:
    with MarketModel(scenario(overrides={"market.start": "2022-03-01T12:00"})) as model:
        model.step()
        assert model.metrics is not None
        shown = datetime.fromtimestamp(model.metrics.timestamp / 1000, UTC)
    assert shown == datetime(2022, 3, 1, 13, tzinfo=UTC)


def test_overrides_reach_every_level() -> None:
    world = scenario(overrides={"market.fee_bps": 1, "roles.risk-manager.max_drawdown": 0.3, "memory.trust": 0, "seed": 9})
    assert (world.market.fee_bps, world.roles["risk-manager"].max_drawdown, world.memory.trust, world.seed) == (1, 0.3, 0, 9)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("agents.count=10", "agents.count", 10),
        ("market.fee_bps = 2.5", "market.fee_bps", 2.5),
        ("x=true", "x", True),
        ('name="a"', "name", "a"),
        ("market.bars=ten-pairs-4h", "market.bars", "ten-pairs-4h"),
        ("market.bars=a/b=c.csv", "market.bars", "a/b=c.csv"),
        ("market.symbols=['A', 'B']", "market.symbols", ["A", "B"]),
        ("agents.team={ market-hunter = 2 }", "agents.team", {"market-hunter": 2}),
        ("market.start=2022-05-01T00:00:00Z", "market.start", datetime(2022, 5, 1, tzinfo=UTC)),
        ("market.daily=", "market.daily", ""),
    ],
)
def test_an_override_is_a_key_and_a_toml_value_or_else_text(text: str, key: str, value: object) -> None:
    assert parse_override(text) == (key, value)


@pytest.mark.parametrize("text", ["agents.count", "=3", " = 3"])
def test_an_override_without_key_or_value_is_refused(text: str) -> None:
    with pytest.raises(BadScenario, match="give key=value"):
        parse_override(text)


def test_a_scenario_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadScenario, match="no scenario 'btc-replya'; did you mean 'btc-replay'"):
        load_scenario("btc-replya")
    with pytest.raises(BadScenario, match="no such file"):
        load_scenario("nowhere.toml")


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("steps = ")
    with pytest.raises(BadScenario, match=r"broken\.toml: not TOML"):
        load_scenario(path)
    path.write_bytes(b"steps = 3 # \xe4")
    with pytest.raises(BadScenario, match=r"broken\.toml: cannot be read"):
        load_scenario(path)


def test_a_file_is_named_after_itself_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "my-own.toml"
    path.write_text("steps = 3")
    assert load_scenario(path).name == "my-own"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("BTC_2022 Test.toml", "btc-2022-test"),
        ("Größe (2).TOML", "groe-2"),
        ("-x-.toml", "x"),
        ("日本.toml", "scenario"),
        (f"{'a' * 80}.toml", "a" * 64),
        ("v1.2.toml", "v1-2"),
    ],
)
def test_a_files_name_becomes_one_that_a_scenario_may_have(file: str, name: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text("steps = 3")
    assert load_scenario(tmp_path / file).name == name


@pytest.mark.parametrize("content", ["name = 'a'\nsteps = 3", "# Größe\r\nname = 'a'\r\nsteps = 3\r\n", "[agents]\ncount = 5"])
def test_a_byte_order_mark_is_no_part_of_a_file(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(content.encode("utf-8-sig"))
    marked = load_scenario(tmp_path / "a.toml")
    (tmp_path / "a.toml").write_bytes(content.encode())
    assert load_scenario(tmp_path / "a.toml") == marked


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_another_encoding_says_what_to_do(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("steps = 3".encode(encoding))
    with pytest.raises(BadScenario, match=r"a\.toml: cannot be read: .* save it as UTF-8"):
        load_scenario(tmp_path / "a.toml")


def test_a_plugin_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    for name in ("momentum_role.py", "vwap_source.py"):
        code = (Path(__file__).parents[2] / "examples" / name).read_text()
        (tmp_path / name).write_bytes(code.encode("utf-8-sig"))
    (tmp_path / "a.toml").write_text("[plugins]\nfiles = ['momentum_role.py', 'vwap_source.py']\n[agents.team]\nmomentum = 1\n")
    assert load_scenario(tmp_path / "a.toml").agents.team == {"momentum": 1}


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_written_down_reads_back_as_it_was(name: str, tmp_path: Path) -> None:
    changed = {
        "market.start": "2022-03-01T12:00:00Z",
        "roles.risk-manager.max_drawdown": 0.1,
        "agents.team": {"trade-executor": 2, "risk-manager": 1},
    } | ({"desks": []} if load_scenario(name).desks else {})
    for world in (load_scenario(name), load_scenario(name, changed)):
        path = tmp_path / "run.toml"
        path.write_text(to_toml(world))
        assert load_scenario(path) == world


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_says_what_it_shows_and_runs(name: str) -> None:
    world = load_scenario(name)
    assert world.name == name and world.title
    with MarketModel(world) as model:
        for _ in range(5):
            model.step()
        assert model.metrics is not None and model.metrics.equity > 0


def test_a_scenario_cannot_be_changed_once_it_is_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(scenario(), "seed", 3)  # noqa: B010


def test_settings_of_roles_that_are_not_given_are_the_roles_own() -> None:
    world = Scenario.model_validate({"name": "x", "roles": {"risk-manager": {"max_drawdown": 0.3}}})
    assert list(world.roles) == ["risk-manager"]
    assert world.roles["risk-manager"].max_exposure == ROLES["risk-manager"].Settings().model_dump()["max_exposure"]


def test_a_team_may_have_several_of_a_role() -> None:
    settings = AgentSettings(count=8, team={"trade-executor": 1, "market-hunter": 3})
    assert (settings.desks, settings.team_size, settings.counts()) == (2, 4, {"market-hunter": 6, "trade-executor": 2})
