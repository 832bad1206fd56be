"""The points that a request is about: one experiment or several, by names, wildcards and a filter."""

from collections.abc import Sequence

from msgspec import Struct

from ...store.cid import Cid, has_wildcard
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import format_named
from ...store.formats.point import Point
from ...store.lookup import Location, locate, locate_one
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..common import checked_repositories
from ..request import Request
from .expression import parse
from .filtering import passing, why_none
from .kept_table import place_of, table_of
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


def whole_points(workspace: Workspace, chosen: Chosen, rows: Sequence[int]) -> list[tuple[str, Point]]:
    """Read points anew from their files, with all that a table has no place for, each with its experiment's CID.

    They come in the order of the rows.
    """
    found: dict[int, tuple[str, Point]] = {}
    for number, some in chosen.rows_by_experiment(rows).items():
        experiment = chosen.experiments[number]
        format_, root, path = place_of(workspace, experiment)
        row_of = {chosen.table.uids[row]: row for row in some}
        for point in format_named(format_).points(root, path):
            if point.uid in row_of:
                found[row_of[point.uid]] = (experiment.cid, point)
    return [found[row] for row in rows if row in found]
