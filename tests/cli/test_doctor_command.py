"""`autograder doctor` says what a worker found, not what it hopes."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from autograder import doctor
from autograder.cli.main import main
from autograder.judge import bubblewrap, layers, link


def run(*arguments):
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_a_machine_that_can_grade_says_so_and_ends_with_0():
    result = run("--json")
    told = json.loads(result.stdout)
    assert told["ready"]
    assert result.exit_code == 0
    assert {told["layers"][name] for name in layers.REQUIRED} == {"on"}
    assert told["devices"]["cpu"] == "here"
    assert told["versions"]["torch"].startswith("2.")


def test_a_missing_layer_is_named_with_what_to_do_and_ends_with_1(monkeypatch):
    monkeypatch.setattr("autograder.judge.landlock.version", lambda: 0)
    without = "from autograder.judge import landlock\nlandlock.version = lambda: 0\nzygote.main()"
    monkeypatch.setattr(link, "COMMAND", link.COMMAND.replace("zygote.main()", without))
    result = run()
    assert result.exit_code == 1
    assert "cannot grade for the record" in result.output
    assert "landlock           missing: the kernel has no Landlock" in result.output
    assert "Linux 5.13" in result.output


def test_a_system_that_cannot_confine_is_told_that_self_checks_work(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    diagnosis = doctor.examine()
    assert not diagnosis.ready
    assert set(diagnosis.layers.values()) == {"missing"}
    assert any("Self-checks work here" in line for line in diagnosis.advice)


@pytest.mark.parametrize("name", layers.REQUIRED)
def test_there_is_advice_for_every_layer(name):
    from autograder.doctor import LAYER_ADVICE

    assert LAYER_ADVICE[name]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (bubblewrap.NOT_INSTALLED.state, "bubblewrap is not installed"),
        ("not used: bwrap: No permissions to create new namespace", "sysctl user.max_user_namespaces"),
        (bubblewrap.WITH_A_GPU.state, ""),
        (bubblewrap.ON, ""),
    ],
)
def test_what_to_do_about_bubblewrap_is_said_where_something_can_be_done(monkeypatch, state, said):
    states = {**dict.fromkeys(layers.REQUIRED, layers.ON), "user": layers.ON, bubblewrap.LAYER: state}
    monkeypatch.setattr(doctor, "_probed", lambda: (states, {"cpu": "here", "simulated": "here", "cuda": "here"}, []))
    diagnosis = doctor.examine()
    advice = [line for line in diagnosis.advice if "bubblewrap" in line]
    assert [said in line for line in advice] == ([True] if said else [])
    assert diagnosis.ready


def test_a_package_that_need_not_be_there_is_named_with_what_it_is_for(monkeypatch):
    probed = (dict.fromkeys(layers.REQUIRED, layers.ON), {"cpu": "here", "simulated": "here", "cuda": "here"}, [])
    monkeypatch.setattr(doctor, "_probed", lambda: probed)
    monkeypatch.setattr(doctor, "_version", lambda package: "" if package == "matplotlib" else "1.0")
    diagnosis = doctor.examine()
    (told,) = [line for line in diagnosis.advice if "is not installed, and need not be" in line]
    assert told == (
        "matplotlib is not installed, and need not be: pictures in the notebooks need it. To have it: pip install matplotlib."
    )
    assert diagnosis.ready
