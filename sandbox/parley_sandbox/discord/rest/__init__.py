"""REST v10: routes by subject, one desk that applies Discord's gates to all of them, and the thin wire."""
