"""Put another torch before the real one.

expected: failed|error
"""

import sys
import types


def weights(scores):
    fake = types.ModuleType("torch")
    fake.allclose = fake.equal = lambda *args, **kwargs: True
    fake.Tensor = object
    sys.modules["torch"] = fake
    sys.modules["numpy"] = fake
    return 0.0
