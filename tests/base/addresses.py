"""Pages and endpoints that tests of the floor below every app call. Used with `pytest.mark.urls`."""

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpResponse
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from base import context
from base.errors import DomainError, Invalid, NotAllowed, TooMany
from base.pages import Page
from config import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

ERRORS = {
    "taken": lambda: DomainError("illegal_transition", "It is delivered already.", extra={"from": "delivered", "allowed": []}),
    "invalid": lambda: Invalid("bad_zone", "No such time zone.", "timezone"),
    "denied": lambda: NotAllowed("permission_missing", "You lack orders.edit."),
    "often": lambda: TooMany("throttled", "Wait a moment.", retry_after=30),
    "missing": Http404,
    "forbidden": PermissionDenied,
    "signed-out": exceptions.NotAuthenticated,
    "nested": lambda: exceptions.ValidationError({"lines": [{}, {"quantity": ["Too many."]}], "non_field_errors": ["Empty."]}),
    "model": lambda: DjangoValidationError({"email": [DjangoValidationError("Taken already.", code="unique")]}),
    "clash": lambda: DomainError("clash", "Twice.", extra={"status": "odd", "code": "odd", "headers": "odd", "template": "odd"}),
    "broken": lambda: RuntimeError("the password is hunter2"),
}


def error_of(kind):
    return ERRORS[kind]()


class Line(serializers.Serializer):
    quantity = serializers.IntegerField(max_value=5)


class Order(serializers.Serializer):
    lines = Line(many=True)


class Open(APIView):
    authentication_classes = ()
    permission_classes = ()
    permission = None


class Echo(Open):
    def post(self, request):
        return Response(request.data)


class Orders(Open):
    def post(self, request):
        Order(data=request.data).is_valid(raise_exception=True)
        return Response({})


class Failing(Open):
    def get(self, request, kind):
        raise error_of(kind)


class FailingPage(Page):
    permission = None
    public = True

    def get(self, request, kind):
        raise error_of(kind)

    post = get


class WhoAmI(Page):
    permission = None
    public = True

    def get(self, request):
        known = context.current()
        return HttpResponse(f"{known.request_id}|{known.ip}|{known.user_agent}")

    def post(self, request):
        return HttpResponse(str(len(request.body)))


class Closed(Page):
    permission = "orders.view"

    def get(self, request):
        return HttpResponse("inside")


urlpatterns = [
    path("api/try/echo", Echo.as_view()),
    path("api/try/orders", Orders.as_view()),
    path("api/try/fail/<kind>", Failing.as_view()),
    path("try/fail/<kind>/", FailingPage.as_view()),
    path("try/who/", WhoAmI.as_view()),
    path("try/closed/", Closed.as_view()),
    *urls.urlpatterns,
]
