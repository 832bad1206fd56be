"""The registry of named actions: one list feeds the keys, the footer, the palette and the help.

Every action has a plain-letter key that all terminals send, and a name that the palette finds.
"""

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class NamedAction:
    """One thing that a key does. `modules` names the artifacts it is for; empty means that it is always there.

    `typing` says that a field opens and what is typed next goes into it, even when it comes at once with the key.
    """

    name: str
    keys: str
    title: str
    explanation: str
    group: str
    footer: bool = False
    modules: tuple[str, ...] = ()
    shown: str | None = None
    typing: bool = False

    @property
    def shown_keys(self) -> str:
        """The keys as a person reads them."""
        return self.shown or " ".join(self.keys.split(","))


BROWSER = (
    NamedAction(
        "run",
        "r",
        "Run",
        "Run the program, or a job's plan again: shows the exact commands first",
        "act",
        True,
        ("program", "script", "job"),
    ),
    NamedAction("detect", "d", "Detect", "Look for the software on this machine", "act", True, ("soft",)),
    NamedAction(
        "install", "i", "Install", "Install the package, with a choice of variations", "act", True, ("package",)
    ),
    NamedAction("tag", "t", "Tag", "Give the artifact tags of your own", "act", True, typing=True),
    NamedAction("note", "n", "Note", "Write a note about the artifact, in Markdown", "act", typing=True),
    NamedAction("bookmark", "b", "Bookmark", "Set a bookmark at the artifact, or take it away", "act"),
    NamedAction("save_search", "S", "Save search", "Save filter, branch and order under a name", "find", typing=True),
    NamedAction(
        "filter",
        "slash",
        "Filter",
        "Words, tag:x, module:x, repo:x; - excludes, * and ? are wildcards",
        "find",
        True,
        shown="/",
        typing=True,
    ),
    NamedAction(
        "command", "colon", "Command", "Any CK command, such as: search --tags=gcc", "act", True, shown=":", typing=True
    ),
    NamedAction(
        "next_view",
        "right_square_bracket",
        "Next view",
        "Overview, README, needs, meta, files, points",
        "look",
        shown="]",
    ),
    NamedAction(
        "previous_view", "left_square_bracket", "Previous view", "The views the other way round", "look", shown="["
    ),
    NamedAction("show_tree", "1", "Tree", "Repositories, modules and tags", "look"),
    NamedAction("show_table", "2", "Table", "The artifacts", "look"),
    NamedAction("show_details", "3", "Details", "What the artifact under the cursor is", "look"),
    NamedAction("show_job", "4", "Jobs", "The output and the chart of the jobs", "look"),
    NamedAction(
        "points",
        "p",
        "Points",
        "The experiment's points: table, filter, charts, fronts, comparison",
        "look",
        True,
        ("experiment",),
    ),
    NamedAction("open_job", "a", "Open job", "Show what the job under the cursor wrote", "act", True, ("job",)),
    NamedAction("sort", "o", "Order", "Order by the next column", "find"),
    NamedAction("reverse", "O", "Reverse", "Turn the order round", "find"),
    NamedAction("result", "e", "Result", "Go to the experiment that the last run was recorded in", "look"),
    NamedAction("cancel_job", "x", "Cancel job", "End the job that is shown with all its processes", "act"),
    NamedAction("trust", "T", "Trust repository", "Trust the artifact's repository at its present content", "act"),
    NamedAction("zoom", "z", "Zoom", "Give the whole screen to the pane in use, and back", "look"),
    NamedAction("rescan", "ctrl+r", "Rescan", "Look at every repository's files again", "find"),
    NamedAction("back", "escape", "Back", "Clear the filter, or back to the table", "look", shown="esc"),
    NamedAction("help", "question_mark,f1", "Help", "Explain this screen", "look", True, shown="?"),
    NamedAction("quit", "q,ctrl+c", "Quit", "Leave; jobs go on running", "act", True, shown="q"),
)

JOBS = (
    NamedAction("next_job", "right_square_bracket", "Next job", "Show the next of the jobs", "job", shown="]"),
    NamedAction(
        "previous_job", "left_square_bracket", "Previous job", "The jobs the other way round", "job", shown="["
    ),
    NamedAction(
        "search_job",
        "slash",
        "Search",
        "Look for a text in the log; n and N go on",
        "job",
        True,
        shown="/",
        typing=True,
    ),
    NamedAction(
        "type_into_job", "i", "Type", "Type a line into the job, when it asks for one", "job", True, typing=True
    ),
    NamedAction(
        "attach_job",
        "a",
        "Attach",
        "Give the whole terminal to the job; Ctrl-\\ comes back, and it goes on",
        "job",
        True,
    ),
)
"""What the keys do in the job pane; there they come before the browser's."""

EXPERIMENTS = (
    NamedAction(
        "filter",
        "slash",
        "Filter",
        "Points that pass, such as: accuracy_top1 >= 70 and system = 'rpi4'",
        "points",
        True,
        shown="/",
        typing=True,
    ),
    NamedAction("order", "o", "Order", "Order by a column; a click on a title does as well", "points", True),
    NamedAction("reverse", "O", "Reverse", "Turn the order round", "points"),
    NamedAction("columns", "C", "Columns", "Choose the columns of the table", "points"),
    NamedAction("constant", "H", "Constant", "Show or hide columns that are the same in all points", "points"),
    NamedAction("group", "v", "Group", "Medians of a value by one column, or by two; again: back", "points", True),
    NamedAction("mark", "space", "Mark", "Mark the point for a comparison, or take the mark away", "points"),
    NamedAction("compare", "c", "Compare", "Compare the marked points with the first of them", "points", True),
    NamedAction("scatter", "1", "Scatter", "A point each, with the Pareto front", "chart"),
    NamedAction("line", "2", "Line", "y over x, or over the order of the points", "chart"),
    NamedAction("histogram", "3", "Histogram", "How many points have which y", "chart"),
    NamedAction("cumulative", "4", "Cumulative", "Which share of the points has at most that y", "chart"),
    NamedAction("boxes", "5", "Boxes", "Quartiles and whiskers of y for each colour", "chart"),
    NamedAction("parallel", "6", "Parallel", "All columns side by side, a line for each point", "chart"),
    NamedAction("pick_x", "x", "x", "Choose the column of the x axis", "chart", True),
    NamedAction("pick_y", "y", "y", "Choose the column of the y axis", "chart", True),
    NamedAction("pick_colour", "u", "Colour", "Choose the column that gives the colours", "chart", True),
    NamedAction("pick_sign", "U", "Sign", "Choose the column that gives the signs", "chart"),
    NamedAction("log_x", "X", "Logarithmic x", "Make the x axis logarithmic, or linear", "chart"),
    NamedAction("log_y", "Y", "Logarithmic y", "Make the y axis logarithmic, or linear", "chart"),
    NamedAction("front", "f", "Front", "Show the front, or don't", "chart"),
    NamedAction("objectives", "m", "Objectives", "Type them: latency:min,accuracy:max", "chart", typing=True),
    NamedAction("next_on_front", "right_square_bracket", "Next", "Along the front", "chart", shown="]"),
    NamedAction("previous_on_front", "left_square_bracket", "Previous", "Back along the front", "chart", shown="["),
    NamedAction("zoom_in", "plus,equals_sign", "Zoom in", "Look closer, around the point", "chart", shown="+"),
    NamedAction("zoom_out", "minus", "Zoom out", "Look from further away", "chart", shown="-"),
    NamedAction("whole", "0", "Whole", "Show all of the chart again", "chart"),
    NamedAction("pan('left')", "shift+left,less_than_sign", "Left", "Move the window", "chart", shown="shift+← <"),
    NamedAction(
        "pan('right')", "shift+right,greater_than_sign", "Right", "Move the window", "chart", shown="shift+→ >"
    ),
    NamedAction("pan('up')", "shift+up,right_parenthesis", "Up", "Move the window", "chart", shown="shift+↑ )"),
    NamedAction("pan('down')", "shift+down,left_parenthesis", "Down", "Move the window", "chart", shown="shift+↓ ("),
    NamedAction("signs", "B", "Signs", "Draw with Braille, with blocks, or in ASCII", "chart"),
    NamedAction("write", "w", "Write", "Write the chart as SVG", "chart", typing=True),
    NamedAction("zoom", "z", "Zoom", "Give the whole screen to the pane in use, and back", "screen"),
    NamedAction(
        "other_pane", "p,tab,shift+tab", "Other pane", "From the table to the chart and back", "screen", shown="p Tab"
    ),
    NamedAction("read_again", "ctrl+r", "Read again", "Read the points again; new ones come by themselves", "screen"),
    NamedAction("back", "escape,q", "Back", "Clear the filter, or back to the artifacts", "screen", True, shown="esc"),
    NamedAction("help", "question_mark,f1", "Help", "Explain this screen", "screen", True, shown="?"),
    NamedAction("quit", "ctrl+c", "Quit", "Leave; jobs go on running", "screen"),
)
"""What the keys do on the experiments screen."""

MOVING = (
    ("↑ ↓  k j", "one line up or down"),
    ("PgUp PgDn  ctrl+u ctrl+d", "one page up or down"),
    ("Home End  g G", "first or last line"),
    ("← →  h l", "close or open a branch of the tree; scroll sideways"),
    ("Tab  Shift+Tab", "next or previous pane"),
    ("Enter", "open: a branch, the details of an artifact, a tag as filter"),
    ("ctrl+p", "the palette: every action by its name"),
)


def bindings(actions: tuple[NamedAction, ...], namespace: str = "", screen: str = "browser") -> list[Binding]:
    """Make Textual's bindings of named actions; `namespace` ("screen.") says whose they are if not the binder's.

    `screen` is the first part of their ids, by which a keymap names them.
    """
    return [
        Binding(
            action.keys,
            f"{namespace}{action.name}",
            action.title,
            show=action.footer,
            key_display=action.shown or None,
            tooltip=action.explanation,
            priority=action.typing,
            id=f"{screen}.{action.name}",
        )
        for action in actions
    ]
