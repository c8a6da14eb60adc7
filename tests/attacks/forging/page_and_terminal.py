"""Return and raise text that draws on terminals and in pages.

expected: error
"""


def plain(x):
    raise ValueError("</pre><script>alert(1)</script>\x1b[2J\x1b]0;passed\x07\u202epassed")
