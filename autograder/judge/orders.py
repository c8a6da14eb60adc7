"""What a grader starts its zygote with, and the words between the two: light, because who grades a class only starts one."""

from __future__ import annotations

READY = b"ready"
COMMAND = """
import importlib.util, os, sys
os.register_at_fork = lambda **handlers: None
spec = importlib.util.spec_from_file_location("autograder", sys.argv.pop())
sys.modules["autograder"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["autograder"])
from autograder.judge import private
private.install()
from autograder.judge import zygote
zygote.main()
"""
"""What the interpreter is started with: the grader's own engine, wherever it lies, with built-in functions of its own.

What libraries would have done in every forked child is not registered: locks made anew, which nobody can hold where there is one thread,
and one of several random states set. It was the largest part of a fork.
"""
BRANCH = 0  # no worker has this number
