"""This machine as CK's `platform` modules describe one: the systems' entries, features, chosen scripts.

Only what /proc, /sys and Python itself tell is read; no tool is executed, nothing is asked, nothing is sent anywhere.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..store.cid import Cid
from ..store.errors import InvalidRequestError, UnavailableError
from ..store.formats import ck
from ..store.lookup import locate_one
from ..store.registry import repositories
from ..store.untrusted import safe_line, safe_value
from . import platform_init
from .measure.accelerators import Accelerator, accelerators
from .measure.host import os_names
from .measure.machine import machine_features, memory_features
from .measure.os_alias import os_alias
from .measure.processor import processor_features
from .request import Request, refuse_unknown_options
from .software.host_os import host_os

_COMPILERS = ("gcc", "g++", "clang", "clang++", "gfortran", "nvcc", "hipcc", "icx", "javac", "rustc", "go")
_OPTIONS = {
    *("target", "host_os", "os", "target_os", "device_id", "skip_device_init", "print_device_info"),
    *("skip_info_collection", "skip_print_os", "skip_print_os_info", "skip_gpu_info", "force_platform_name"),
    *("platform_init_uoa", "update_platform_init", "extra_info", "select", "type", "cuda", "opencl"),
    *("exchange", "share", "exchange_repo", "exchange_subrepo", "exchange_locally", "return_multi_devices"),
}

Features = dict[str, Any]


def describe(request: Request, parts: Iterable[str]) -> dict[str, Any]:
    """Answer `detect` of one of the platform modules; `parts` are names of features, beside those of the system.

    Raises NotFoundError for a system without an `os` entry, UnavailableError for one that isn't this machine.
    """
    refuse_unknown_options(request, _OPTIONS)
    if request.flag("exchange") or request.flag("share"):
        raise InvalidRequestError(f"{request.action} tells nobody what this machine is; leave --exchange out")
    host_system = _system(request, request.text("host_os"))
    target = _system(request, request.text("target_os") or request.text("os"))
    skips = request.flag("skip_info_collection") or target["dict"].get("skip_platform_detection") == "yes"
    if not skips and (target["dict"].get("remote") == "yes" or request.text("device_id") or request.text("target")):
        raise UnavailableError(
            f"os:{target['uoa']} is another machine, and only this one is described; "
            "--skip_info_collection gives its entry alone"
        )
    features: Features = {"os": _os_features(target, skips), "os_misc": {}}
    for part in parts if not skips else ():
        features |= _PARTS[part](request)
    return {
        **_named("os", target),
        **_named("host_os", host_system),
        "features": safe_value(features),
        "devices": [],
        "device_id": "",
        **_initialisation(request, target, skips),
    }


def _named(prefix: str, system: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}_uoa": system["uoa"], f"{prefix}_uid": system["uid"], f"{prefix}_dict": dict(system["dict"])}


def _host(request: Request) -> dict[str, Any]:
    return host_os(request.workspace, repositories(request.workspace)).as_input()


def _system(request: Request, name: str) -> dict[str, Any]:
    """Give the `os` entry of a name, or of this machine: `uoa`, `uid` and `dict`."""
    if not name:
        return _host(request)
    location = locate_one(request.workspace, repositories(request.workspace), Cid(module="os", artifact=name))
    return {"uoa": location.title, "uid": location.uid, "dict": ck.entry_meta(location.path)}


def _os_features(target: Mapping[str, Any], skips: bool) -> dict[str, str]:
    names = {"name": "", "name_long": "", "name_short": "", "abi": ""} if skips else os_names()
    return {
        "ck_os_uoa": target["uoa"],
        "ck_os_base_uoa": str(target["dict"].get("base_uoa", "")),
        **names,
        "serial_number": "",
        "bits": str(target["dict"].get("bits", "")),
    }


def _initialisation(request: Request, target: Mapping[str, Any], skips: bool) -> dict[str, Any]:
    """Remember the entry of `platform.init` that is asked for, or the only one, and describe the one that is chosen."""
    workspace, system, kind = request.workspace, target["uoa"], str(target["dict"].get("ck_name", ""))
    asked = request.text("platform_init_uoa")
    if skips and not asked and not _is_chosen(request, system):
        return {}
    if not asked and (request.flag("update_platform_init") or not _is_chosen(request, system)):
        only = platform_init.offered(workspace, kind)
        asked = only[0].uid if len(only) == 1 else ""
    if asked and asked != platform_init.remembered(workspace, system):
        platform_init.choose(workspace, system, asked)
    return platform_init.described(workspace, system, kind)


def _is_chosen(request: Request, system: str) -> bool:
    return bool(platform_init.remembered(request.workspace, system))


def _cpu(_: Request) -> Features:
    return processor_features()


def _gpu(request: Request) -> Features:
    found = [] if request.flag("skip_gpu_info") else _of_kind("gpu")
    first = found[0].as_ck() if found else {"name": "", "vendor": ""}
    return {"gpu": first, "gpu_misc": {"gpus": [one.as_ck() for one in found]} if found else {}}


def _gpgpu(request: Request) -> Features:
    """Give one of CK's `gpgpu` features for each interface through which a device can be programmed."""
    wanted = request.text("type") or next((name for name in ("opencl", "cuda") if request.flag(name)), "")
    found: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for one in _of_kind("gpu"):
        for interface in one.interfaces:
            number = numbers.setdefault(interface, 0)
            numbers[interface] += 1
            if wanted in ("", interface):
                told = {"name": one.name, "vendor": one.vendor, "type": interface}
                place = {"gpgpu_device_id": str(number)}
                found.append({"gpgpu": told, "gpgpu_id": place, "gpgpu_misc": one.as_ck()})
    return {"gpgpu": found}


def _npu(_: Request) -> Features:
    return {"npu": [one.as_ck() for one in _of_kind("npu")]}


def _nn(_: Request) -> Features:
    found = [one.as_ck() for one in _of_kind("npu")]
    return {
        "nn": found[0] if found else {"name": "", "vendor": ""},
        "nn_misc": {"accelerators": found} if found else {},
    }


def _dsp(_: Request) -> Features:
    found = [one.as_ck() for one in _of_kind("dsp")]
    return {"dsp": found[0] if found else {"name": "", "vendor": ""}, "dsp_misc": {"all": found} if found else {}}


def _of_kind(kind: str) -> list[Accelerator]:
    return [one for one in accelerators() if one.kind == kind]


def _platform(request: Request) -> Features:
    found = machine_features()
    named = request.text("force_platform_name")
    return {"platform": found | ({"name": named} if named else {}), "platform_misc": {}}


def _memory(_: Request) -> Features:
    return {"memory": memory_features()}


def _compilers(request: Request) -> Features:
    """Name the compilers on the PATH, and the tags that one gets which is registered for this machine."""
    bits = _host(request)["dict"].get("bits", "64")
    absolute = os.pathsep.join(one for one in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(one))
    found = {name: shutil.which(name, path=absolute) for name in _COMPILERS}
    return {
        "compilers": {name: safe_line(path) for name, path in found.items() if path},
        "host_tags": [f"host-os-{os_alias()}", f"target-os-{os_alias()}", f"{bits}bits"],
    }


_PARTS: dict[str, Callable[[Request], Features]] = {
    "cpu": _cpu,
    "gpu": _gpu,
    "gpgpu": _gpgpu,
    "nn": _nn,
    "npu": _npu,
    "dsp": _dsp,
    "platform": _platform,
    "memory": _memory,
    "compilers": _compilers,
}
