"""The database engine: Django's PostgreSQL backend behind a wall between tenants.

Named in settings as ``ENGINE = "base.postgres"``. See `wall` for what a statement may see.
"""
