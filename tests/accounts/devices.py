"""A phone or a program that calls the API, as tests hold one."""

import time

from django.test import Client
from django_otp.oath import TOTP

from accounts.models import Session, TotpDevice
from accounts.second_factor import new_key
from accounts.tenancy import as_operator
from tests.factories.accounts import PASSWORD


class Device:
    """Signs in, keeps its tokens, and sends them with each call."""

    def __init__(self):
        self.client = Client()
        self.tokens = {}

    def sign_in(self, person, *, password=PASSWORD, **more):
        email = person if isinstance(person, str) else person.email
        return self._kept(self.post("token", {"email": email, "password": password, **more}))

    def refresh(self, token=None):
        return self._kept(self.post("refresh", {"refresh": token or self.tokens["refresh"]}))

    def sign_out(self, token=None):
        return self.post("logout", {"refresh": token or self.tokens["refresh"]})

    def sessions(self, **query):
        return self.client.get("/api/auth/sessions", query, headers=self.bearer)

    def end(self, session_id):
        return self.client.delete(f"/api/auth/sessions/{session_id}", headers=self.bearer)

    def post(self, name, body, **headers):
        return self.client.post(f"/api/auth/{name}", body, content_type="application/json", headers=headers)

    @property
    def bearer(self):
        return {"Authorization": f"Bearer {self.tokens['access']}"} if self.tokens else {}

    def _kept(self, answer):
        if answer.status_code < 300:
            self.tokens = answer.json()
        return answer


def signed_in(person, **more):
    """A device in which the person has just signed in."""
    device = Device()
    answer = device.sign_in(person, **more)
    assert answer.status_code == 201, answer.content
    return device


def second_factor_of(person):
    """Set up an authenticator app; gives the function that reads its present code."""
    key = new_key()
    with as_operator("a test sets a second factor up"):
        TotpDevice.objects.create(user=person, tenant=person.tenant, key=key, confirmed=True)

    def code():
        totp = TOTP(bytes.fromhex(key), step=30)
        totp.time = time.time()
        return f"{totp.token():06d}"

    return code


def problem(answer, status, code):
    """The body of a problem, after a look at what every problem has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer["X-Request-Id"]
    return body


def everything(model):
    """Every row of a table as plain values, across tenants."""
    with as_operator("a test compares what is there"):
        return list(model.objects.order_by("pk").values())


def only_session(person):
    with as_operator("a test looks"):
        return Session.objects.get(user=person)


def change_sign_ins(person, **columns):
    """Change a person's sign-ins as time or somebody else would."""
    with as_operator("a test moves time"):
        Session.objects.filter(user=person).update(**columns)
