"""What agents remember: experiences, the codes they are kept as, and the index that recalls them."""

from freeagentics.memory.codec import CODECS, KEY_SIZE, Codec, codec_name, codec_of, keys_of, open_codec
from freeagentics.memory.features import FEATURES, GROUPS, Feature, column
from freeagentics.memory.kept import Kept
from freeagentics.memory.recall import Recalled, RecallIndex

__all__ = [
    "CODECS",
    "FEATURES",
    "GROUPS",
    "KEY_SIZE",
    "Codec",
    "Feature",
    "Kept",
    "RecallIndex",
    "Recalled",
    "codec_name",
    "codec_of",
    "column",
    "keys_of",
    "open_codec",
]
