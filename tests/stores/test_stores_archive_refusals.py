"""What an archive refuses: manifests, frames, names and places that are none."""

import json
from pathlib import Path

import polars as pl
import pytest
from archive_frames import START, memories, observations
from aws_servers import aws_endpoint

from freeagentics.clock import DAY_MS
from freeagentics.errors import BadInput, BadName, BadStore, CorruptRecord, StoreUnavailable
from freeagentics.stores.archive import Archive, ArchiveBatch
from freeagentics.stores.archive.batch import empty
from freeagentics.stores.archive.objects import Objects, parse_url


@pytest.mark.parametrize("path", ["../../etc/passwd", "memories/../x.parquet", "/etc/passwd", "memories/%2e%2e/0-" + "0" * 32 + ".parquet"])
def test_a_manifest_that_leads_out_of_its_folder_is_damaged(tmp_path: Path, path: str) -> None:
    archive = Archive(f"file://{tmp_path}", "run-1")
    archive.add(ArchiveBatch(memories(["a-1"], range(1))))
    (manifest,) = (tmp_path / "run-1" / "manifest").iterdir()
    content = json.loads(manifest.read_text())
    content["files"][0]["path"] = path
    manifest.write_text(json.dumps(content))
    for verb in (lambda: archive.read("memories"), lambda: archive.drop_before(START + 9 * DAY_MS), archive.manifest):
        with pytest.raises(CorruptRecord, match="is none of an archive's"):
            verb()


@pytest.mark.parametrize(
    ("content", "message"), [(b"{", "Invalid JSON"), (b"", "Invalid JSON"), (b'{"version": 2, "run": "run-1"}', "version")]
)
def test_a_manifest_that_is_none_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    Objects(parse_url(f"file://{tmp_path}"), "run-1").put("manifest/000000000001.json", content)
    with pytest.raises(CorruptRecord, match=rf"run-1/manifest/000000000001.json: damaged manifest: .*{message}"):
        Archive(f"file://{tmp_path}", "run-1").read("memories")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (memories(["a-1"], range(1)).drop("codec"), "memories need columns agent"),
        (memories(["a-1"], range(1)).with_columns(extra=1), "memories need columns agent"),
        (memories(["a-1"], range(1)).with_columns(step=pl.lit("1")), "memories need columns agent"),
        (memories(["a-1"], range(1)).with_columns(body=pl.lit(None, pl.Binary)), "have empty cells"),
    ],
)
def test_a_frame_of_another_kind_is_refused(tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Archive(f"file://{tmp_path}", "run-1").add(ArchiveBatch(frame))
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize("name", ["../x", "a/b", "%2e", "a b", ""])
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    archive = Archive(f"file://{tmp_path}", "run-1")
    for column in ("agent", "role"):
        with pytest.raises(BadName):
            archive.add(ArchiveBatch(memories(["a-1"], range(1)).with_columns(pl.lit(name).alias(column))))
    with pytest.raises(BadName):
        archive.read("memories", agent=name)
    with pytest.raises(BadName):
        Archive(f"file://{tmp_path}", name)


def test_observations_of_other_figures_are_refused_in_the_same_week(tmp_path: Path) -> None:
    archive = Archive(f"file://{tmp_path}", "run-1")
    archive.add(ArchiveBatch(observations=observations(range(1))))
    with pytest.raises(BadInput, match="observations have columns"):
        archive.add(ArchiveBatch(observations=observations(range(1, 2)).with_columns(volume=1.0)))
    with pytest.raises(BadInput, match="observations need columns"):
        archive.add(ArchiveBatch(observations=observations(range(1)).with_columns(note=pl.lit("x"))))
    assert empty("observations").is_empty()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "names no folder"),
        ("file://", "names no folder"),
        ("file://host/a", "names no folder"),
        ("file:///", "names no folder"),
        ("ftp://a/b", "names no folder"),
        ("s3:///a", "names no folder"),
        ("s3://bucket/../other", "names no folder"),
        ("s3://key:secret@bucket/a", "carries no credentials"),
        ("s3://key:secret/x@bucket/a", "carries no credentials"),
        ("s3://bucket/a?endpoint=http://u:1/secret@h", "must be http://HOST"),
        ("s3://bucket/a?endpont=http://h", "no option 'endpont'; did you mean 'endpoint'?"),
        ("s3://bucket/a?endpoint=ftp://h", "must be http://HOST"),
        ("file:///a?region=x", "no option 'region'"),
        ("file:///a#b", "no part after a #"),
        ("s3://[bucket/a", "cannot be read"),
    ],
)
def test_a_url_that_names_no_place_is_told_why(url: str, message: str) -> None:
    with pytest.raises(BadStore) as caught:
        Archive(url, "run-1")
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_bucket_needs_neither_endpoint_nor_region_to_be_named() -> None:
    assert Archive("s3://bucket", "run-1").run == "run-1"


def test_a_place_that_cannot_be_used_is_unavailable_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="archive file://"):
        Archive(f"file://{tmp_path / 'file'}", "run-1")
    with pytest.raises(StoreUnavailable, match="archive s3://no-such-bucket/x/run-1: ") as caught:
        Archive(f"s3://no-such-bucket/x?endpoint={aws_endpoint()}&region=eu-west-1", "run-1").manifest()
    assert "\n" not in str(caught.value)
