"""Which models of accounts leave a row in the activity log when a person changes them."""

from accounts.audit import tracked
from accounts.models import MessageTemplate, NotificationPreference, OptOut, Tenant, User

tracked(name="tenant")(Tenant)
tracked(name="user", ignored=("availability_status",))(User)
tracked(name="message_template")(MessageTemplate)
tracked(name="notification_preference")(NotificationPreference)
tracked(name="opt_out")(OptOut)
