"""`autograder lab`: JupyterLab takes this process's place, on the course's start page."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from autograder.cli import main


@pytest.fixture
def started(tmp_path, monkeypatch) -> list[str]:
    """The arguments of the program that took the command's place; the working folder is a student's copy of the course."""
    (tmp_path / "exercises" / "01_vectors").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    arguments: list[str] = []
    monkeypatch.setattr(os, "execv", lambda program, given: arguments.extend(given))
    return arguments


def test_the_course_is_opened_on_its_start_page(started, tmp_path):
    (tmp_path / "exercises" / "start.ipynb").write_text("{}")
    assert CliRunner().invoke(main, ["lab"]).exit_code == 0
    assert started[1:] == [
        "-m", "jupyterlab", f"--ServerApp.root_dir={tmp_path / 'exercises'}", "--LabApp.default_url=/lab/tree/start.ipynb",
    ]  # fmt: skip


def test_it_is_opened_from_a_folder_inside_it_too(started, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "exercises" / "01_vectors")
    assert CliRunner().invoke(main, ["lab"]).exit_code == 0
    assert f"--ServerApp.root_dir={tmp_path / 'exercises'}" in started


def test_options_go_to_jupyterlab(started):
    assert CliRunner().invoke(main, ["lab", "--no-browser", "--port=8890"]).exit_code == 0
    assert started[-2:] == ["--no-browser", "--port=8890"]


def test_outside_a_course_nothing_is_started(started, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    told = CliRunner().invoke(main, ["lab"])
    assert told.exit_code == 2
    assert "No course at" in told.output
    assert started == []
