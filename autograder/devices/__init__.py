"""Where PyTorch code runs: the CPU, a simulated device that every machine has, and CUDA where there is one.

names       the devices and what they are called (needs no PyTorch)
work        which operations compute or copy
placement   CUDA's rules on which tensors may meet, as the simulated device enforces them
account     what happened on the simulated device: launches, host synchronisations, bytes
simulated   its tensors: real values, computed on the CPU
backend     makes the simulated device known to PyTorch
"""

from autograder.devices.names import Device, spoken

__all__ = ["Device", "spoken"]
