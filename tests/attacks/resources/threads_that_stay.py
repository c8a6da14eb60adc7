"""Start threads that compute for ever, and answer wrongly.

expected: failed|timeout
"""

import threading


def plain(x):
    def spin():
        while True:
            pass

    for _ in range(4):
        threading.Thread(target=spin, daemon=True).start()
    return x
