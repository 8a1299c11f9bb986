"""Runs the commands of docs/deployment.md as they stand: on a Redis, on a cluster, and on moto's server in place of Amazon's.

Ports and the places of Amazon's services are replaced by those that are free here, and nothing else.
Run ``python tests/stores/deployment.py``.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from aws_servers import REGION, aws_endpoint
from redis_servers import free_port, server_binary

ROOT = Path(__file__).parents[2]
PORTS = re.compile(r"\b(?:6379|70[012]\d|9464)\b")


def blocks() -> list[str]:
    """The blocks of commands, in order."""
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def here(block: str, ports: dict[str, str]) -> str:
    """A block for this machine."""
    block = PORTS.sub(lambda match: ports[match[0]], block)
    block = re.sub(r"(dynamodb://[\w-]+/\w+)", rf"\1?endpoint={aws_endpoint()}", block)
    return re.sub(r"(s3://[\w/-]+\?region=[\w-]+)", rf"\1\&endpoint={aws_endpoint()}", block)


def run_block(block: str, folder: Path, environment: dict[str, str]) -> int:
    """Run a block in a shell that stops at the first failure, and end what it left running. Returns the exit code."""
    shell = subprocess.Popen(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=environment, start_new_session=True)
    try:
        return shell.wait(timeout=300)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)


def main() -> int:
    """Run all blocks; the exit code is that of the first that failed."""
    import boto3

    boto3.client("s3", endpoint_url=aws_endpoint(), region_name=REGION).create_bucket(
        Bucket="trading-archive", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    # A node's second port is its first plus 10,000.
    ports = {name: str(free_port() % 40_000 + 10_000) for name in {port for block in blocks() for port in PORTS.findall(block)}}
    tools = [str(Path(sys.executable).parent), str(Path(server_binary()).parent), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(tools), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        for number, block in enumerate(blocks(), start=1):
            code = run_block(here(block, ports), Path(folder), environment)
            print(f"block {number} of {len(blocks())}: {'works' if code == 0 else f'exit code {code}'}", flush=True)
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
