"""The JSON API: services, cases, properties and their collections; its errors are problem+json (RFC 9457)."""
