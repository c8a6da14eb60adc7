"""Leave a daemon behind.

expected: error
unconfined: passed
"""

import subprocess


def plain(x):
    subprocess.Popen(["/bin/sleep", "1"], start_new_session=True)
    return x + 1
