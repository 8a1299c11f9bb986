"""Files of roles and sources: what cannot be is refused before anything runs, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from role_files import SCENARIO, SOURCE, WITH_MOOD, role, stepped, write

from freeagentics.agents import PluginFile
from freeagentics.agents.plugins import run_plugin
from freeagentics.agents.registry import Registry
from freeagentics.errors import BadInput, BadScenario
from freeagentics.scenario import load_scenario

WAIT = "return Action('wait')"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = ", r"SyntaxError: invalid syntax \(.*mine.py, line 1\)"),
        ("x = 1\ny = (\n", r"SyntaxError: '\(' was never closed \(.*mine.py, line 2\)"),
        ("x = 1\nimport sys\nsys.exit()", r"SystemExit \(.*mine.py, line 3\)"),
        ("import sys\nx = 1 / 0", r"ZeroDivisionError: division by zero \(.*mine.py, line 2\)"),
        ("x = 1", "neither a role .* nor a source"),
        (role("pass", name="Mine Own"), "role Mine: its name is 'Mine Own'; it must be lower-case"),
        (role("pass", name="market-hunter"), "the name 'market-hunter' comes with the package"),
        (role("pass", name="desk"), "the name 'desk' comes with the package"),
        (role("pass", extra="    phase = 9\n"), "its phase is 9"),
        (role("pass", extra="    phase = [1]\n"), r"its phase is \[1\]"),
        (role("pass", extra="    reasoning = tuple('abcdefg')\n"), "it has 7 names in reasoning; there may be 0 to 6"),
        (
            role("pass", extra="    reasoning = ('why')\n"),
            r"its reasoning is 'why'; it must be a tuple of names, as in reasoning = \('one',\)",
        ),
        (role("pass", extra="    reasoning = ('a', 'b', 'a')\n"), "its reasoning has a name twice: a, b, a"),
        (role("pass", extra="    actions = ()\n"), "it has 0 names in actions; there may be 1 to 16"),
        (role("pass", extra="    actions = None\n"), "its actions is None; it must be a tuple of names"),
        (role("pass", extra="    state = 'count'\n"), "its state is 'count'; it must be a tuple of names"),
        (role("pass", extra="    state = ('random',)\n"), "its state names 'random', which the framework gives"),
        (role("pass", extra="    __slots__ = ('count',)\n"), "it has __slots__"),
        (role("pass", extra="    Settings = dict\n"), "its Settings is <class 'dict'>; it must be a class derived from pydantic.BaseModel"),
        (role("yield Action('wait')"), "decide must be a plain function"),
        (role(WAIT).replace("def decide", "async def decide"), "decide must be a plain function"),
        (role(WAIT).replace("(self, seen, signals, memories)", "(self, seen)"), r"decide must take \(self, seen, signals, memories\)"),
        (SOURCE.replace('"mood"', "None"), "source Mood: its name is None; it must be one word in lower case"),
        (SOURCE.replace('"mood"', '"price"'), "source Mood: the name 'price' comes with the package"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(BadScenario, match=line) as refusal:
        load_scenario(write(tmp_path, text))
    assert "\n" not in str(refusal.value)


def test_a_setting_without_a_default_is_refused(tmp_path: Path) -> None:
    settings = "from pydantic import BaseModel\nclass Own(BaseModel):\n    window: int\n"
    with pytest.raises(BadScenario, match="its setting 'window' has no default"):
        load_scenario(write(tmp_path, settings + role(WAIT, extra="    Settings = Own\n")))


@pytest.mark.parametrize(("name", "line"), [("none.py", "no such file"), ("mine.txt", "a name that ends in .py"), (".", "ends in .py")])
def test_a_plugin_that_is_no_python_file_is_named(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(BadScenario, match=line):
        load_scenario(write(tmp_path, role(WAIT), SCENARIO.replace("mine.py", name)))


def test_a_source_to_read_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="role mine: it reads 'whale', which is no source; did you mean 'whales'"):
        stepped(write(tmp_path, role(WAIT, extra="    reads = ('price', 'whale')\n")))


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("import sys\n        sys.exit(3)", r"SystemExit: 3 \(.*mine.py, line 12\)"),
        ("return 1 / 0", r"ZeroDivisionError: division by zero \(.*mine.py, line 11\)"),
        ("return None", "computed None; float32 .* is needed"),
        ("return [0.0] * len(bars)", r"computed \[0.0, 0.0, .*\]; float32 .* is needed"),
        ("return np.zeros((*bars.close.shape, 1))", "computed float64 .*; float32 .* is needed"),
        ("return np.zeros((7, *bars.close.shape[1:], 1), np.float32)", r"computed float32 \(7, 1, 1\); float32 .* is needed"),
        ("return np.zeros((*bars.close.shape, 1), dtype=object)", "computed object"),
        ("return np.full((*bars.close.shape, 1), np.inf, np.float32)", "shows inf in mood.level of bar 0; what is not known is NaN"),
        ("return np.full((*bars.close.shape, 1), 2, np.float32)", "its direction mood.level must stay within -1 and 1"),
        (
            "return np.sign(np.roll(bars.close, -1, axis=0) - bars.close)[..., None].astype(np.float32)",
            "looks ahead: mood.level of BTCUSDT at bar .*",
        ),
        ("return np.zeros((2160, *bars.close.shape[1:], 1), np.float32)", r"computed float32 \(2160"),
    ],
)
def test_a_source_that_breaks_its_contract_is_one_line(tmp_path: Path, broken: str, line: str) -> None:
    scenario = write(tmp_path, SOURCE.replace("return np.zeros((*bars.close.shape, 1), np.float32)", broken) + role(WAIT), WITH_MOOD)
    with pytest.raises(BadInput, match=f"^source mood: {line}") as refusal:
        stepped(scenario)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("return ()", "return 'volume'", "missing returned 'volume'; it must be a tuple of texts"),
        ("return ()", "return None", "missing returned None; it must be a tuple of texts"),
        ("return ()", "raise SystemExit", "SystemExit"),
        ('("mood.level",)', '"mood.level"', "its columns are 'mood.level'; they must be a tuple of names"),
        ('("mood.level",)', "[1]", r"its columns are \[1\]"),
        ('direction = "mood.level"', "direction = None", "its direction None must be one of its columns"),
        ("def missing", "def __init__(self):\n        pass\n    def missing", "TypeError: .* unexpected keyword argument 'cost_cents'"),
        ("def missing", "def __init__(self, cost_cents):\n        pass\n    def missing", "its constructor must hand cost_cents on"),
    ],
)
def test_a_source_that_cannot_be_opened_is_one_line(tmp_path: Path, before: str, after: str, line: str) -> None:
    scenario = write(tmp_path, SOURCE.replace(before, after) + role(WAIT), WITH_MOOD)
    with pytest.raises(BadInput, match=f"^source mood: {line}") as refusal:
        stepped(scenario)
    assert "\n" not in str(refusal.value)


def test_what_a_source_does_not_know_is_shown_as_zero(tmp_path: Path) -> None:
    body = 'assert seen.columns["mood.level"]["BTCUSDT"] == 0\nreturn Action("wait")'
    nothing = SOURCE.replace("np.zeros((*bars.close.shape, 1), np.float32)", "np.full((*bars.close.shape, 1), np.nan, np.float32)")
    scenario = write(tmp_path, nothing + role(body, extra="    reads = ('mood',)\n"), WITH_MOOD)
    stepped(scenario, steps=1)


def test_plugins_are_equal_where_their_code_is_wherever_they_lie(tmp_path: Path) -> None:
    code = (SOURCE + role(WAIT)).encode()
    here, there, other = (
        run_plugin(PluginFile(tmp_path / name, text)) for name, text in (("a.py", code), ("b.py", code), ("a.py", code + b"\n"))
    )
    assert here == there
    assert here != other
    assert Registry.of([here]) == Registry.of([there]) != Registry.of([other])


def test_two_plugins_with_a_role_of_one_name_are_refused(tmp_path: Path) -> None:
    plugins = [run_plugin(PluginFile(tmp_path / name, role(WAIT).encode())) for name in ("a.py", "b.py")]
    with pytest.raises(BadScenario, match=r"b\.py: the role 'mine' is in .*a\.py as well; give one of them another name"):
        Registry.of(plugins)


def test_a_plugin_is_compiled_as_it_is_written_and_not_as_the_package_is(tmp_path: Path) -> None:
    plugin = run_plugin(
        PluginFile(tmp_path / "a.py", (role(WAIT) + "\ndef f(x: int) -> int: ...\nassert f.__annotations__['x'] is int\n").encode())
    )
    assert list(plugin.roles) == ["mine"]
