"""Templates that run faster: a guide puts 240 texts into its page, and few need escaping.

MarkupSafe makes a `Markup` of each; what a template puts out may as well be a plain string. A dot
asks for an attribute and nothing else: keys of mappings are written in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemBytecodeCache, __version__, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from markupsafe import Markup, escape

_SPECIAL: Final = re.compile("[&<>\"']").search


def escaped(value: Any) -> str:
    """Return what `markupsafe.escape` says, a plain string where nothing has to be escaped."""
    kind = type(value)
    if kind is Markup or (kind is str and not _SPECIAL(value)):
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class _Generator(CodeGenerator):
    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        """Write `escaped(` where Jinja writes `escape(`; it sees to the closing bracket."""
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Write `matter.name` as Python has it; Jinja would look for `matter["name"]`, too."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")


def compiled(cache: Path) -> FileSystemBytecodeCache:
    """Return where compiled templates are kept: after an edit, compiling takes the longest.

    Jinja compares the template's text; the folder's name says which Jinja and which of us.
    """
    by = f"{__version__}-{blake2b(Path(__file__).read_bytes(), digest_size=4).hexdigest()}"
    folder = cache / f"templates-{by}"
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


class _Context(Context):
    """Calls what is to be called and no more: our functions and macros want no context."""

    @staticmethod
    def call(
        function: Callable[..., Any],
        *args: Any,
        _loop_vars: object = None,
        _block_vars: object = None,
        **kwargs: Any,
    ) -> Any:
        return function(*args, **kwargs)


class QuickEnvironment(Environment):
    """Jinja's environment with the faster escaping, calling and looking up of globals."""

    code_generator_class = _Generator
    context_class = _Context
    escaped = staticmethod(escaped)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return a template's globals: every import looks through them, and a chain is slow."""
        return {**self.globals, **(d or {})}
