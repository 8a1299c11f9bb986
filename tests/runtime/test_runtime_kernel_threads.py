from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from freeagentics.runtime.engines.blas_threads import BlasThreadLimit


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info()}


def test_the_first_user_limits_blas_and_the_last_gives_it_back() -> None:
    kernels = BlasThreadLimit()
    with threadpool_limits(2):
        before = blas_threads()
        kernels.acquire()
        kernels.acquire()
        assert blas_threads() == {1}
        kernels.release()
        assert blas_threads() == {1}
        kernels.release()
        assert blas_threads() == before


def test_torch_is_not_imported_for_it() -> None:
    code = "import sys; from freeagentics.runtime import SerialEngine; SerialEngine().close(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch_keeps_to_one_thread_while_an_engine_is_open() -> None:
    code = """
import torch
from freeagentics.runtime import SerialEngine
torch.set_num_threads(2)
engine = SerialEngine()
print(torch.get_num_threads())
engine.close()
print(torch.get_num_threads())
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "1\n2\n"
