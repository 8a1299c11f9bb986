"""Codecs turn feature vectors into codes and back; a code names the version of the codec that made it."""

from freeagentics.memory.codec.autoregressive import AutoregressiveCodec
from freeagentics.memory.codec.books import DESK, BookCodec, book_vectors, whole_market
from freeagentics.memory.codec.codec import Codec, Encoded
from freeagentics.memory.codec.codes import Codes
from freeagentics.memory.codec.extended import ExtendedCodec, extended
from freeagentics.memory.codec.plain import BitsCodec, Float32Codec, Int8Codec
from freeagentics.memory.codec.registry import CODECS, book_codec_of, codec_name, codec_of, open_book_codec, open_codec
from freeagentics.memory.codec.scalar import ScalarCodec
from freeagentics.memory.codec.side_information import BOOK_COLUMNS, SideInformation
from freeagentics.memory.codec.weights import CodecWeights

__all__ = [
    "BOOK_COLUMNS",
    "CODECS",
    "DESK",
    "AutoregressiveCodec",
    "BitsCodec",
    "BookCodec",
    "Codec",
    "CodecWeights",
    "Codes",
    "Encoded",
    "ExtendedCodec",
    "Float32Codec",
    "Int8Codec",
    "ScalarCodec",
    "SideInformation",
    "book_codec_of",
    "book_vectors",
    "codec_name",
    "codec_of",
    "extended",
    "open_book_codec",
    "open_codec",
    "whole_market",
]
