"""Codecs turn experiences into codes and back; a code names the version of the codec that made it."""

from freeagentics.memory.codec.scalar import ScalarCodec

__all__ = ["ScalarCodec"]
