"""Every address of Doorstep, as Django knows it: pages, API and admin."""

import re
from dataclasses import dataclass, field
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern


@dataclass(frozen=True)
class Route:
    """`text` as it is written in the URL patterns ("people/<uuid:person_id>/"), and what answers there."""

    text: str
    view: object = field(repr=False)

    @property
    def parameters(self):
        """Names of the parts that vary."""
        return [part.split(">")[0].split(":")[-1] for part in self.text.split("<")[1:]]

    def url(self, values):
        """The address with `values` for its parameters."""
        url = self.text
        for part in self.text.split("<")[1:]:
            spelled = part.split(">")[0]
            url = url.replace(f"<{spelled}>", str(values[spelled.split(":")[-1]]))
        return f"/{url}"

    @property
    def methods(self):
        """What it answers to, apart from HEAD and OPTIONS."""
        if self.is_admin:
            return ["GET", "POST"]
        view_class = getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)
        actions = getattr(self.view, "actions", None)
        if actions:
            return [name.upper() for name in actions]
        if view_class is None:
            return ["GET", "POST"]
        known = ("get", "post", "put", "patch", "delete")
        return [name.upper() for name in known if name in view_class.http_method_names and hasattr(view_class, name)]

    @property
    def is_api(self):
        return self.text.startswith("api/")

    @property
    def is_admin(self):
        return self.text.startswith("admin/")


@cache
def every_route():
    """In the order of the URL patterns."""
    return tuple(_below(get_resolver(), ""))


def _below(resolver, prefix):
    for entry in resolver.url_patterns:
        text = prefix + (str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else _spelled(str(entry.pattern)))
        if isinstance(entry, URLResolver):
            yield from _below(entry, text)
        elif isinstance(entry, URLPattern):
            yield Route(text, entry.callback)


def _spelled(regular_expression):
    """A regular expression of the admin as a route: `^(?P<app_label>auth|accounts)/$` is `<app_label>/`."""
    return re.sub(r"\(\?P(<\w+>).*?\)", r"\1", regular_expression).strip("^$")
