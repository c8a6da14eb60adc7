"""Use it in a thread, where a mode would not be seen.

expected: forbidden|error|crashed
"""

import threading

import torch


def weights(scores):
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.softmax(scores, 0)))
    thread.start()
    thread.join()
    return found[0]
