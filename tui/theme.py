"""The look: one theme of our own, made for long tables and few colours; Textual's themes can be chosen beside it."""

from textual.theme import Theme

CKEXPLORE = Theme(
    name="ckexplore",
    primary="#4fb3bf",
    secondary="#8f9bb3",
    accent="#f2a65a",
    foreground="#d8dee9",
    background="#10151c",
    surface="#151b24",
    panel="#1d2530",
    boost="#243040",
    success="#7fc97f",
    warning="#e5c07b",
    error="#e06c75",
    dark=True,
)
