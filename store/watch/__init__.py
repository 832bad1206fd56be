"""Watching repositories: what changed is told soon, in one piece, and by a rescan where the kernel can't tell."""

from .coverage import Coverage, How, summary
from .watcher import Told, Watcher

__all__ = ["Coverage", "How", "Told", "Watcher", "summary"]
