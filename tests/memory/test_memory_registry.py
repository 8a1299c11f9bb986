from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from codec_samples import ROLES, lived

from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.memory.codec import CODECS, BitsCodec, CodecWeights, codec_of, open_codec
from freeagentics.memory.codec.registry import PLAIN, SHIPPED, shipped

COLUMNS = ("price.return_1", "price.zscore")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", CODECS)
def test_every_codec_of_every_role_is_found_again_by_the_version_its_codes_carry(name: str, role: str) -> None:
    codec = open_codec(name, role, COLUMNS)
    assert codec.name == name
    assert 1 < codec.version < 256
    assert type(codec_of(codec.version, role, COLUMNS)) is type(codec)


def test_only_the_trained_codec_leaves_out_what_the_agents_of_a_desk_share() -> None:
    assert [name for name in CODECS if open_codec(name, "market-hunter", COLUMNS).shares] == ["autoregressive"]


def test_versions_differ() -> None:
    versions = [open_codec(name, "market-hunter", COLUMNS).version for name in CODECS]
    assert len(set(versions)) == len(versions)


def test_a_role_without_a_trained_codec_gets_the_scalar_one() -> None:
    assert isinstance(open_codec("autoregressive", "my-own-role", COLUMNS), BitsCodec)
    with pytest.raises(KeyError):
        shipped("my-own-role")


def test_wrong_names_and_versions_are_refused() -> None:
    with pytest.raises(BadInput, match="did you mean 'int8'"):
        open_codec("int9", "market-hunter", COLUMNS)
    with pytest.raises(CorruptRecord, match="version 99"):
        codec_of(99, "market-hunter", COLUMNS)


def test_a_newer_codec_leaves_older_codes_readable(tmp_path: Path) -> None:
    one = lived("risk-manager")
    shipped = one.codec.version
    own = tmp_path / "mine.npz"
    replace(one.codec.weights, version=shipped + 1).write(own)
    columns = one.columns
    assert open_codec("autoregressive", "risk-manager", columns, [own]).version == shipped + 1
    assert open_codec("autoregressive", "market-hunter", columns, [own]).version == shipped
    encoded = one.codec.encode(one.vectors, one.side_information, one.focus)
    assert (
        codec_of(shipped, "risk-manager", columns, [own]).decode(encoded.codes, one.side_information).tobytes() == encoded.vectors.tobytes()
    )


def test_a_trained_codec_is_written_and_read_whole(tmp_path: Path) -> None:
    weights = lived("market-hunter").codec.weights
    weights.write(tmp_path / "codec.npz")
    again = CodecWeights.read(tmp_path / "codec.npz")
    for name in CodecWeights.__slots__:
        assert np.array_equal(getattr(again, name), getattr(weights, name)), name


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\x00", b"not a codec"])
def test_a_file_of_anything_else_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "codec.npz"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="not a trained codec"):
        CodecWeights.read(path)


def test_a_codec_of_another_format_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "codec.npz", format=np.asarray(9))
    with pytest.raises(BadInput, match="format 9"):
        CodecWeights.read(tmp_path / "codec.npz")


def test_shipped_codecs_are_small() -> None:
    for role in ROLES:
        path = max(SHIPPED.glob(f"{role}-*.npz"))
        assert path.stat().st_size < 200_000


def test_plain_codecs_have_the_versions_under_which_journals_hold_their_codes() -> None:
    assert {name: plain().version for name, plain in PLAIN.items()} == {"float32": 2, "int8": 8, "scalar": 7}
    assert [codec_of(version, "market-hunter", COLUMNS).name for version in (2, 3, 4, 7, 8)] == [
        "float32",
        "int8",
        "scalar",
        "scalar",
        "int8",
    ]
