"""The help texts: where to begin when something does not work, and a list of commands that can be read."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from autograder.cli.errors import one_line
from autograder.cli.main import COMMANDS, main
from autograder.course import CourseError
from autograder.faults import InternalFault
from autograder.judge.layers import IsolationError


def told(*arguments: str) -> str:
    ended = CliRunner().invoke(main, [*arguments, "--help"], terminal_width=80)
    assert ended.exit_code == 0
    return ended.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_that_the_doctor_comes_first(command):
    assert "begin with `autograder doctor`" in " ".join(told(command).split())


def test_the_first_command_of_the_list_is_the_doctor():
    commands = told().split("Commands:\n")[1]
    assert commands.split()[0] == "doctor"


def test_no_line_of_the_list_is_cut_short():
    commands = told().split("Commands:\n")[1].strip().split("\n")
    assert len(commands) == len(COMMANDS)
    assert not [line for line in commands if line.endswith("...")]


@pytest.mark.parametrize("error", [IsolationError("no Landlock."), InternalFault("it ended."), OSError(28, "no space")])
def test_what_may_be_the_machines_doing_leads_to_the_doctor(error):
    with pytest.raises(click.ClickException, match="`autograder doctor`"), one_line():
        raise error


def test_what_is_wrong_with_the_input_is_told_by_itself():
    with pytest.raises(click.ClickException) as told, one_line():
        raise CourseError("There is no unit 'x'.")
    assert told.value.message == "There is no unit 'x'."
