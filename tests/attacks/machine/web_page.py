"""Fetch a page.

expected: error
"""

import urllib.request


def plain(x):
    urllib.request.urlopen("http://127.0.0.1:9/", timeout=0.1)
    return x + 1
