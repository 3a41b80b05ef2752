"""A program that calls the API of orders in a person's name."""

from django.test import Client

from accounts.actions import sessions
from accounts.tenancy import as_operator, in_tenant


class Caller:
    """Sends JSON with the person's token; `get`, `post`, `patch` and `delete` give the answer."""

    def __init__(self, person):
        with in_tenant(person.tenant) if person.tenant else as_operator("a test signs a device in"):
            token = sessions.begin_session(person, device_name="a test").access
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path, query=None, **headers):
        return self.client.get(f"/api/{path}", query, headers=headers)

    def post(self, path, body=None, **headers):
        return self.client.post(f"/api/{path}", {} if body is None else body, content_type="application/json", headers=headers)

    def patch(self, path, body, **headers):
        return self.client.patch(f"/api/{path}", body, content_type="application/json", headers=headers)

    def delete(self, path):
        return self.client.delete(f"/api/{path}")


def refused(answer, status, code, field=None):
    """The body of a problem with this code, on this field."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body.get("field")) == (code, field), body
    assert body["detail"]
    return body


def good(answer, status=200):
    """The body of an answer that went well."""
    assert answer.status_code == status, answer.content.decode()
    return answer.json()
