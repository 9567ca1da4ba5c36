"""Sums in whole pence: as a ledger reads them, and the VAT that is in them."""


def plain(pence: int) -> str:
    """Return a sum as a ledger reads it, such as "-1234.50"."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def vat_in(pence: int, rate: int) -> int:
    """Return the VAT in a sum that includes it, at a rate in basis points (2000 is 20 %), half up."""
    return (2 * pence * rate + 10000 + rate) // (2 * (10000 + rate))


def pence_of(text: str) -> int | None:
    """Return the pence that someone typed as pounds ("12.50", "£12"); nothing when it is no sum."""
    whole, _, part = text.strip().removeprefix("£").replace(",", "").partition(".")
    digits = whole.isascii() and whole.isdecimal() and len(whole) <= 7
    if not digits or len(part) > 2 or (part and not (part.isascii() and part.isdecimal())):
        return None
    return int(whole) * 100 + int(part.ljust(2, "0"))
