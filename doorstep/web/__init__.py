"""Front doors: HTTP only. Read the request, call one action or query, draw the answer."""
