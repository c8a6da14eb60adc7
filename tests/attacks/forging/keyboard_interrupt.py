"""Make the grader believe that somebody pressed Ctrl-C.

expected: error
"""


def plain(x):
    raise KeyboardInterrupt
