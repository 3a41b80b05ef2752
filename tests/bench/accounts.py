"""What it costs to be let in: the sign-in page, a page of one's own, an access token.

Models are imported within functions: Django is set up only when the addresses of the servers are known.
"""

from importlib import import_module

from django.conf import settings
from django.http import HttpRequest

from tests.bench.registry import bench

_PERSON = "admin@atlas-home.example"


@bench(name="floor.wsgi", unit="req/s", better="higher")
def bare_wsgi(world):
    """The web server with an application that answers b"ok"."""
    return world.rate(world.bare())


@bench(name="accounts.sign_in_page.rps", unit="req/s", better="higher", floor="floor.wsgi", target=0.008)
def sign_in_page(world):
    """The sign-in page, as somebody sees it who was never here."""
    return world.rate(world.page("/sign-in/"))


@bench(name="accounts.today.rps", unit="req/s", better="higher", floor="floor.wsgi", target=0.004)
def today(world):
    """The first page of a person who is signed in and has nothing to do: walls, session, permissions, the whole shell."""
    return world.rate(world.page("/", Cookie=f"{settings.SESSION_COOKIE_NAME}={_browser_session()}"))


@bench(name="accounts.token_check.rps", unit="req/s", better="higher", floor="floor.wsgi", target=0.006)
def token_check(world):
    """An access token, checked against its sign-in in the database; the answer is the list of that one sign-in."""
    return world.rate(world.page("/api/auth/sessions", Authorization=f"Bearer {_access_token()}"))


def _person():
    from accounts.models import User
    from accounts.tenancy import as_operator

    with as_operator("a bench looks its person up"):
        return User.objects.select_related("tenant").get(email=_PERSON)


def _browser_session():
    from accounts.actions.signing_in import sign_in

    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    sign_in(request, _person())
    request.session.save()
    return request.session.session_key


def _access_token():
    """One sign-in, however often the bench has run on this database."""
    from accounts.actions.sessions import begin_session, end_sessions_of
    from accounts.tenancy import in_tenant

    person = _person()
    with in_tenant(person.tenant):
        end_sessions_of(person, reason="bench")
        return begin_session(person, device_name="bench").access
