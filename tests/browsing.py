"""A signed-in browser for tests, without the sign-in page."""

from django.test import Client

from accounts.tenancy import as_operator, in_tenant


def browser_of(person, **defaults):
    """A browser in which `person` has signed in, without a second factor."""
    client = Client(**defaults)
    with in_tenant(person.tenant) if person.tenant else as_operator("a test signs an operator in"):
        client.force_login(person, backend="accounts.backends.PeopleBackend")
    session = client.session
    session["second_factor"] = "none"
    session.save()
    return client
