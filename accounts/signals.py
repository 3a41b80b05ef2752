"""What accounts tells higher floors."""

from django.dispatch import Signal

# Sent inside the transaction that suspends or resumes a tenant: `tenant`, `actor`.
tenant_status_changed = Signal()
# Sent inside the transaction that sees a refresh token used twice and ends its session: `session`.
refresh_token_reused = Signal()
