"""Raise an exception with the name of the grader's own fault: it would be graded again and again.

expected: error
"""


class InternalFault(BaseException):
    verdict = "internal"
    message = "ours"


def plain(x):
    raise InternalFault
