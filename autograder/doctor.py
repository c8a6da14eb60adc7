"""What this machine can do: which layers of confinement are live, which devices there are, which versions, and what is missing.

Nothing is taken from documentation: a worker is started and says what it put on.
"""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import msgspec

from autograder.devices.names import Device
from autograder.faults import InternalFault
from autograder.judge import bubblewrap
from autograder.judge.client import Judge
from autograder.judge.layers import ON, REQUIRED, IsolationError

NEEDED = ("transformer-autograder", "numpy", "torch", "pytest", "hypothesis", "msgspec")
OPTIONAL = {
    "jupyterlab": "`autograder lab` opens the course in it",
    "ipywidgets": "with it a quiz is answered by clicking, too",
    "matplotlib": "pictures in the notebooks need it",
    "nbgrader": "instructors need it, for its gradebook and to build a release",
}
"""What neither checks nor grading need, and what it is for."""
LAYER_ADVICE = {
    "limits": "the system refuses resource limits (setrlimit): ask whoever runs this container.",
    "no new privileges": "the system refuses PR_SET_NO_NEW_PRIVS: ask whoever runs this container.",
    "landlock": "it needs Linux 5.13 or later with Landlock switched on (`cat /sys/kernel/security/lsm` names it); in a container, "
    "the system calls 444 to 446 have to be let through.",
    "seccomp": "it is known here for Linux on x86-64 only: grade on such a machine.",
}

BUBBLEWRAP_ADVICE = {
    bubblewrap.NOT_INSTALLED.state: [
        "bubblewrap is not installed. It is one layer more, around the others: install it with the system's packages (bubblewrap)."
    ],
    bubblewrap.WITH_A_GPU.state: [],
}
BUBBLEWRAP_FAILS = (
    "bubblewrap does not work here; the other layers hold without it. Most often the system refuses user namespaces: see "
    "`sysctl user.max_user_namespaces kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns`, and in a "
    "container the rules it was started with."
)


class Diagnosis(msgspec.Struct, frozen=True):
    """`ready` says whether this machine can grade for the record. `layers` are words: "on", or why not."""

    ready: bool
    system: str
    layers: dict[str, str]
    devices: dict[str, str]
    versions: dict[str, str]
    advice: list[str]


def examine() -> Diagnosis:
    """Look at this machine. Takes a few seconds: PyTorch is imported once."""
    layers, devices, faults = _probed()
    required = {name: layers.get(name, "missing") for name in REQUIRED}
    versions = {name: _version(name) for name in (*NEEDED, *OPTIONAL)}
    missing = [name for name in NEEDED if not versions[name]]
    advice = [
        *faults,
        *(f"{name}: {LAYER_ADVICE[name]}" for name, state in required.items() if layers and state != ON),
        *(f"{name} is not installed: install this package with its requirements again." for name in missing),
        *_wishes(layers, devices, versions),
    ]
    ready = not faults and not missing and all(state == ON for state in required.values())
    return Diagnosis(
        ready,
        f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        {**required, **{name: state for name, state in layers.items() if name not in required}},
        devices,
        {name: found or "not installed" for name, found in versions.items()},
        advice,
    )


def _probed() -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Layers and devices as a worker found them, and what kept it from starting."""
    faults = []
    judge = Judge()
    try:
        judge.start()
    except IsolationError as error:
        if not judge.layers:  # no worker came up at all
            faults.append(str(error))
    except InternalFault as error:
        faults.append(f"{error}: run `{sys.executable} -c 'import torch'` and see what it says.")
    finally:
        judge.close()
    states = {device.value: "here" if device.value in judge.devices else "missing" for device in Device}
    return judge.layers, states, faults


def _wishes(layers: dict[str, str], devices: dict[str, str], versions: dict[str, str]) -> list[str]:
    """What would be good to have and is not needed."""
    found = []
    if layers and layers.get("user") != ON:
        found.append(
            "workers keep your user, which the other layers make harmless. To give each one its own: run as root, with Python "
            "and this package installed where every user may read them."
        )
    unused = layers.get(bubblewrap.LAYER, ON)
    if unused in (bubblewrap.NOT_INSTALLED.state, bubblewrap.WITH_A_GPU.state):
        found += BUBBLEWRAP_ADVICE[unused]
    elif unused != ON:
        found.append(f"{BUBBLEWRAP_FAILS} It said: {unused}.")
    if devices[Device.CUDA] != "here":
        found.append("no CUDA GPU: tests on one are reported as not verified here, and cost nobody points.")
    found += [
        f"{name} is not installed, and need not be: {what_for}. To have it: pip install {name}."
        for name, what_for in OPTIONAL.items()
        if not versions[name]
    ]
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
