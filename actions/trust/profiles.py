"""The profiles of the sandbox: what each protects and what it doesn't, in the sentences that a confirmation shows."""

from ..plan import Sandbox

_SEES = (
    "It sees, read-only, the system's programs and libraries and what the plan names; nothing else of your home, "
    "no keys, no other job, and none of your other variables."
)
_CHANGES = "It can change {writes}, and nothing else; /tmp and the home that it sees are empty, and gone at the end."
_LEAVES = "It leaves no process behind, and has no privileges, not even when you are root."
_NO_NETWORK = "It has no network, and reaches nothing that listens on this machine."
_WRITTEN = "Not protected: you, against what it writes into those folders."
_MACHINE = "Not protected: the kernel against its own errors; processor, memory and disk against being used up."

PROFILES: dict[str, tuple[str, ...]] = {
    "offline": (_NO_NETWORK,),
    "gpu": (
        f"{_NO_NETWORK} It uses the graphics cards.",
        "Not protected: the graphics driver, and what other programs have on the cards.",
    ),
    "net": (
        "It uses the network as you do, and can send away whatever it sees.",
        "Not protected: what listens on this machine (localhost, a desktop's sockets) and on the local network.",
    ),
    "none": (),
}
"""Each profile, and the sentences that are true of it alone."""


def default_profile(action: str) -> str:
    """Give the profile for an action's stages: "net" where something is installed, else "offline"."""
    return "net" if action == "install" else "offline"


def describe(sandbox: Sandbox) -> tuple[str, ...]:
    """Say in sentences what a stage can do in its sandbox, and what isn't protected."""
    if sandbox.profile not in PROFILES or sandbox.profile == "none":
        return unsandboxed_note()
    changes = _CHANGES.format(writes=", ".join(sandbox.writes) or "nothing that stays")
    written = (_WRITTEN,) if sandbox.writes else ()
    return (_SEES, changes, _LEAVES, *PROFILES[sandbox.profile], *written, _MACHINE)


def unsandboxed_note() -> tuple[str, ...]:
    """Say in sentences what it means that a stage runs without a sandbox."""
    return (
        "There is no sandbox: it can read, change and delete whatever you can, use the network, and leave processes.",
    )
