"""The cold tier (extra ``archive``): what is older than 90 days, as Parquet in object storage or on disk."""

from freeagentics.stores.archive.archive import Archive
from freeagentics.stores.archive.batch import ARCHIVE_AGE_MS, ArchiveBatch, ArchiveKind, archive_before
from freeagentics.stores.archive.manifest import ArchiveFile, Manifest

__all__ = ["ARCHIVE_AGE_MS", "Archive", "ArchiveBatch", "ArchiveFile", "ArchiveKind", "Manifest", "archive_before"]
