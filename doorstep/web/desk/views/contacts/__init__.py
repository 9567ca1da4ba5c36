"""The desk's pages of contacts: calls, visits, e-mails and letters."""
