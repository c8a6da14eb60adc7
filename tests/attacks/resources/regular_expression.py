"""A regular expression that backtracks for ever.

expected: timeout
"""

import re


def plain(x):
    return re.match("(a+)+b", "a" * 60)
