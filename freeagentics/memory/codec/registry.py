"""Codecs by name, as scenarios ask for them, and by version, as pages of codes carry it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from freeagentics.errors import BadInput, CorruptRecord, did_you_mean
from freeagentics.memory.codec.autoregressive import AutoregressiveCodec
from freeagentics.memory.codec.books import DESK, BookCodec
from freeagentics.memory.codec.codec import Codec
from freeagentics.memory.codec.plain import BitsCodec, Float32Codec, Int8Codec
from freeagentics.memory.codec.weights import CodecWeights

SHIPPED = Path(__file__).parent / "weights"
"""Trained codecs of the built-in roles, ``ROLE-VERSION.npz``. A newer one is a file more: what older ones wrote stays readable."""

PLAIN: dict[str, Callable[[], Codec]] = {"float32": Float32Codec, "int8": Int8Codec, "scalar": BitsCodec}

_BEFORE: tuple[Codec, ...] = (Int8Codec(zero=False), BitsCodec(zero=False))
"""Plain codecs of earlier versions: nothing is written by them, and what they wrote stays readable."""

CODECS = (*PLAIN, AutoregressiveCodec.name)


def open_codec(name: str, role: str, columns: tuple[str, ...], own: Sequence[Path] = ()) -> Codec:
    """The newest codec of a name for a role, on a market whose observation has these columns.

    A role that no autoregressive codec was trained for gets the scalar one.

    Args:
        own: files of trained codecs beside those that ship.

    Raises:
        BadInput: a name that there is not, or a file that is no trained codec.
    """
    if name not in CODECS:
        raise BadInput(f"no codec '{name}'; {did_you_mean(name, CODECS)}")
    if name != AutoregressiveCodec.name:
        return PLAIN[name]()
    versions = _versions(role, own)
    return _autoregressive(versions[max(versions)], columns) if versions else BitsCodec()


def codec_of(version: int, role: str, columns: tuple[str, ...], own: Sequence[Path] = ()) -> Codec:
    """The codec that wrote codes of this version. Raises CorruptRecord where there is none.

    Versions 1 and 6 are those of `ScalarCodec`, whose codes have one length and a checksum of their own.
    """
    for codec in _plain():
        if codec.version == version:
            return codec
    versions = _versions(role, own)
    if version not in versions:
        raise CorruptRecord(f"codes of version {version} of the role {role}, which no codec here can read")
    return _autoregressive(versions[version], columns)


def open_book_codec(name: str, columns: tuple[str, ...], own: Sequence[Path] = ()) -> BookCodec | None:
    """The codec of books that goes with a codec of memories; None for codecs that keep all in every memory."""
    return BookCodec(open_codec(name, DESK, columns, own)) if name == AutoregressiveCodec.name else None


def book_codec_of(version: int, columns: tuple[str, ...], own: Sequence[Path] = ()) -> BookCodec:
    """The codec that wrote books of this version. Raises CorruptRecord where there is none."""
    return BookCodec(codec_of(version, DESK, columns, own))


def codec_name(version: int) -> str:
    """Name of the codec of a version, as scenarios call it."""
    return next((codec.name for codec in _plain() if codec.version == version), AutoregressiveCodec.name)


def shipped(role: str) -> CodecWeights:
    """The newest codec that ships for a built-in role, or for `DESK`. Raises KeyError for another."""
    versions = _versions(role, ())
    if not versions:
        raise KeyError(role)
    return versions[max(versions)]


def _plain() -> list[Codec]:
    """Every plain codec that ever was."""
    return [*(plain() for plain in PLAIN.values()), *_BEFORE]


def _versions(role: str, own: Sequence[Path]) -> dict[int, CodecWeights]:
    """A role's trained codecs by version."""
    every = [_read(path, path.stat().st_mtime_ns) for path in SHIPPED.glob("*.npz")]
    every += [_read(path, path.stat().st_mtime_ns if path.exists() else 0) for path in own]
    return {weights.version: weights for weights in every if weights.role == role}


@lru_cache(maxsize=64)
def _autoregressive(weights: CodecWeights, columns: tuple[str, ...]) -> AutoregressiveCodec:
    """One codec for all cohorts of a role: it has no state."""
    return AutoregressiveCodec(weights, columns)


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> CodecWeights:
    """Weights in a file, as it is since it was *modified*."""
    return CodecWeights.read(path)
