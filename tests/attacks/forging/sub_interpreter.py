"""Run the code in an interpreter of its own.

expected: failed|error|timeout|crashed
"""


def plain(x):
    import _xxsubinterpreters as interpreters

    number = interpreters.create()
    interpreters.run_string(number, "import sys; sys.modules.clear()")
    return 0.0
