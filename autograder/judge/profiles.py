"""What the layers let through, by what a worker computes on. On a machine without a CUDA GPU there is one profile, and nothing is opened.

A GPU is used through files below /dev that are opened for writing and told what to do with ioctl, and through addresses far beyond
what a process ever fills. So on a machine with one, a worker may open those files for writing (Landlock names them), may use ioctl
(from Landlock 5 on, on those files only), and has no limit on its address space: its memory is watched from outside (`wire`).
Everything else stays refused. The zygote never touches the GPU: a process forked from one that has cannot use it.

Source: the device files that NVIDIA's libnvidia-container hands to a container. The rules are tested; no GPU was at hand to compute on.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path


class Profile(StrEnum):
    CPU = "cpu"
    CUDA = "cuda"


CONTROL = Path("/dev/nvidiactl")
DEVICES = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")
READABLE = ("/proc/driver/nvidia", "/sys/module/nvidia", "/sys/bus/pci/devices", "/usr/local/nvidia", "/usr/local/cuda")
PACKAGES = ("nvidia", "triton")  # beside torch in site-packages: the libraries that its CUDA build comes with
SYSTEM_CALLS = {"eventfd2": 290, "pipe2": 293}  # how the driver's threads wake each other
ENVIRONMENT = ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH")
LIBRARY_MEMORY = 1 << 29  # pages of libraries that come in when they are first used
HOST_MEMORY = 4 << 30  # what a CUDA context takes of the host's, beyond what a call is given


def cuda_present() -> bool:
    """Is there an NVIDIA driver to talk to? Asks the file system only."""
    return CONTROL.exists()


def margin() -> int:
    """Bytes of real memory beyond a call's that a worker may come to have: for libraries, and for what a GPU's driver keeps there."""
    return LIBRARY_MEMORY + (HOST_MEMORY if cuda_present() else 0)


def profile_here() -> Profile:
    """CUDA where there is a driver and PyTorch is built for it. The GPU is not touched."""
    if not cuda_present():
        return Profile.CPU
    import torch

    return Profile.CUDA if torch.version.cuda is not None else Profile.CPU


def device_files(profile: Profile, folder: Path = Path("/dev")) -> list[Path]:
    """The files that may be written to and told what to do."""
    if profile is Profile.CPU:
        return []
    return sorted({path for pattern in DEVICES for path in folder.glob(pattern) if not path.is_dir()})


def readable_paths(profile: Profile, site: list[Path]) -> list[Path]:
    """What may be read beside Python's own libraries. Args: site: where packages are installed."""
    if profile is Profile.CPU:
        return []
    paths = [*map(Path, READABLE), *(folder / package for folder in site for package in PACKAGES)]
    return [path for path in paths if path.exists()]


def environment() -> dict[str, str]:
    """What a zygote is told beside its fixed environment, so that its workers find the driver and the GPU that was chosen."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ} if cuda_present() else {}
