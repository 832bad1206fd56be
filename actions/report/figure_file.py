"""Writing a figure into a file that the user names: SVG, never over a file that is there."""

from pathlib import Path

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from .plot import Drawable
from .svg import svg_text


def write_figure(plot: Drawable, file: Path) -> Path:
    """Write a plot as SVG, and give where it is; `.svg` is added to a name without it.

    Raises InvalidRequestError when the file is there already, or can't be written.
    """
    file = file.expanduser()
    if file.suffix.lower() != ".svg":
        file = file.with_name(f"{file.name}.svg")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(svg_text(plot))
    except FileExistsError as error:
        raise InvalidRequestError(f"{safe_line(str(file))} is there already; give another name") from error
    except OSError as error:
        raise InvalidRequestError(f"{safe_line(str(file))} can't be written: {error.strerror}") from error
    return file.absolute()
