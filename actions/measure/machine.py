"""The machine around the processors: who made it, which model it is (CK's `platform` features), its memory."""

from pathlib import Path
from typing import Any

from .reading import pairs_in, text_in

ROOT = Path("/")
_DMI = "sys/devices/virtual/dmi/id"


def machine_features(root: Path = ROOT) -> dict[str, str]:
    """Give `name`, `vendor` and `model` as CK composes them; each is empty where the machine doesn't tell."""
    vendor, version, model = (text_in(root / _DMI / file) for file in ("sys_vendor", "product_version", "product_name"))
    name = f"{vendor} {version}" if vendor and version else ""
    if not name and not model:  # boards without the tables of a PC describe themselves in a device tree
        model = text_in(root / "proc/device-tree/model")
        vendor = vendor or model.partition(" ")[0]
    name = name or vendor
    return {"name": f"{name} ({model})".strip() if model else name, "vendor": vendor, "model": model}


def memory_features(root: Path = ROOT) -> dict[str, Any]:
    """Give `total_bytes` and `swap_bytes` as far as the system tells."""
    told = pairs_in(root / "proc/meminfo")
    found = {"total_bytes": _bytes(told.get("MemTotal", "")), "swap_bytes": _bytes(told.get("SwapTotal", ""))}
    return {name: value for name, value in found.items() if value is not None}


def _bytes(text: str) -> int | None:
    number, _, unit = text.partition(" ")
    return int(number) * 1024 if number.isdecimal() and unit == "kB" else None
