"""The description of a system in an MLPerf submission, `<division>/<submitter>/systems/<system>.json`, in few words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CkexploreError, UnreadableError
from ..untrusted import inside, load_json_object, safe_line
from .values import count_or_line

# Names of ours for the keys of the submission rules; the rest of a description is read as the entry's meta.
_FEATURES = {
    "system_name": "system_name",
    "availability": "status",
    "system_type": "system_type",
    "nodes": "number_of_nodes",
    "accelerator": "accelerator_model_name",
    "accelerators_per_node": "accelerators_per_node",
    "accelerator_memory": "accelerator_memory_capacity",
    "processor": "host_processor_model_name",
    "processors_per_node": "host_processors_per_node",
    "cores_per_processor": "host_processor_core_count",
    "memory": "host_memory_capacity",
    "operating_system": "operating_system",
    "software": "other_software_stack",
}


def read_description(root: Path, path: str) -> dict[str, Any]:
    """Read a system's description; empty when there is none. Raises UnreadableError."""
    try:
        place = inside(root, path)
        return load_json_object(place) if place.exists() else {}
    except UnreadableError:
        raise
    except (CkexploreError, OSError, RuntimeError) as error:  # a link that leads out, or in a circle
        raise UnreadableError(f"{safe_line(path)}: can't be read ({safe_line(str(error), 200)})") from error


def features_of(description: Mapping[str, Any]) -> dict[str, Any]:
    """Give what describes a system best, under whole words; what it hasn't is left out."""
    found = {name: count_or_line(description.get(key)) for name, key in _FEATURES.items()}
    return {name: value for name, value in found.items() if value is not None}


def framework_of(description: Mapping[str, Any]) -> str:
    """Give the framework that the results were run with; empty if it isn't told."""
    return str(count_or_line(description.get("framework")) or "")


def title_of(features: Mapping[str, Any]) -> str:
    """Tell a system in one line: its accelerators, else its processors, on how many nodes."""
    accelerator, processor = features.get("accelerator"), features.get("processor")
    parts = [_times(features.get("accelerators_per_node"), accelerator)] if accelerator else []
    parts += [_times(features.get("processors_per_node"), processor)] if processor else []
    nodes = features.get("nodes")
    parts += [f"{nodes} nodes"] if isinstance(nodes, int) and nodes > 1 else []
    return ", ".join(parts)


def _times(count: Any, what: Any) -> str:
    return f"{count} x {what}" if isinstance(count, int) and count > 1 else str(what)


def tag_of(text: str) -> str:
    """Make a tag of a name: lower-case words of letters, digits, dots and underscores, joined by dashes."""
    return safe_line("-".join(re.findall(r"[\w.]+", text.lower())), 120)
