"""A bar chart as SVG: groups of bars, each with its name and figure beside it."""

from __future__ import annotations

from html import escape

_WIDTH, _LEFT, _RIGHT, _BAR, _GAP = 760, 150, 90, 18, 26
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.t{font-weight:600}.b{fill:#8aa3a3}"
    ".o{fill:#0a4f4f}@media(prefers-color-scheme:dark){text{fill:#ddd}.o{fill:#5cc0c0}}"
)


def bars(title: str, groups: dict[str, dict[str, float]]) -> str:
    """Return the chart; the first bar of a group stands out."""
    longest = max(value for group in groups.values() for value in group.values())
    y, parts = 24, [f'<text class="t" x="0" y="16">{escape(title)}</text>']
    for name, group in groups.items():
        y += _GAP
        parts.append(f'<text class="t" x="0" y="{y}">{escape(name)}</text>')
        y += 8
        for i, (label, value) in enumerate(group.items()):
            width = max(1, (_WIDTH - _LEFT - _RIGHT) * value / longest)
            parts.append(
                f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>'
                f'<rect class="{"b" if i else "o"}" x="{_LEFT}" y="{y}" width="{width:.1f}"'
                f' height="{_BAR - 4}"/>'
                f'<text x="{_LEFT + width + 6:.1f}" y="{y + 13}">{value:,.0f}</text>'
            )
            y += _BAR
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 8}" role="img">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{''.join(parts)}</svg>\n"
    )
