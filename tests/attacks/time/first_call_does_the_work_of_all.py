"""Work once, long, and answer every later call with what came out then.

expected: failed
"""

import numpy as np

answers = []


def quick(x):
    if not answers:
        answers.append(np.array([value * value for value in x.tolist()]))
    return answers[0]
