"""Figure 1: time per query over the size of the table, as an SVG with two logarithmic axes."""

import csv
import math
import sys
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 560, 360, 60
SERIES = {"random_ns": ("random order", "#c0392b"), "ascending_ns": ("ascending order", "#2471a3")}


def scale(value, low, high, start, end):
    share = (math.log10(value) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return start + share * (end - start)


def position(row, column, sizes):
    x = scale(int(row["elements"]), min(sizes), max(sizes), MARGIN, WIDTH - MARGIN)
    y = scale(float(row[column]), 1, 10_000, HEIGHT - MARGIN, MARGIN)
    return f"{x:.1f},{y:.1f}"


def text(x, y, content, anchor="middle", colour="#333"):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" font-size="13">{content}</text>'


def draw(rows):
    sizes = [int(row["elements"]) for row in rows]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">']
    for decade in (1, 10, 100, 1000, 10000):
        y = scale(decade, 1, 10_000, HEIGHT - MARGIN, MARGIN)
        parts.append(f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#ddd"/>')
        parts.append(text(MARGIN - 6, round(y + 4, 1), f"{decade:,}", "end"))
    for size in sizes:
        x = scale(size, min(sizes), max(sizes), MARGIN, WIDTH - MARGIN)
        parts.append(text(round(x, 1), HEIGHT - MARGIN + 18, f"2^{int(math.log2(size))}"))
    for line, (column, (label, colour)) in enumerate(SERIES.items()):
        points = " ".join(position(row, column, sizes) for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(text(MARGIN + 12, MARGIN + 4 + 18 * line, label, "start", colour))
    parts.append(text(WIDTH / 2, HEIGHT - 14, "elements in the table"))
    parts.append(text(MARGIN, MARGIN - 20, "nanoseconds per query", "start"))
    return "\n".join(parts) + "\n</svg>\n"


def main():
    folder = Path(sys.argv[1])
    with open(folder / "table1.csv") as file:
        rows = list(csv.DictReader(file))
    (folder / "figure1.svg").write_text(draw(rows))
    print(f"wrote {folder / 'figure1.svg'}")


if __name__ == "__main__":
    main()
