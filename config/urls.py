"""Every address, app by app."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.pages.me import LanguageChoice

urlpatterns = [
    path("", include("base.urls")),
    path("", include("accounts.urls")),
    path("language/", LanguageChoice.as_view(), name="set_language"),
    path("api/", include("accounts.urls.api")),
    path("api/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("admin/", admin.site.urls),
]

handler400 = "base.pages.bad_request"
handler403 = "base.pages.forbidden"
handler404 = "base.pages.not_found"
handler500 = "base.pages.failed"
