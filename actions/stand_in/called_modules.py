"""The modules whose files were approved: imported when they are first called, each with CK's `ck`, `cfg` and `work`."""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ...store.errors import FailedError


class CalledModule:
    """One module: its `cfg` (the meta), its `work` (names and folder), and its code once it is imported."""

    def __init__(self, values: Mapping[str, Any], modules: "CalledModules") -> None:
        self.cfg: dict[str, Any] = values["cfg"]
        self.work: dict[str, Any] = values["work"]
        self.path: str = values["path"]
        self.file: str = values["code"]
        self._modules = modules
        self._code: ModuleType | None = None

    @property
    def names(self) -> tuple[str, str]:
        """Alias and UID."""
        return self.work["self_module_uoa"], self.work["self_module_uid"]

    def function(self, action: str) -> str:
        """Name the function of an action, by the meta; empty when it declares none."""
        redirected = self.cfg.get("actions_redirect") or {}
        if action in (self.cfg.get("actions") or {}):
            return str(redirected.get(action) or action)
        return str(self.cfg.get("default_action_name") or "")

    def code(self) -> ModuleType:
        """Import the module. Raises FailedError when it can't be or its `init` fails, and whatever it raises."""
        if self._code is None:
            self._code = self._import()
            initialize = getattr(self._code, "init", None)
            answer = initialize({}) if callable(initialize) else {}
            if isinstance(answer, dict) and answer.get("return", 0) > 0:
                raise FailedError(f"{self.names[0]}: its init() answered: {answer.get('error', 'no reason')}")
        return self._code

    def _import(self) -> ModuleType:
        path = Path(self.file)
        spec = importlib.util.spec_from_file_location(f"ck_module_{self.names[1]}", path)
        if spec is None or spec.loader is None:
            raise FailedError(f"{path}: can't be imported")
        code = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = code
        spec.loader.exec_module(code)
        values: dict[str, Any] = {"ck": self._modules.kernel, "cfg": self.cfg, "work": self.work}
        code.__dict__.update(values)
        return code

    def call(self, function: str, values: dict[str, Any]) -> Any:
        """Call a function with CK's dictionary. Raises FailedError when there is none, and whatever it raises."""
        found = getattr(self.code(), function, None)
        if not callable(found):
            raise FailedError(
                f"{Path(self.path).name}/{Path(self.file).name} has no function {function}(), which its meta names"
            )
        return found(values)


class CalledModules:
    """All modules that may be called, the one that the request is about first."""

    def __init__(self, listed: Sequence[Mapping[str, Any]]) -> None:
        self.kernel: ModuleType | None = None
        self._modules = [CalledModule(one, self) for one in listed]

    def first(self) -> CalledModule:
        """Give the module that the request is about."""
        return self._modules[0]

    def find(self, name: str) -> CalledModule | None:
        """Give a module by alias or UID; None for one whose files weren't approved."""
        return next((one for one in self._modules if name and name in one.names), None)

    def of_path(self, path: str) -> CalledModule | None:
        """Give the module whose file this is."""
        return next((one for one in self._modules if one.file == path), None)
