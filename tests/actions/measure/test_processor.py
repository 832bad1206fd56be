"""What /proc/cpuinfo and /sys say of processors, under CK's names."""

from pathlib import Path

from ckexplore.actions.measure.machine import machine_features, memory_features
from ckexplore.actions.measure.processor import processor_features

TWO_LIKE_CORES = """\
processor\t: 0
model name\t: Some CPU
cpu MHz\t\t: 2445.406
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu avx2

processor\t: 1
model name\t: Some CPU
cpu MHz\t\t: 2400.0
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu avx2
"""

BIG_AND_LITTLE = """\
processor\t: 0
Features\t: fp asimd
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd03
CPU revision\t: 4

processor\t: 1
Features\t: fp asimd
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 2
"""


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_processor_has_the_names_and_texts_that_ck_gives(tmp_path: Path) -> None:
    write(tmp_path, "proc/cpuinfo", TWO_LIKE_CORES)
    write(tmp_path, "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1800000\n")
    write(tmp_path, "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3600000\n")
    write(tmp_path, "sys/devices/system/cpu/cpu0/cpufreq/scaling_available_frequencies", "3600000 1800000 \n")
    write(tmp_path, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
    found = processor_features(tmp_path)
    cpu = found["cpu"]
    assert (cpu["name"], cpu["sub_name"], cpu["cpu_features"], cpu["num_proc"]) == (
        "Some CPU", "Some CPU", "fpu avx2", "2",
    )  # fmt: skip
    assert cpu["current_freq"] == {"0": 1800.0, "1": 2400.0}
    assert cpu["max_freq"] == {"0": 3600.0}
    assert cpu["all_freqs"] == {"0": [3600000, 1800000]}
    assert (cpu["cores"], cpu["sockets"], cpu["governor"]) == (1, 1, "powersave")
    assert cpu["workload_automation"] == {
        "device_config": {"core_clusters": [0, 0], "core_names": ["Some CPU", "Some CPU"]}
    }
    assert [one["ck_cpu_name"] for one in found["cpu_unique"]] == ["Some CPU"]
    assert found["cpu_misc"]["1"]["cpu MHz"] == "2400.0"
    assert found["cpu_new_format"] == ""


def test_cores_of_two_kinds_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    write(tmp_path, "proc/cpuinfo", BIG_AND_LITTLE)
    found = processor_features(tmp_path)
    assert [one["ck_cpu_name"] for one in found["cpu_unique"]] == ["0x41-8-0x0-0xd03-4", "0x41-8-0x0-0xd08-2"]
    assert found["cpu"]["workload_automation"]["device_config"]["core_clusters"] == [0, 1]
    assert found["cpu_new_format"] == "yes"
    assert found["cpu"]["cpu_features"] == "fp asimd"


def test_what_a_machine_does_not_tell_is_empty_or_absent_and_never_invented(tmp_path: Path) -> None:
    found = processor_features(tmp_path)
    assert (found["cpu"]["name"], found["cpu"]["max_freq"], found["cpu_misc"]) == ("", {}, {})
    assert "governor" not in found["cpu"]
    assert machine_features(tmp_path) == {"name": "", "vendor": "", "model": ""}
    assert memory_features(tmp_path) == {}


def test_a_board_is_named_by_its_tables_or_by_its_device_tree(tmp_path: Path) -> None:
    write(tmp_path, "proc/device-tree/model", "Raspberry Pi 4 Model B\0")
    assert machine_features(tmp_path) == {
        "name": "Raspberry (Raspberry Pi 4 Model B)",
        "vendor": "Raspberry",
        "model": "Raspberry Pi 4 Model B",
    }
    for file, text in {"sys_vendor": "LENOVO", "product_version": "ThinkPad X1", "product_name": "20KH"}.items():
        write(tmp_path, f"sys/devices/virtual/dmi/id/{file}", text + "\n")
    assert machine_features(tmp_path) == {"name": "LENOVO ThinkPad X1 (20KH)", "vendor": "LENOVO", "model": "20KH"}


def test_memory_is_told_in_bytes(tmp_path: Path) -> None:
    write(tmp_path, "proc/meminfo", "MemTotal:       24678912 kB\nSwapTotal:             0 kB\n")
    assert memory_features(tmp_path) == {"total_bytes": 24678912 * 1024, "swap_bytes": 0}
