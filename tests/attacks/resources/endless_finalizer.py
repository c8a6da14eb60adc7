"""Never end in a finalizer.

expected: timeout
"""


def plain(x):
    class Evil:
        def __del__(self):
            while True:
                pass

    Evil()
    return x + 1
