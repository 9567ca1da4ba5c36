"""Text as it comes in and goes out: made clean, understood where it was copied, made safe by format. Knows nothing else of ours.

Public: clean, copied, ics, safe, sums, tables, untranslated.
"""
