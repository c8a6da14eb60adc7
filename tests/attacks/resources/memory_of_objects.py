"""Ask for memory in objects.

expected: memory|timeout
"""


def plain(x):
    kept = []
    while True:
        kept.append([None] * 1000)
