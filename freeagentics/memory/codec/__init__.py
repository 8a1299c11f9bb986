"""Codecs turn experiences into codes and back; a code names the version of the codec that made it."""

from freeagentics.memory.codec.codec import KEY_SIZE, Codec, Encoded, keys_of
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.plain import BitsCodec, Float32Codec, Int8Codec
from freeagentics.memory.codec.registry import CODECS, codec_name, codec_of, open_codec
from freeagentics.memory.codec.scalar import ScalarCodec
from freeagentics.memory.codec.trained import Trained
from freeagentics.memory.codec.vae import VaeCodec

__all__ = [
    "CODECS",
    "KEY_SIZE",
    "BitsCodec",
    "Codec",
    "Codes",
    "Encoded",
    "Float32Codec",
    "Int8Codec",
    "ScalarCodec",
    "Trained",
    "VaeCodec",
    "codec_name",
    "codec_of",
    "keys_of",
    "open_codec",
]
