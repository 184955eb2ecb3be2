"""The faster escaping says what MarkupSafe says, and a dot in a template is a dot in Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from site_builder.escaping import QuickEnvironment, escaped

VALUES = st.one_of(
    st.text(alphabet="办<>&'\" a"), st.text(), st.integers(), st.none(), st.text().map(Markup)
)


@given(VALUES)
def test_escaped_is_escape(value: object) -> None:
    """Whatever a template puts out, the text is the same."""
    assert str(escaped(value)) == str(escape(value))


@given(st.text(alphabet="办<>&'\" a", min_size=1))
def test_a_template_escapes_once(text: str) -> None:
    """A text with signs comes out escaped, from a macro, too, and never twice."""
    source = "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{{ m(t) }}{{ t }}{{ t ~ 1 }}"
    page = QuickEnvironment(autoescape=True).from_string(source).render(t=text)
    assert page == f"<b>{escape(text)}</b>{escape(text)}{escape(text)}1"


def test_a_dot_asks_for_an_attribute_and_nothing_else() -> None:
    """A key that is asked for like an attribute is a mistake, and it is named."""
    template = QuickEnvironment().from_string("{{ t.real }}")
    assert template.render(t=7) == "7"
    with pytest.raises(AttributeError, match="real"):
        template.render(t={"real": 7})
