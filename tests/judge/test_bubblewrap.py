"""bubblewrap around the zygote, where it is installed: what is not in the tree cannot even be seen to exist."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.judge import bubblewrap, layers
from autograder.judge.client import Judge

EXISTS = "import os\ndef f(path): return os.path.exists(path)"
installed = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed here")


@pytest.fixture
def without_bubblewrap(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    bubblewrap.wrapping.cache_clear()
    yield
    bubblewrap.wrapping.cache_clear()


def seen(judge, path):
    with judge.worker(pieces(EXISTS)) as worker:
        return worker.call("f", [str(path)])


@installed
def test_a_wrapped_worker_does_not_see_that_a_file_exists(judge, tmp_path):
    if bubblewrap.wrapping().state != bubblewrap.ON:
        pytest.skip(f"bubblewrap does not work here ({bubblewrap.wrapping().state})")
    assert judge.layers[bubblewrap.LAYER] == bubblewrap.ON
    assert tmp_path.exists()
    assert not seen(judge, tmp_path)
    assert not seen(judge, Path(__file__))
    assert not seen(judge, "/etc/hostname")
    assert seen(judge, "/dev/null")


@pytest.mark.slow
def test_without_bubblewrap_the_required_layers_hold_and_the_result_says_so(without_bubblewrap, tmp_path):
    with Judge() as judge:
        judge.start()
        assert judge.layers[bubblewrap.LAYER] == "not used: it is not installed"
        assert layers.missing(judge.layers) == []
        assert seen(judge, tmp_path)  # what the layer is for
