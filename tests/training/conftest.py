from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _one_thread():
    """One thread: the same seed must give the same sums, and test processes must not wait for each other."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
