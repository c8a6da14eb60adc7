"""Skip the test with pytest itself.

expected: error
"""


def plain(x):
    import pytest

    pytest.skip("not today")
