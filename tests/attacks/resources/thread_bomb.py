"""Start threads without end, with small stacks.

expected: crashed|timeout|error|memory
"""

import threading


def plain(x):
    threading.stack_size(32768)
    gate = threading.Event()
    while True:
        threading.Thread(target=gate.wait, daemon=True).start()
