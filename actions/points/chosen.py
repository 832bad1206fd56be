"""The points that a request is about: one experiment or several, by names, wildcards and a filter."""

from collections.abc import Sequence

from msgspec import Struct

from ...store.cid import Cid, has_wildcard
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.lookup import Location, locate, locate_one
from ...store.untrusted import safe_line
from ..common import checked_repositories
from ..request import Request
from .expression import parse
from .filtering import passing, why_none
from .kept_table import table_of
from .table import EXPERIMENT, PointTable, joined


class Chosen(Struct, frozen=True):
    """The experiments that were named, all their points, and the rows of those that pass the filter."""

    experiments: tuple[Location, ...]
    titles: tuple[str, ...]
    """How the experiments are called in the column that tells them apart."""
    table: PointTable
    rows: list[int]

    @property
    def title(self) -> str:
        """What the experiments are called together."""
        return self.experiments[0].cid if len(self.experiments) == 1 else f"{len(self.experiments)} experiments"

    def rows_by_experiment(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Sort rows by the number of the experiment that they are of."""
        if len(self.experiments) == 1:
            return {0: list(rows)}
        number = {title: place for place, title in enumerate(self.titles)}
        names = self.table.columns[EXPERIMENT].values
        found: dict[int, list[int]] = {}
        for row in rows:
            found.setdefault(number[str(names[row])], []).append(row)
        return found


def chosen_points(request: Request) -> Chosen:
    """Read the points of all experiments that a request names, and filter them by its `--where`.

    Raises NotFoundError, InvalidRequestError, also with the condition that no point passes.
    """
    experiments = experiments_of(request)
    titles = tuple(_titles(experiments))
    tables = [table_of(request.workspace, one) for one in experiments]
    table = joined(list(zip(titles, tables, strict=True)))
    where = request.text("where")
    if not where:
        return Chosen(tuple(experiments), titles, table, list(range(len(table))))
    condition = parse(where)
    rows = passing(table, condition)
    if not rows:
        raise NotFoundError(safe_line(why_none(table, condition)))
    return Chosen(tuple(experiments), titles, table, rows)


def _titles(experiments: Sequence[Location]) -> list[str]:
    """Give the experiments' names, with the repository where two have the same."""
    titles = [one.title for one in experiments]
    return [one.cid if titles.count(one.title) > 1 else one.title for one in experiments]


def experiments_of(request: Request) -> list[Location]:
    """Find the experiments that a request names, each once. Raises NotFoundError, InvalidRequestError."""
    known = checked_repositories(request)
    found: dict[str, Location] = {}
    for cid in request.cids:
        if not cid.artifact:
            raise InvalidRequestError(
                f"say which experiment: ckexplore {request.action} experiment:NAME; "
                "`ckexplore ls experiment` lists them"
            )
        named = Cid(cid.repository, "experiment", cid.artifact)
        if has_wildcard(cid.artifact):
            found |= {one.folder: one for one in locate(request.workspace, known, named)}
        else:
            one = locate_one(request.workspace, known, named)
            found[one.folder] = one
    if not found:
        raise NotFoundError(f"nothing matches {safe_line(str(request.cid))}; `ckexplore ls experiment` lists them")
    return list(found.values())
