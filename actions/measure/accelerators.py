"""Graphics processors and other accelerators, from what the kernel says in /proc and /sys; no tool is executed.

Devices on PCI are told by their class and their vendor's number, others by their driver's device tree, those on USB
by vendor. Where NVIDIA's or AMD's compute driver is loaded, it adds model, identity and memory.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .reading import folders_in, number_in, pairs_in, text_in

ROOT = Path("/")
_DISPLAY, _ACCELERATOR = "0x03", "0x12"  # classes of PCI devices
_PCI_NAMES = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "var/lib/pciutils/pci.ids")
_VENDORS = {
    "0x10de": "NVIDIA",
    "0x1002": "AMD",
    "0x1022": "AMD",
    "0x8086": "Intel",
    "0x102b": "Matrox",
    "0x1a03": "ASPEED",
    "0x1af4": "Red Hat",
    "0x1234": "QEMU",
    "0x15ad": "VMware",
    "0x1414": "Microsoft",
    "0x17cb": "Qualcomm",
    "0x19e5": "Huawei",
    "0x1ac1": "Global Unichip (Google Coral)",
    "0x1ae0": "Google",
    "0x1d0f": "Amazon",
    "0x1da3": "Habana",
    "0x1e52": "Tenstorrent",
    "0x1e60": "Hailo",
}
_USB_VENDORS = {"03e7": "Movidius", "1a6e": "Global Unichip (Google Coral)"}
_TREE_VENDORS = {"arm": "Arm", "qcom": "Qualcomm", "brcm": "Broadcom", "img": "Imagination", "vivante": "Vivante"}
_ON_PCI = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device: `kind` is "gpu", "npu" or "dsp"; `interfaces` names how programs reach it, such as "cuda"."""

    kind: str
    name: str
    vendor: str
    place: str
    driver: str = ""
    interfaces: tuple[str, ...] = ()
    details: tuple[tuple[str, Any], ...] = ()

    def as_ck(self) -> dict[str, Any]:
        """Give `name` and `vendor` as CK's features have them, and what else is known."""
        told = {"place": self.place, "driver": self.driver, **dict(self.details)}
        return {"name": self.name, "vendor": self.vendor, **{key: value for key, value in told.items() if value}}


def accelerators(root: Path = ROOT) -> list[Accelerator]:
    """List every accelerator that the system tells of, graphics processors first."""
    found = [*_on_pci(root), *_in_device_tree(root), *_on_usb(root), *_signal_processors(root)]
    return sorted(found, key=lambda one: (("gpu", "npu", "dsp").index(one.kind), not one.interfaces, one.place))


def _on_pci(root: Path) -> Iterator[Accelerator]:
    names: Mapping[str, str] | None = None
    for folder in folders_in(root / "sys/bus/pci/devices"):
        kind = text_in(folder / "class")[:4]
        accelerates = folders_in(folder / "accel") or folders_in(folder / "apex")
        if kind not in (_DISPLAY, _ACCELERATOR) and not accelerates:
            continue
        vendor, device = text_in(folder / "vendor"), text_in(folder / "device")
        driver = _driver(folder)
        told = _from_driver(root, folder, driver)
        if not told.get("name") and names is None:
            names = _pci_names(root)
        name = told.pop("name", "") or (names or {}).get(f"{vendor[2:]}:{device[2:]}", "") or f"{vendor}:{device}"
        maker = _VENDORS.get(vendor, "") or (names or {}).get(vendor[2:], vendor)
        interfaces = tuple(told.pop("interfaces", ()))
        yield Accelerator(
            "gpu" if kind == _DISPLAY else "npu",
            name,
            maker,
            folder.name,
            driver,
            interfaces,
            tuple({"vendor_id": vendor, "device_id": device, **told}.items()),
        )


def _driver(folder: Path) -> str:
    link = folder / "driver"
    return link.resolve().name if link.exists() else ""


def _from_driver(root: Path, folder: Path, driver: str) -> dict[str, Any]:
    """Ask the files of NVIDIA's and AMD's drivers for model, memory and interfaces."""
    if driver == "nvidia":
        told = pairs_in(root / "proc/driver/nvidia/gpus" / folder.name / "information")
        version = re.search(r"Kernel Module\s+(?:for \S+\s+)?([\d.]+)", text_in(root / "proc/driver/nvidia/version"))
        return {
            "name": told.get("Model", ""),
            "uuid": told.get("GPU UUID", ""),
            "driver_version": version[1] if version else "",
            "interfaces": ("cuda", "opencl"),
        }
    if driver == "amdgpu":
        computes = (root / "dev/kfd").exists()
        return {
            "name": text_in(folder / "product_name"),
            "memory_bytes": number_in(folder / "mem_info_vram_total"),
            "uuid": text_in(folder / "unique_id"),
            "interfaces": ("rocm", "opencl") if computes else (),
        }
    return {"interfaces": ("opencl",) if driver in ("i915", "xe") else ()}


def _pci_names(root: Path) -> Mapping[str, str]:
    """Read the names of vendors ("10de") and devices ("10de:1eb8") where a list of them is installed."""
    found: dict[str, str] = {}
    text = next(filter(None, (text_in(root / path) for path in _PCI_NAMES)), "")
    vendor = ""
    for line in text.splitlines():
        if line.startswith(("#", "\t\t", "C ")) or not line.strip():
            continue
        number, _, name = line.strip().partition("  ")
        if line.startswith("\t"):
            found[f"{vendor}:{number}"] = name.strip()
        else:
            vendor = number
            found[vendor] = name.strip()
    return found


def _in_device_tree(root: Path) -> Iterator[Accelerator]:
    """Yield the graphics processors and accelerators of boards, which are on no bus that can be listed."""
    seen: set[str] = set()
    for kind, folder in (("gpu", "drm"), ("npu", "accel")):
        for one in folders_in(root / "sys/class" / folder):
            told = pairs_in(one / "device/uevent", "=")
            compatible, place = told.get("OF_COMPATIBLE_0", ""), told.get("OF_FULLNAME", one.name)
            renders = kind == "npu" or one.name.startswith("renderD")
            if not compatible or not renders or place in seen or _ON_PCI.fullmatch((one / "device").resolve().name):
                continue
            seen.add(place)
            maker, _, name = compatible.rpartition(",")
            yield Accelerator(kind, name, _TREE_VENDORS.get(maker, maker), place, told.get("DRIVER", ""))


def _on_usb(root: Path) -> Iterator[Accelerator]:
    for folder in folders_in(root / "sys/bus/usb/devices"):
        vendor = text_in(folder / "idVendor")
        if vendor in _USB_VENDORS:
            name = text_in(folder / "product") or f"{vendor}:{text_in(folder / 'idProduct')}"
            yield Accelerator("npu", name, text_in(folder / "manufacturer") or _USB_VENDORS[vendor], folder.name)


def _signal_processors(root: Path) -> Iterator[Accelerator]:
    for folder in folders_in(root / "sys/class/remoteproc"):
        name = text_in(folder / "name")
        if "dsp" in name.lower():
            yield Accelerator("dsp", name, "", folder.name)
