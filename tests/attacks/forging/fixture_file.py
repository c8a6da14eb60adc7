"""Leave a conftest.py for the tests to pick up.

expected: error
"""


def plain(x):
    for folder in (".", "COURSE_PATH/solutions/01_treasure", "/tmp"):
        with open(f"{folder}/autograder-attack-conftest.py", "w") as file:
            file.write("import os; os._exit(0)")
    return x + 1
