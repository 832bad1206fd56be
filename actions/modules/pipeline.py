"""Actions of the module `pipeline`: CK's way of asking for an exploration."""

from ..plan import Plan
from ..request import Request

__all__ = ["autotune"]


def autotune(request: Request) -> Plan:
    """Explore as CK's `autotune pipeline:program @input.json` asks: `choices_order`, `choices_selection`, `iterations`.

    The program is `program_uoa`, `data_uoa` or in `pipeline`; `repetitions` are blocks, `frontier_keys` objectives.
    """
    from ..explore.ck_pipeline import plan_pipeline  # noqa: PLC0415

    return plan_pipeline(request)
