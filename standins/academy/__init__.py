"""A stand-in for a benefits system that is read live: one record by its claim's reference, with two headers.

The shape is that of public code of councils that show Academy's claims to their own programs; sums and addresses are in
it, as they would be, so that tests see that nobody takes them.
"""
