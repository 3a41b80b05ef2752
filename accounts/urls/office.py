"""The activity log, the settings, and the platform operator's pages."""

from django.urls import path

from accounts.pages import activity, settings, tenants

urlpatterns = [
    path("activity/", activity.ActivityPage.as_view(), name="activity"),
    path("activity/export.<slug:ending>", activity.ActivityExport.as_view(), name="activity-export"),
    path("settings/", settings.SettingsPage.as_view(), name="settings"),
    path("platform/tenants/", tenants.TenantsPage.as_view(), name="tenants"),
    path("platform/tenants/new/", tenants.OpenTenant.as_view(), name="open-tenant"),
    path("platform/tenants/<uuid:tenant_id>/", tenants.TenantPage.as_view(), name="tenant"),
    path("platform/tenants/<uuid:tenant_id>/suspend/", tenants.SuspendTenant.as_view(), name="suspend-tenant"),
    path("platform/tenants/<uuid:tenant_id>/resume/", tenants.ResumeTenant.as_view(), name="resume-tenant"),
    path("platform/tenants/<uuid:tenant_id>/fees/", tenants.TenantFees.as_view(), name="tenant-fees"),
    path("platform/tenants/<uuid:tenant_id>/people/<uuid:person_id>/act-as/", tenants.ActAs.as_view(), name="act-as"),
    path("act-as/stop/", tenants.StopActing.as_view(), name="stop-acting"),
]
