"""The addresses of notifications and messages."""

from django.urls import path

from accounts.pages import message_words, messages, notifications

urlpatterns = [
    path("notifications/", notifications.Notifications.as_view(), name="notifications"),
    path("notifications/bell/", notifications.Bell.as_view(), name="bell"),
    path("notifications/read/", notifications.ReadNotifications.as_view(), name="notifications-read"),
    path("notifications/<uuid:notification_id>/", notifications.OpenNotification.as_view(), name="notification"),
    path("me/notifications/", notifications.Wishes.as_view(), name="me-notifications"),
    path("messages/", messages.Outbox.as_view(), name="messages"),
    path("messages/<uuid:message_id>/", messages.OneMessage.as_view(), name="message"),
    path("messages/<uuid:message_id>/retry/", messages.RetryMessage.as_view(), name="message-retry"),
    path("messages/templates/", message_words.Templates.as_view(), name="message-templates"),
    path("messages/templates/<slug:key>/<slug:channel>/", message_words.EditTemplate.as_view(), name="message-template"),
    path(
        "messages/templates/<slug:key>/<slug:channel>/preview/<slug:language>/",
        message_words.PreviewTemplate.as_view(),
        name="message-template-preview",
    ),
]
