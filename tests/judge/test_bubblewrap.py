"""bubblewrap around the zygote, where it is installed: what is not in the tree cannot even be seen to exist."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.judge import bubblewrap, layers, profiles
from autograder.judge.client import Judge

EXISTS = "import os\ndef f(path): return os.path.exists(path)"
installed = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed here")


@pytest.fixture
def without_bubblewrap(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    bubblewrap.wrapping.cache_clear()
    yield
    bubblewrap.wrapping.cache_clear()


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a program in bubblewrap's place."""

    def put(script):
        path = tmp_path / "bwrap"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda _: str(path))
        monkeypatch.setattr(profiles, "cuda_present", lambda: False)
        bubblewrap.wrapping.cache_clear()

    yield put
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


def test_one_that_fails_is_not_used_and_its_reason_is_kept(program):
    program("echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    assert bubblewrap.wrapping() == bubblewrap.Wrapping((), "not used: bwrap: No permissions to create new namespace")


def test_one_that_cannot_be_run_is_not_used(program, tmp_path):
    program("exit 0")
    (tmp_path / "bwrap").chmod(0o644)
    assert bubblewrap.wrapping() == bubblewrap.Wrapping((), "not used: PermissionError")


def test_folders_above_what_is_shown_can_be_passed_by_every_user():
    assert bubblewrap._parents("/home/ann/python") == ["--dir", "/home", "--dir", "/home/ann"]


@pytest.mark.slow
def test_where_it_works_for_a_trial_only_grading_goes_on_without_it(program):
    """The trial ends with an empty program; a zygote is something else."""
    program('for last; do :; done; test -z "$last"')
    assert bubblewrap.wrapping().state == bubblewrap.ON
    with Judge() as judge:
        judge.start()
        assert judge.layers[bubblewrap.LAYER] == bubblewrap.NOT_IN_IT.state
        assert layers.missing(judge.layers) == []


@installed
@pytest.mark.slow
def test_python_may_have_been_started_by_a_way_that_leads_up_and_down(judge, monkeypatch):
    if judge.layers.get(bubblewrap.LAYER) != bubblewrap.ON:
        pytest.skip("bubblewrap does not work here")
    for name in ("executable", "prefix"):
        path = Path(getattr(sys, name))
        monkeypatch.setattr(sys, name, f"{path.parent}/nowhere/../{path.name}")
    bubblewrap.wrapping.cache_clear()
    with Judge() as other, other.worker(pieces("def f(): return 1")) as worker:
        assert worker.call("f", []) == 1
        assert worker.layers[bubblewrap.LAYER] == bubblewrap.ON
    bubblewrap.wrapping.cache_clear()
