"""The tokens API."""

from django.urls import path

from accounts import api

app_name = "accounts-api"
urlpatterns = [
    path("auth/token", api.TokenView.as_view(), name="token"),
    path("auth/refresh", api.RefreshView.as_view(), name="refresh"),
    path("auth/logout", api.LogoutView.as_view(), name="logout"),
    path("auth/sessions", api.SessionsView.as_view(), name="sessions"),
    path("auth/sessions/<uuid:session_id>", api.SessionView.as_view(), name="session"),
]
