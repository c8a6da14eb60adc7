"""Define the function twice, and as a library's.

expected: error|failed|missing
"""

from operator import pos as plain


class plain:
    def __new__(cls, x):
        return x
