"""Texts that people write with placeholders, `{{ name }}`, and conditions, `{% if link %}…{% endif %}`; nothing else.

Django's template language without what could read files, call code, loop or load libraries: such a text can only repeat the
values it is given. Values and result are plain text, not HTML.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, ClassVar

from django.template import Context, Engine, Library, TemplateSyntaxError, defaultfilters, defaulttags
from django.template.base import FilterExpression, Lexer, Parser, TokenType, Variable
from django.utils.translation import gettext as _

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST = 5000
"""Characters that a text may have."""
_CONDITIONS = 50

register = Library()
register.tag("if", defaulttags.do_if)
for _name in ("capfirst", "default", "lower", "upper"):
    register.filter(_name, getattr(defaultfilters, _name))


class _Engine(Engine):
    """Knows the tag and the filters of this file only, and loads no file."""

    default_builtins: ClassVar[list[str]] = [__name__]


class _Parser(Parser):
    """Keeps every expression that it meets, also those inside conditions."""

    def __init__(self, text: str) -> None:
        tokens = Lexer(text).tokenize()
        if sum(token.token_type is TokenType.BLOCK for token in tokens) > 2 * _CONDITIONS:
            raise TemplateSyntaxError(_("more than %(limit)d conditions") % {"limit": _CONDITIONS})
        super().__init__(tokens, {}, _engine().template_builtins)
        self.expressions: list[FilterExpression] = []

    def compile_filter(self, token: str) -> FilterExpression:
        expression = super().compile_filter(token)
        self.expressions.append(expression)
        return expression


@cache
def _engine() -> Engine:
    return _Engine(loaders=[], autoescape=False)


def check(text: str, known: Iterable[str], *, field: str | None = None) -> None:
    """Refuses a text that cannot be read (unreadable_text), is too long, or has a placeholder not in `known` (unknown_variable)."""
    if len(text) > LONGEST:
        raise Invalid("text_too_long", _("Write at most %(limit)d characters.") % {"limit": LONGEST}, field)
    parser = _parsed(text, field)
    known = list(known)
    for name in _names(parser.expressions):
        if name not in known:
            words = {"name": name, "known": ", ".join(known)}
            raise Invalid("unknown_variable", _("There is no “%(name)s” to fill in here. Known: %(known)s.") % words, field)


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; a name without a value leaves nothing. Invalid when the text cannot be read."""
    _parsed(text, None)
    return _engine().from_string(text).render(Context({name: str(value) for name, value in values.items()}, autoescape=False))


def _parsed(text: str, field: str | None) -> _Parser:
    try:
        parser = _Parser(text)
        parser.parse()
    except TemplateSyntaxError as error:
        raise Invalid("unreadable_text", _("This text cannot be read: %(why)s.") % {"why": str(error).rstrip(".")}, field) from error
    return parser


def _names(expressions: Iterable[FilterExpression]) -> Iterator[str]:
    """The name of each placeholder, with its dots: a value is plain text and has no parts."""
    for expression in expressions:
        arguments = [argument for _filter, given in expression.filters for is_name, argument in given if is_name]
        for variable in (expression.var, *arguments):
            if isinstance(variable, Variable) and variable.lookups is not None:
                yield str(variable.var)
