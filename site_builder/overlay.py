"""What `serve` lays over a page: what check finds, so that an editor need not watch a terminal."""

from __future__ import annotations

import html
from collections.abc import Iterable

from site_builder.errors import Finding, Severity

ADDRESS = "/__findings"
"""Where an open page asks for the findings, after it is shown: checking must not delay it."""

SCRIPT = f"""<script>
fetch("{ADDRESS}").then((answer) => answer.text()).then((text) => {{
  document.body.insertAdjacentHTML("beforeend", text);
}});
</script>"""

_WORDS = {Severity.ERROR: "处错误，网页是改错以前的样子", Severity.WARNING: "处提醒"}
_STYLE = (
    "position:fixed;inset:auto 0 0 0;max-height:50vh;overflow:auto;z-index:9999;padding:12px 16px;"
    "font:16px/1.6 sans-serif;color:#1b1b1b;background:#fff4e5;border-top:3px solid #b23a2a"
)


def fragment(findings: Iterable[Finding], trouble: str = "") -> str:
    """Return the HTML to lay over a page; nothing when there is nothing to say."""
    told = [f for f in findings if f.severity in _WORDS]
    blocks = [_block(severity, [f for f in told if f.severity is severity]) for severity in _WORDS]
    if trouble:
        blocks.insert(0, f"<p>{html.escape(trouble)}</p>")
    body = "".join(blocks)
    return f'<aside role="status" id="findings" style="{_STYLE}">{body}</aside>' if body else ""


def _block(severity: Severity, findings: list[Finding]) -> str:
    if not findings:
        return ""
    opened = " open" if severity is Severity.ERROR else ""
    items = "".join(
        f"<li><code>{html.escape(f.file)}:{f.line}</code> {html.escape(f.message)}。"
        f"<strong>{html.escape(f.advice)}</strong></li>"
        for f in findings
    )
    title = f"{len(findings)} {_WORDS[severity]}"
    return f"<details{opened}><summary>{title}</summary><ul>{items}</ul></details>"
