from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cli_runner import called

from freeagentics.errors import BadInput
from freeagentics.journal import Journal, Kind
from freeagentics.memory.codec import CodecWeights, open_codec
from freeagentics.memory.codec.registry import shipped
from freeagentics.records import RunRecord
from freeagentics.runs import run

pytest.importorskip("torch")

from freeagentics.memory.codec.nets import load_net
from freeagentics.memory.codec.training.states_file import read_states

ROOT = Path(__file__).parents[2]
QUICK = ("--runs", "quick", "--seeds", 1, "--share", 0.2, "--steps", 30)


def test_a_codec_is_trained_written_and_opened(tmp_path: Path) -> None:
    done = called("train", "risk-manager", *QUICK, "--out", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "mine" / "risk-manager-128.npz"
    assert f"{path.stat().st_size:,} bytes" in done.stdout
    weights = CodecWeights.read(path)
    assert (weights.role, weights.version) == ("risk-manager", 128)
    assert open_codec("autoregressive", "risk-manager", ("price.zscore",), [path]).version == 128
    assert "memory.weights" in done.stdout


def test_a_role_of_ones_own_is_trained_and_keeps_the_features_that_it_declares(tmp_path: Path) -> None:
    example = ROOT / "examples" / "momentum.toml"
    done = called("train", "momentum", "--runs", example, "--seeds", 1, "--share", 0.2, "--steps", 30, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    gaps = []
    for weights in ([], [str(tmp_path / "codecs")]):
        record = run(example, steps=30, agents=9, overrides={"memory.weights": weights}, out=tmp_path / f"run{len(weights)}")
        frame = record.memory_frame.filter(pl.col("vwap.gap").is_not_null())
        gaps.append(frame.select("step", "agent", "vwap.gap").sort("step", "agent"))
        with Journal(record.directory.journal) as journal:
            versions = {page.codec for _, page in journal.scan_pages(Kind.MEMORIES, first=1, last=30)}
            assert (128 in versions) == bool(weights)
    assert gaps[0].height == 3 * 30
    assert gaps[0].equals(gaps[1])


def test_a_role_that_nobody_has_is_named(tmp_path: Path) -> None:
    done = called("train", "risk-manger", *QUICK, cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'risk-manager'" in done.stderr
    assert not list(tmp_path.glob("**/*.npz"))


def test_a_device_that_is_not_there_is_named_before_anything_runs(tmp_path: Path) -> None:
    done = called("train", "risk-manager", *QUICK, "--device", "abacus", cwd=tmp_path)
    assert done.returncode == 2
    assert "no device 'abacus'" in done.stderr
    assert "running" not in done.stderr


def test_a_scenario_that_there_is_not_is_named(tmp_path: Path) -> None:
    done = called("train", "risk-manager", "--runs", "quik", cwd=tmp_path)
    assert done.returncode == 2
    assert "quick" in done.stderr


def test_a_run_takes_codecs_of_ones_own_and_keeps_them_for_its_readers(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for role in ("desk", "risk-manager"):
        replace(shipped(role), version=130).write(folder / f"{role}-130.npz")
    done = called("run", "quick", "--steps", 8, "--out", "run", "--set", f'memory.weights=["{folder}"]', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder)
    record = RunRecord(tmp_path / "run")
    with Journal(record.directory.journal) as journal:
        versions = {version for _, version, _, _ in journal.headers(Kind.MEMORIES)}
        assert versions == {130, shipped("market-hunter").version}
        assert {version for _, version, _, _ in journal.headers(Kind.BOOKS)} == {130}
    assert record.memory_frame.height == 8 * record.summary.agents
    done = called("run", "--resume", "run", "--steps", 12, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert RunRecord(tmp_path / "run").memory_frame.height == 12 * record.summary.agents


@pytest.mark.parametrize("what", ["nowhere", "empty", "note.npz"])
def test_what_is_no_trained_codec_is_refused_before_anything_is_written(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.npz").write_text("not a codec")
    done = called("run", "quick", "--out", "run", "--set", f'memory.weights=["{what}"]', cwd=tmp_path)
    assert done.returncode == 2
    assert what in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def states_file(folder: Path, rows: int = 120) -> Path:
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(rows, 2)) @ rng.normal(size=(2, 6))
    path = folder / "states.csv"
    pl.DataFrame({f"x{number}": column for number, column in enumerate(columns.T)}).write_csv(path)
    return path


def test_a_net_is_trained_on_a_file_of_ones_own_written_and_opened(tmp_path: Path) -> None:
    path = states_file(tmp_path)
    groups = ("--group", "levels=0:4", "--group", "rest=4:6:2.0", "--latents", 3, "--steps", 10)
    done = called("train", "--file", path, *groups, "--out", "net.safetensors", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "on 12 states held out of 120" in done.stdout
    net = load_net(tmp_path / "net.safetensors")
    assert net.feature_groups == {"levels": (0, 4, 1.0), "rest": (4, 6, 2.0)}
    assert sum(net.latents.values()) == 3
    assert net.decode(net.encode(net.center)).shape == (6,)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (("--group", "a=0:4"), "add --group rest=4:6"),
        (("--group", "a=1:6"), "one that begins at 0 is needed"),
        (("--group", "a=0:six"), "NAME=START:END"),
        (("--columns", "x0,y"), "no column 'y'"),
        (("--level", "0"), "--level 0.0: give a number above 0"),
        (("--latents", "7"), "7 latents for 6 features"),
        (("--share", "0.5"), "--share does not go with --file"),
        (("--out", "no/such/folder/net"), "in a folder that there is"),
    ],
)
def test_what_no_net_can_be_trained_with_is_named_before_anything_is_written(tmp_path: Path, wanted: tuple[str, ...], message: str) -> None:
    done = called("train", "--file", states_file(tmp_path), *wanted, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert not list(tmp_path.glob("**/*.safetensors"))


def test_options_of_nets_are_refused_where_roles_are_trained(tmp_path: Path) -> None:
    done = called("train", "risk-manager", "--latents", 4, cwd=tmp_path)
    assert done.returncode == 2
    assert "--latents needs --file" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("states.npz", b"", "give .npy, .csv, .parquet"),
        ("states.npy", b"nothing", "not a readable .npy file"),
        ("states.csv", b"a,b\n1,2\n3,\n", "row 2, column 'b'"),
        ("states.csv", b"a,b\n1,x\n", "column 'b' holds String"),
        ("other.csv", None, "cannot be read"),
    ],
)
def test_a_file_of_anything_but_states_is_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=message):
        read_states(tmp_path / name)
