"""Keys and URLs for Redis: in the order of what they stand for, never the same for two, and on one shard each."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from freeagentics.errors import BadStore
from freeagentics.stores import open_store
from freeagentics.stores.redis.keys import member_of, position_in, position_of, split_key, stream_id, tag_of
from freeagentics.stores.redis.servers import rendezvous
from freeagentics.stores.redis.url import parse_url
from freeagentics.stores.urls import public_url

NUMBERS = st.integers(0, 2**63 - 1) | st.integers(0, 1000)
PARTITIONS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=9) | st.sampled_from(["agent:a#{x}", "agent:}"])


@given(st.tuples(NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS))
def test_names_of_positions_keep_their_order_and_come_back(a: tuple[int, int], b: tuple[int, int]) -> None:
    assert position_in(member_of(*a).encode()) == position_of(stream_id(*a).encode()) == a
    assert (member_of(*a) < member_of(*b)) == (a < b)


@given(PARTITIONS)
def test_every_partition_has_a_tag_that_a_cluster_reads_as_it_is_meant(partition: str) -> None:
    tag = tag_of("run-1", partition)
    key = f"{tag}:items:t:{partition}".encode()
    assert split_key(key) == (tag, f"items:t:{partition}".encode())
    # A cluster hashes what is between the first { and the first } after it.
    assert key[key.index(b"{") : key.index(b"}") + 1].decode() == tag


@pytest.mark.parametrize(
    ("partition", "tag"),
    [
        ("agent:a-1#decision#X", "{r:a-1}"),
        ("agent:a", "{r:a}"),
        ("target_agent:b", "{r:b}"),
        ("run#state#versions", "{r:-run}"),
        ("shared#signal#X", "#"),
        ("target_agent:*", "#"),
    ],
)
def test_what_an_agent_owns_has_its_tag_and_what_none_owns_has_another(partition: str, tag: str) -> None:
    found = tag_of("r", partition)
    assert found == tag or (tag == "#" and found.startswith("{r:#"))


@pytest.mark.parametrize("partition", ["agent:A", "agent:a*", "agent:", "agent:..", "agent:a}", "agent:#", f"agent:{'a' * 65}"])
def test_what_only_looks_like_an_agents_is_nobodys(partition: str) -> None:
    assert tag_of("r", partition).startswith("{r:#")


@given(st.integers(1, 12))
def test_another_shard_takes_over_its_share_of_agents_and_no_other_moves(shards: int) -> None:
    names = [f"host-{number}:6379" for number in range(shards)]
    tags = [f"{{run:agent-{number}}}" for number in range(2000)]
    before = [rendezvous(tag, names) for tag in tags]
    after = [rendezvous(tag, [*names, "new:6379"]) for tag in tags]
    moved = [new for old, new in zip(before, after, strict=True) if new != old]
    assert set(moved) <= {shards}
    assert abs(len(moved) / 2000 - 1 / (shards + 1)) < 0.06


def test_the_order_in_which_shards_are_named_does_not_matter() -> None:
    names = ["a:1", "b:2", "c:3"]
    assert all(names[rendezvous(f"{n}", names)] == names[::-1][rendezvous(f"{n}", names[::-1])] for n in range(100))


def test_a_url_says_where_how_and_who(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    options = f"layout=keys&retention=90d&cache=yes&ca_certs={tmp_path}/ca.pem"
    address = parse_url(f"rediss+shards://me:p%40ss%3A@a:1,[::1]:2,c/3?{options}")
    assert address.hosts == (("a", 1), ("::1", 2), ("c", 6379))
    assert (address.username, address.password, address.database, address.ca_certs) == ("me", "p@ss:", 3, f"{tmp_path}/ca.pem")
    assert (address.keys, address.retention_s, address.cache, address.tls, address.kind) == (True, 90 * 86_400, True, True, "shards")
    assert str(address) == "rediss+shards://a:1,[::1]:2,c:6379/3"
    assert "p@ss" not in repr(address)


AWKWARD = st.text(st.sampled_from("#/?%@:[],&= aé1") | st.characters(exclude_categories=["Cs"]), max_size=8)


@given(AWKWARD, AWKWARD)
@example("", "pa#ss")
@example("me", "1?ca_certs=/@")
def test_a_name_and_a_password_that_are_percent_encoded_are_what_they_were(username: str, password: str) -> None:
    for scheme, hosts in (("redis", "h"), ("rediss", "h:1"), ("redis+cluster", "a,b"), ("redis+shards", "a,[::1]:2")):
        address = parse_url(f"{scheme}://{quote(username, safe='')}:{quote(password, safe='')}@{hosts}/0?cache=yes")
        assert (address.username or "", address.password or "") == (username, password)


@given(AWKWARD, AWKWARD)
@example("", "pa#ss")
@example("me", "1/2")
@example("me", "1?cache=yes")
def test_a_password_that_is_not_percent_encoded_is_taken_as_it_stands_or_refused(username: str, password: str) -> None:
    for scheme, hosts in (("redis", "h"), ("redis+cluster", "a,b")):
        try:
            address = parse_url(f"{scheme}://{username}:{password}secret@{hosts}")
        except BadStore as error:
            assert "secret" not in str(error)
        else:
            # Which colon ends the name nobody can know; digits after a percent are a character.
            assert unquote(f"{username}:{password}secret") == f"{address.username or ''}:{address.password or ''}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:p%23w@h:1/0?cache=yes", "redis://***@h:1/0?cache=yes"),
        ("rediss+cluster://:p#w/x@a,b", "rediss+cluster://***@a,b"),
        ("redis://me:p@w/x@h", "redis://***@h"),
        ("redis://h/0", "redis://h/0"),
        ("dynamodb://key:w@eu-west-1/p", "dynamodb://***@eu-west-1/p"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("sqlite:///a@b.db", "sqlite:///a@b.db"),
    ],
)
def test_a_url_is_shown_without_name_and_password_and_else_as_it_is(url: str, shown: str) -> None:
    assert public_url(url) == shown


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis:localhost", "comes HOST"),
        ("redis://", "comes HOST"),
        ("redis://h:99999", "comes HOST"),
        ("redis://:secret", "comes HOST"),
        ("redis://u:secret/x@h", "%23 %2F"),
        ("redis://:secret#1@h:6379/0", "in a user's name and password # / ? % @ : [ ] are percent-encoded: %23"),
        ("redis://me:1#secret@h", "percent-encoded: %23"),
        ("redis://me:1/secret@h", "percent-encoded: %23"),
        ("redis://me:1?secret@h", "percent-encoded: %23"),
        ("redis://me:1?cache=secret@h", "percent-encoded: %23"),
        ("redis://me?secret:x@h", "percent-encoded: %23"),
        ("redis://me:[secret@h", "as are [ and ]"),
        ("redis://me:\u2100secret@h", "no letter, digit or mark of punctuation"),
        ("redis://me:sec\tret@h", "no letter, digit or mark of punctuation"),
        ("redis://me:100%secret@h", "percent-encoded: %23"),
        ("redis://me:%ffsecret@h", "percent-encoded as UTF-8"),
        ("redis+cluster://me:secret@a,me:secret@b", "both stand once, before the first server"),
        ("rediss+shards://me:secret#@a,b", "percent-encoded: %23"),
        ("redis://h/first", "number of a database"),
        ("redis://h#f", "number of a database"),
        ("redis://a,b", "redis+cluster://, redis+shards:// or redis+sentinel://"),
        ("redis+shards://a,a", "names a server twice"),
        ("redis+cluster://a/1", "a cluster has no database 1"),
        ("redis://h?layuot=keys", "no option 'layuot'; did you mean 'layout'"),
        ("redis://h?layout=lists", "layout must be streams or keys, not 'lists'"),
        ("redis://h?cache=1", "cache must be no or yes"),
        ("redis://h?retention=90", "days like 90d"),
        ("redis://h?cache=yes&cache=no", "names an option twice"),
        ("rediss://h?ca_certs=no/ca.pem", "ca_certs: there is no file no/ca.pem"),
        ("redis+sentinel://h", "the name that they have for the primary"),
        ("redis+proxy://h", "unknown store scheme"),
    ],
)
def test_a_redis_url_that_opens_no_store_is_told_why_in_one_line(url: str, message: str) -> None:
    with pytest.raises(BadStore) as caught:
        open_store(url, run="r")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
