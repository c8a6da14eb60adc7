"""Replace the methods that answer for this submission.

expected: failed|error
"""

import __main__


def plain(x):
    session = __main__.worker.Session
    original = session._carry_out
    session._carry_out = lambda self, request, body: request.arguments.items[0].items[0] + 1
    return 0.0
