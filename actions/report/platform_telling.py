"""Telling what this machine is, how fit it is, and the kernel's variables: CK's lines without its long lists."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any

from .table import text_table
from .units import with_unit

Result = Mapping[str, Any]
_WIDTH = 22
_JUDGEMENTS = {"good": "good", "warn": "mind it", "bad": "bad", "unknown": ""}
_LABELS = (
    ("os", "name", "OS name"),
    ("os", "name_short", "Short OS name"),
    ("os", "name_long", "Long OS name"),
    ("os", "bits", "OS bits"),
    ("os", "abi", "OS ABI"),
    ("cpu", "name", "CPU name"),
    ("cpu", "num_proc", "Logical processors"),
    ("cpu", "cores", "Cores"),
    ("cpu", "sockets", "Sockets"),
    ("cpu", "governor", "CPU governor"),
    ("gpu", "name", "GPU name"),
    ("gpu", "vendor", "GPU vendor"),
    ("nn", "name", "NN accelerator"),
    ("dsp", "name", "DSP name"),
    ("platform", "name", "Platform name"),
    ("platform", "vendor", "Platform vendor"),
    ("platform", "model", "Platform model"),
)


def detected(result: Result, width: int) -> list[str]:
    """Tell what a `detect` of a platform module found: what isn't known has no line."""
    features = result["features"]
    lines = [_line("OS CK UOA", f"{result['os_uoa']} ({result['os_uid']})" if result["os_uid"] else result["os_uoa"])]
    for group, name, label in _LABELS:
        value = features.get(group, {}).get(name)
        lines += [_line(label, str(value))] if value not in (None, "") else []
        if (group, name) == ("cpu", "name"):
            lines += _frequencies(features.get("cpu", {}))
    return [*lines, *_devices(features), *_rest(features, width), *_scripts(result)]


def _line(label: str, text: str) -> str:
    return f"{label + ':':<{_WIDTH}}{text}"


def _frequencies(cpu: Result) -> list[str]:
    """Tell the range of the processors' frequencies now, and their highest."""
    lines: list[str] = []
    for name, label in (("current_freq", "CPU frequency"), ("max_freq", "CPU max frequency")):
        values = [one for one in cpu.get(name, {}).values() if isinstance(one, int | float)]
        if values:
            least, most = f"{min(values):.0f}", f"{max(values):.0f}"
            lines.append(_line(label, f"{most} MHz" if least == most else f"{least} to {most} MHz"))
    return lines


def _devices(features: Result) -> list[str]:
    found = [("GPGPU", {**one["gpgpu"], "driver": one["gpgpu"]["type"]}) for one in features.get("gpgpu", ())]
    found += [("NPU", one) for one in features.get("npu", ())]
    return [
        _line(label, f"{one['name']} ({', '.join(filter(None, (one['vendor'], one.get('driver', ''))))})")
        for label, one in found
    ]


def _rest(features: Result, width: int) -> list[str]:
    lines = [
        _line(label, with_unit(features["memory"][name], "B"))
        for name, label in (("total_bytes", "Memory"), ("swap_bytes", "Swap"))
        if features.get("memory", {}).get(name)
    ]
    compilers = features.get("compilers", {})
    lines += [_line("Compilers", ", ".join(compilers.values())[: max(width - _WIDTH, 20)])] if compilers else []
    tags = features.get("host_tags")
    return [*lines, _line("Host tags", ",".join(tags))] if tags else lines


def _scripts(result: Result) -> list[str]:
    chosen = result.get("platform_init_uoa", "")
    if result.get("target_add_path"):
        return [_line("Platform init UOA", f"{chosen} ({result['target_add_path'][0]})")]
    offered = result.get("platform_init_offered", [])
    if chosen or not offered:
        return [_line("Platform init UOA", chosen)] if chosen else []
    return [_line("Platform init UOA", f"none of {len(offered)} chosen; --platform_init_uoa={offered[0]} would")]


def checked(result: Result, width: int) -> list[str]:
    """Tell how fit a machine is for measuring: a table of what was looked at, what would help, and the whole."""
    checks = result["checks"]
    rows = [(one["what"], one["value"], _JUDGEMENTS[one["judgement"]]) for one in checks]
    advice = [line for one in checks if one["help"] for line in _wrapped(f"{one['what']}: {one['help']}", width)]
    return [
        *text_table(("looked at", "found", "is"), rows, width=width),
        "",
        *(["What would help:", *advice, ""] if advice else []),
        *wrap(result["summary"], width=max(width, _WIDTH)),
    ]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width=max(width, _WIDTH), initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def settings(result: Result, _width: int) -> list[str]:
    """Tell the kernel's variables as CK does: an empty one as two quotation marks, what changed with what it was."""
    changed = result.get("changed", {})
    lines = ["Kernel variables:", ""]
    for name, value in sorted(result["settings"].items()):
        before = changed.get(name, {}).get("from", value)
        lines.append(f" * {name} = {_shown(value)}" + (f" (changed from {_shown(before)})" if before != value else ""))
    return lines


def _shown(value: Any) -> str:
    return '""' if value == "" else str(value)


_PARTS = ("os", "cpu", "gpu", "gpgpu", "nn", "npu", "dsp")

TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "check platform": checked,
    "detect platform": detected,
    **{f"detect platform.{part}": detected for part in _PARTS},
    "set kernel": settings,
    "setup kernel": settings,
    "show kernel": settings,
}
