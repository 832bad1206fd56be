"""Trees as /proc and /sys are on a laptop, which tells a lot, and on a virtual machine and in a container."""

from pathlib import Path

LAPTOP = {
    "proc/self/status": "Name:\tpython\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n",
    "proc/self/cgroup": "0::/user.slice/user-1000.slice/session-2.scope\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-6200U CPU @ 2.30GHz\nflags\t\t: fpu vme avx2\n",
    "proc/loadavg": "1.92 0.80 0.41 3/912 20111\n",
    "proc/pressure/cpu": "some avg10=1.20 avg60=0.40 avg300=0.20 total=5000000\n"
    "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
    "proc/stat": "cpu  4000 40 800 40000 400 0 80 0 0 0\n"
    "cpu0 1000 10 200 10000 100 0 20 0 0 0\ncpu1 1000 10 200 10000 100 0 20 0 0 0\n"
    "cpu2 1000 10 200 10000 100 0 20 0 0 0\ncpu3 1000 10 200 10000 100 0 20 0 0 0\nintr 1234\n",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
    "sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope/cpu.stat": "usage_usec 81234567\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "sys/devices/system/cpu/smt/active": "1\n",
    "sys/devices/system/cpu/intel_pstate/no_turbo": "0\n",
    **{
        f"sys/devices/system/cpu/cpu{number}/{name}": text
        for number in range(4)
        for name, text in {
            "cpufreq/scaling_governor": "powersave\n",
            "cpufreq/scaling_cur_freq": f"{600_000 + 100_000 * number}\n",
            "cpufreq/cpuinfo_min_freq": "400000\n",
            "cpufreq/cpuinfo_max_freq": "2800000\n",
            "thermal_throttle/core_throttle_count": "3\n",
            "thermal_throttle/package_throttle_count": "10\n",
        }.items()
    },
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
    "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm\n",
    "sys/class/thermal/thermal_zone0/temp": "27800\n",
    "sys/class/hwmon/hwmon0/name": "BAT0\n",
    "sys/class/hwmon/hwmon0/in0_input": "999000\n",
    "sys/class/hwmon/hwmon4/name": "coretemp\n",
    "sys/class/hwmon/hwmon4/temp1_input": "84000\n",
    "sys/class/hwmon/hwmon4/temp2_input": "82000\n",
    "sys/class/powercap/intel-rapl:0/name": "package-0\n",
    "sys/class/powercap/intel-rapl:0/energy_uj": "262143000000\n",
    "sys/class/powercap/intel-rapl:0/max_energy_range_uj": "262143328850\n",
    "sys/class/powercap/intel-rapl:0:0/name": "core\n",
    "sys/class/powercap/intel-rapl:0:0/energy_uj": "161143000000\n",
    "sys/class/powercap/intel-rapl:0:0/max_energy_range_uj": "262143328850\n",
    "sys/class/powercap/intel-rapl:1/name": "psys\n",
    "sys/class/powercap/intel-rapl:1/energy_uj": "99\n",
    "sys/class/powercap/intel-rapl:1/max_energy_range_uj": "262143328850\n",
}

VIRTUAL = {
    "proc/self/status": "Name:\tpython\nCpus_allowed_list:\t0-1\n",
    "proc/self/cgroup": "2:cpuacct:/\n1:cpu:/\n0::/\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme avx2 hypervisor lahf_lm\n",
    "proc/loadavg": "0.02 0.73 0.90 1/82 573\n",
    "proc/pressure/cpu": "some avg10=0.47 avg60=0.10 avg300=2.76 total=8222022350\n",
    "proc/stat": "cpu  3890384 45283 1014980 5576777 158866 0 42552 85846 0 0\n"
    "cpu0 1719282 23011 418627 3173220 22816 0 11594 37457 0 0\n"
    "cpu1 2171102 22271 596353 2403556 136049 0 30957 48389 0 0\nintr 1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
    "sys/devices/system/cpu/online": "0-1\n",
    "sys/devices/system/cpu/smt/active": "0\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
}

CONTAINER = {
    "proc/self/status": "Name:\tpython\nCpus_allowed_list:\t2,5\n",
    "proc/self/cgroup": "0::/\n",
    "proc/stat": "".join(f"cpu{number} 100 0 50 1000 0 0 0 0 0 0\n" for number in range(8)),
    "sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
    "sys/fs/cgroup/cpu.max": "150000 100000\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 1000\nnr_throttled 4\nthrottled_usec 2500000\n",
    "sys/devices/system/cpu/online": "0-7\n",
}


def make_machine(root: Path, files: dict[str, str], **changed: str) -> Path:
    """Write such a tree, with other texts for some files (`proc__loadavg="…"`), and give its root."""
    for path, text in {**files, **{name.replace("__", "/"): text for name, text in changed.items()}}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root
