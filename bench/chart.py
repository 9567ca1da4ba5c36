"""Draws the chart: one bar for each budget, as a share of what is allowed; legible in light and dark."""

from html import escape

# What is measured, what is allowed, the unit, and whether more is better.
Row = tuple[str, float, float, str, bool]
LEFT, WIDTH, STEP, TOP, MOST = 24, 760, 46, 74, 3.0
STYLE = """
text { font: 14px sans-serif; fill: #1f2328; } .head { font: bold 18px sans-serif; } .small { font-size: 12px; }
.ground { fill: #ffffff; } .track { fill: #e7eaee; } .kept { fill: #1f7a4d; } .missed { fill: #b3461d; }
.line { stroke: #1f2328; stroke-width: 3; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ground { fill: #0d1117; } .track { fill: #2a313a; }
.kept { fill: #4cc38a; } .missed { fill: #ff9566; } .line { stroke: #e6edf3; } }
"""


def _share(row: Row) -> float:
    """Return how much of a budget is used up; where more is better, what is asked for of what there is."""
    _, measured, allowed, _, at_least = row
    return (allowed / measured if measured else MOST) if at_least else measured / allowed


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _bar(n: int, row: Row) -> str:
    what, measured, allowed, unit, at_least = row
    share, y, whole = _share(row), TOP + n * STEP, WIDTH - 2 * LEFT
    kind, word = ("kept", "kept") if share <= 1 else ("missed", "missed")
    wide = whole * min(share, MOST) / MOST
    of = f"of at least {allowed:g}" if at_least else f"of {allowed:g} allowed"
    said = f"{what.replace('`', '')}: {_number(measured)} {unit} {of}, {word}"
    return (
        f'<text x="{LEFT}" y="{y}">{escape(said.replace("  ", " "))}</text>'
        f'<rect class="track" x="{LEFT}" y="{y + 6}" width="{whole}" height="12" rx="2"/>'
        f'<rect class="{kind}" x="{LEFT}" y="{y + 6}" width="{wide:.1f}" height="12" rx="2"/>'
        f'<line class="line" x1="{LEFT + whole / MOST:.1f}" y1="{y + 2}" x2="{LEFT + whole / MOST:.1f}" y2="{y + 22}"/>'
    )


def draw(rows: list[Row]) -> str:
    """Return the chart as SVG: the upright line is the budget, a bar beyond it misses it."""
    height = TOP + len(rows) * STEP + 10
    kept = sum(_share(r) <= 1 for r in rows)
    bars = "\n".join(_bar(n, row) for n, row in enumerate(rows))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">
<title id="t">Each budget of the design, and what was measured</title>
<desc id="d">{len(rows)} bars; {kept} within their budget, {len(rows) - kept} beyond it. Each bar's own line of text says its figures.</desc>
<style>{STYLE}</style>
<rect class="ground" width="{WIDTH}" height="{height}"/>
<text class="head" x="{LEFT}" y="28">Each budget, and what was measured</text>
<text class="small" x="{LEFT}" y="46">The upright line is the budget. A bar that ends before it keeps it; bars are cut at three times the budget.</text>
{bars}
</svg>
"""
