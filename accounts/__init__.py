"""Floor 0: tenants, people, permissions, sessions, audit, the two walls between tenants, and how people are reached."""
