"""Have the answer to a question read from the file that holds it, when the cell is read.

expected: failed|error
"""

quiz.answer("chest", [line for line in open("COURSE_PATH/solutions/01_treasure/quiz.py") if "right" in line][0])  # noqa


def plain(x):
    return 0.0
