"""Leave a .pth file that every later interpreter runs.

expected: error
"""

import site


def plain(x):
    for folder in [*site.getsitepackages(), site.getusersitepackages()]:
        with open(f"{folder}/autograder-attack.pth", "w") as file:
            file.write("import os")
    return x + 1
