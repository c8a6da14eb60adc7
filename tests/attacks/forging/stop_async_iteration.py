"""Raise what an asynchronous generator would take for its end.

expected: error
"""


def plain(x):
    raise StopAsyncIteration
