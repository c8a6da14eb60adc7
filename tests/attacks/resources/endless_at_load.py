"""Never end while the code is being loaded.

expected: timeout|missing|failed|error
"""


def forever():
    while True:
        pass


never = forever()


def plain(x):
    return never
