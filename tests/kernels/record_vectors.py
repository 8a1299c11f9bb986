"""Records golden vectors anew, after a kernel was added or changed: ``python tests/kernels/record_vectors.py``."""

from golden_vectors import GOLDEN, write

if __name__ == "__main__":
    write()
    print(f"{GOLDEN}: {GOLDEN.stat().st_size:,} bytes")  # noqa: T201
