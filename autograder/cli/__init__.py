"""The console command. One module a verb; all of them turn what a person has to mend into one line and exit status 2."""

from __future__ import annotations

from autograder.cli.main import main

__all__ = ["main"]
