"""Find what checks devices in the modules and switch it off.

expected: failed|error
"""

import sys

import torch


def moved(x):
    for name, module in list(sys.modules.items()):
        if "placement" in name or "simulated" in name:
            module.require_one_device = lambda *_: None
    return torch.ones(x.shape) + x
