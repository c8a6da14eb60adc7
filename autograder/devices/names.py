"""The devices a test can run on."""

from __future__ import annotations

from enum import StrEnum


class Device(StrEnum):
    """The values are what PyTorch calls them: `torch.zeros(3, device="simulated")`."""

    CPU = "cpu"
    SIMULATED = "simulated"
    """Computes on the CPU and refuses to mix with CPU tensors, as CUDA does: a laptop's substitute for a GPU."""
    CUDA = "cuda"


_SPOKEN = {Device.CPU: "on the CPU", Device.SIMULATED: "on a simulated GPU", Device.CUDA: "on a CUDA GPU"}


def spoken(device: Device) -> str:
    """`on a simulated GPU`: the device at the end of a test's title."""
    return _SPOKEN[device]
