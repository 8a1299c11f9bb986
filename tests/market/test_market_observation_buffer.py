from __future__ import annotations

import gc
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.market import Observation
from freeagentics.market.observation_buffer import ObservationBuffer

COLUMNS, ASSETS = ("price.return_1", "price.volatility", "whales.count"), 2


def observation(step: int, *, assets: int = ASSETS, columns: tuple[str, ...] = COLUMNS) -> Observation:
    values = np.full((assets, len(columns)), step, np.float32)
    return Observation(step, 1000 * step, columns, values, np.full(assets, 10**8 * step, np.int64))


def same(one: Observation, other: Observation) -> bool:
    plain = (one.step, one.timestamp, one.columns) == (other.step, other.timestamp, other.columns)
    return plain and one.values.tobytes() == other.values.tobytes() and one.prices.tobytes() == other.prices.tobytes()


def test_what_is_written_comes_back_as_read_only_views_on_the_map() -> None:
    with ObservationBuffer(COLUMNS, ASSETS, 4) as buffer:
        written = buffer.write(observation(3))
        assert same(written, observation(3))
        for array in (written.values, written.prices):
            assert not array.flags.owndata
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a ring that others may read."""
    return tmp_path / "ring.observations"


def test_the_ring_holds_the_last_steps_and_no_others(path: Path) -> None:
    with ObservationBuffer(COLUMNS, ASSETS, 4, path) as buffer, ObservationBuffer.attach(path) as reader:
        assert reader.latest() == 0
        for step in range(1, 11):
            buffer.write(observation(step))
            assert reader.latest() == step
        for step in range(7, 11):
            assert same(reader.read(step), observation(step))
        for step in (-4, 0, 6, 11):
            with pytest.raises(BadInput, match=str(step)):
                reader.read(step)


READER = """
import sys
from freeagentics.errors import BadInput
from freeagentics.market.observation_buffer import ObservationBuffer
whole = lost = 0
with ObservationBuffer.attach(sys.argv[1]) as reader:
    print("attached", flush=True)
    while (step := reader.latest()) < 3000:
        try:
            seen = reader.read(step)
        except BadInput:
            lost += 1
            continue
        assert seen.step == step and seen.timestamp == 1000 * step
        assert (seen.values == step).all() and (seen.prices == 10**8 * step).all()
        whole += 1
print(whole)
"""


def test_another_process_reads_whole_steps_while_they_are_written(path: Path) -> None:
    with ObservationBuffer(COLUMNS, 500, 2, path) as buffer:
        buffer.write(observation(1, assets=500))
        with subprocess.Popen([sys.executable, "-c", READER, str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "attached\n"
            for step in range(2, 3001):
                buffer.write(observation(step, assets=500))
            said = process.stdout.read()
        assert process.returncode == 0
        assert int(said) > 0


def test_a_slot_that_is_half_written_is_not_read(path: Path) -> None:
    with ObservationBuffer(COLUMNS, ASSETS, 4, path) as buffer:
        buffer.write(observation(1))
        data = bytearray(path.read_bytes())
        place = data.rindex(np.float32(1).tobytes())
        data[place] ^= 1
        path.write_bytes(data)
        with ObservationBuffer.attach(path) as reader, pytest.raises(BadInput):
            reader.read(1)


def test_the_file_is_gone_once_it_is_closed_and_views_stay_readable(path: Path) -> None:
    buffer = ObservationBuffer(COLUMNS, ASSETS, path=path)
    view, reader = buffer.write(observation(2)).values, ObservationBuffer.attach(path)
    buffer.close()
    buffer.close()
    assert not path.exists()
    assert (view == 2).all()
    assert same(reader.read(2), observation(2))
    for use in (lambda: buffer.write(observation(3)), lambda: buffer.read(2), buffer.latest):
        with pytest.raises(BadInput, match="closed"):
            use()


def test_a_buffer_that_is_collected_or_left_by_its_process_leaves_no_file(path: Path) -> None:
    buffer = ObservationBuffer(COLUMNS, ASSETS, path=path)
    assert path.exists()
    del buffer
    gc.collect()
    assert not path.exists()
    code = (
        f"from freeagentics.market.observation_buffer import ObservationBuffer as B; b = B({COLUMNS}, 1, 4, {str(path)!r}); print(b.path)"
    )
    left = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    assert left == str(path)
    assert not path.exists()


def test_a_buffer_that_nobody_else_is_to_read_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.mkstemp", None)
    monkeypatch.setattr(Path, "open", None)
    with ObservationBuffer(COLUMNS, ASSETS, 4) as buffer:
        assert buffer.path is None
        assert same(buffer.write(observation(5)), observation(5))
        assert same(buffer.read(5), observation(5))


def test_a_file_that_is_there_already_is_left_alone(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(BadInput, match=r"ring\.observations: .* \(File exists\)"):
        ObservationBuffer(COLUMNS, ASSETS, path=path)
    assert path.read_text() == "mine"


def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(path: Path) -> None:
    size, before = 4096, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.raises(BadInput, match=r"ring\.observations: .* \(File too large\)"):
            ObservationBuffer(COLUMNS, 500, path=path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not path.exists()


def test_a_reader_does_not_write_and_leaves_the_file_where_it_is(path: Path) -> None:
    with ObservationBuffer(COLUMNS, ASSETS, path=path):
        with ObservationBuffer.attach(path) as reader, pytest.raises(BadInput, match="process"):
            reader.write(observation(1))
        assert path.exists()


@pytest.mark.parametrize(
    "content", [None, b"", b"something else\n", b"FAOB1\n", b"FAOB1[]\n", b'FAOB1{"columns": ["a"], "assets": 1, "slots": 9}\n']
)
def test_what_is_no_buffer_is_refused_by_its_path(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "other.observations"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="other.observations"):
        ObservationBuffer.attach(path)


@pytest.mark.parametrize("wrong", [observation(1, assets=3), observation(1, columns=("a", "b", "c")), observation(0)])
def test_an_observation_that_does_not_fit_is_refused(wrong: Observation) -> None:
    with ObservationBuffer(COLUMNS, ASSETS) as buffer, pytest.raises(BadInput, match="does not fit"):
        buffer.write(wrong)


@pytest.mark.parametrize(("assets", "slots"), [(0, 4), (2, 0)])
def test_a_ring_of_nothing_is_refused(assets: int, slots: int) -> None:
    with pytest.raises(BadInput):
        ObservationBuffer(COLUMNS, assets, slots)


def test_a_ring_holds_64_steps_unless_told_otherwise() -> None:
    with ObservationBuffer(COLUMNS, ASSETS) as buffer:
        for step in range(1, 66):
            buffer.write(observation(step))
        assert same(buffer.read(2), observation(2))
        with pytest.raises(BadInput, match="step 1 is not among the last 64"):
            buffer.read(1)
