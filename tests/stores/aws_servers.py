"""Amazon's services as moto's server gives them, over HTTP on loopback: one server for a whole test session."""

import atexit
import os
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from itertools import count

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import TableSpec

REGION = "eu-west-1"

# Requests are answered one after the other: moto looks at a condition and then writes, and another write may come between, which DynamoDB
# does not let happen.
_SERVER = """
import sys
from threading import Lock
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import ThreadedMotoServer
answer, one_at_a_time = DomainDispatcherApplication.__call__, Lock()
def answer_alone(*request):
    with one_at_a_time:
        return answer(*request)
DomainDispatcherApplication.__call__ = answer_alone
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
_numbers = count()


@cache
def aws_endpoint() -> str:
    """URL of the server, which is started for the first that asks and ends with this process."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": REGION}
    server = subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdin and server.stdout
    port = int(server.stdout.readline())
    atexit.register(server.wait)
    atexit.register(server.stdout.close)
    atexit.register(server.stdin.close)
    return f"http://127.0.0.1:{port}"


@cache
def dynamodb_endpoint() -> str:
    """URL of the DynamoDB that is tested on: moto's, or where DYNALITE names its folder, Dynalite's, which is started and ends with this
    process."""
    endpoint, folder = aws_endpoint(), os.environ.get("DYNALITE")
    if folder is None:
        return endpoint
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    times = [f"--{name}TableMs=0" for name in ("create", "delete", "update")]
    command = ["node", f"{folder}/node_modules/dynalite/cli.js", "--host", "127.0.0.1", "--port", port, *times]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    assert "listening" in server.stdout.readline(), "dynalite did not start"
    atexit.register(server.stdout.close)
    atexit.register(server.wait)
    atexit.register(server.kill)
    return f"http://127.0.0.1:{port}"


def new_dynamodb(*tables: TableSpec) -> str:
    """URL of a deployment of its own, with these tables."""
    from freeagentics.stores.dynamodb.admin import init
    from freeagentics.stores.dynamodb.log import MEMORIES

    url = f"dynamodb://{REGION}/test-{next(_numbers)}?endpoint={dynamodb_endpoint()}"
    for _ in (*tables, MEMORIES):
        # Dynalite knows no time to live, and refuses it each time that one more table is there.
        with suppress(*([StoreUnavailable] if os.environ.get("DYNALITE") else [])):
            init(url, tables)
    return url


def new_bucket() -> str:
    """URL of an archive in a bucket of its own."""
    import boto3

    bucket = f"test-{next(_numbers)}"
    client = boto3.client("s3", endpoint_url=aws_endpoint(), region_name=REGION)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.close()
    return f"s3://{bucket}/some/prefix?endpoint={aws_endpoint()}&region={REGION}"
