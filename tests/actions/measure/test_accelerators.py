"""Accelerators by what the kernel says of them in /proc and /sys."""

from pathlib import Path

import pytest

from ckexplore.actions.measure.accelerators import accelerators

from .test_processor import write


@pytest.fixture
def on_pci(tmp_path: Path):
    """Make a device on PCI in the folder of a system."""

    def made(place: str, kind: str, vendor: str, device: str, driver: str = "") -> Path:
        folder = tmp_path / "sys/bus/pci/devices" / place
        for name, text in {"class": kind, "vendor": vendor, "device": device}.items():
            write(folder, name, text + "\n")
        if driver:
            (tmp_path / "sys/bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
            (folder / "driver").symlink_to(tmp_path / "sys/bus/pci/drivers" / driver)
        return folder

    return made


def test_a_machine_without_any_has_none(tmp_path: Path) -> None:
    assert accelerators(tmp_path) == []


def test_an_nvidia_gpu_comes_before_the_board_s_own_graphics(tmp_path: Path, on_pci) -> None:
    on_pci("0000:03:00.0", "0x030000", "0x1a03", "0x2000", "ast")
    on_pci("0000:65:00.0", "0x030200", "0x10de", "0x1eb8", "nvidia")
    write(
        tmp_path,
        "proc/driver/nvidia/gpus/0000:65:00.0/information",
        "Model: \t\t Tesla T4\nIRQ:   \t\t 30\nGPU UUID: \t GPU-1234\nBus Location: \t 0000:65:00.0\n",
    )
    write(
        tmp_path,
        "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n",
    )
    first, second = accelerators(tmp_path)
    assert (first.kind, first.name, first.vendor, first.interfaces) == ("gpu", "Tesla T4", "NVIDIA", ("cuda", "opencl"))
    assert first.as_ck()["uuid"] == "GPU-1234"
    assert first.as_ck()["driver_version"] == "535.104.05"
    assert (second.name, second.vendor, second.driver) == ("0x1a03:0x2000", "ASPEED", "ast")


def test_an_amd_gpu_computes_where_its_compute_driver_is(tmp_path: Path, on_pci) -> None:
    folder = on_pci("0000:c1:00.0", "0x038000", "0x1002", "0x740f", "amdgpu")
    write(folder, "product_name", "AMD Instinct MI210\n")
    write(folder, "mem_info_vram_total", "68702699520\n")
    (before,) = accelerators(tmp_path)
    write(tmp_path, "dev/kfd", "")
    (after,) = accelerators(tmp_path)
    assert (before.interfaces, after.interfaces) == ((), ("rocm", "opencl"))
    assert after.as_ck()["memory_bytes"] == 68702699520


def test_devices_are_named_by_the_list_of_pci_names_where_it_is_installed(tmp_path: Path, on_pci) -> None:
    on_pci("0000:00:02.0", "0x030000", "0x8086", "0x9a49", "i915")
    names = "# comment\n8086  Intel Corporation\n\t9a49  TigerLake-LP GT2\n\t\t1028 0a5c  Other\nC 03  Display\n"
    write(tmp_path, "usr/share/misc/pci.ids", names)
    (one,) = accelerators(tmp_path)
    assert (one.name, one.vendor) == ("TigerLake-LP GT2", "Intel")


def test_an_accelerator_is_known_by_its_class_or_by_its_driver_s_subsystem(tmp_path: Path, on_pci) -> None:
    on_pci("0000:19:00.0", "0x120000", "0x1da3", "0x1020", "habanalabs")
    folder = on_pci("0000:00:0b.0", "0x048000", "0x8086", "0x7d1d", "intel_vpu")
    (folder / "accel/accel0").mkdir(parents=True)
    on_pci("0000:00:1f.0", "0x060100", "0x8086", "0x7e02")
    assert [(one.kind, one.vendor) for one in accelerators(tmp_path)] == [("npu", "Intel"), ("npu", "Habana")]


def test_the_gpu_of_a_board_is_in_its_device_tree_and_a_stick_on_usb(tmp_path: Path) -> None:
    uevent = "DRIVER=panfrost\nOF_FULLNAME=/gpu@ff9a0000\nOF_COMPATIBLE_0=rockchip,rk3399-mali\n"
    write(tmp_path, "sys/class/drm/renderD128/device/uevent", uevent)
    write(tmp_path, "sys/class/drm/card0/device/uevent", uevent)
    write(tmp_path, "sys/bus/usb/devices/1-2/idVendor", "03e7\n")
    write(tmp_path, "sys/bus/usb/devices/1-2/product", "Movidius MyriadX\n")
    write(tmp_path, "sys/class/remoteproc/remoteproc0/name", "cdsp\n")
    found = [(one.kind, one.name, one.vendor, one.driver) for one in accelerators(tmp_path)]
    assert found == [
        ("gpu", "rk3399-mali", "rockchip", "panfrost"),
        ("npu", "Movidius MyriadX", "Movidius", ""),
        ("dsp", "cdsp", "", ""),
    ]
