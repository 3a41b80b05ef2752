from django.urls import path

from base import files, pages

app_name = "base"
urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("files/<str:token>/", files.serve, name="file"),
    path("search/", pages.SearchPage.as_view(), name="search"),
    path("theme/", pages.ThemeChoice.as_view(), name="theme"),
    path("styleguide/", pages.Styleguide.as_view(), name="styleguide"),
]
