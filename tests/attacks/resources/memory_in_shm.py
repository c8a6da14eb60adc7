"""Ask for memory with a file in shared memory.

expected: error
unconfined: passed
"""


def plain(x):
    with open("/dev/shm/autograder-attack", "wb") as file:
        file.write(b"x" * 4096)
    return x + 1
