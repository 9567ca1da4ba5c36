"""Sums in whole pence: as a ledger reads them, and the VAT that is in them."""


def plain(pence: int) -> str:
    """Return a sum as a ledger reads it, such as "-1234.50"."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def vat_in(pence: int, rate: int) -> int:
    """Return the VAT in a sum that includes it, at a rate in basis points (2000 is 20 %), half up."""
    return (2 * pence * rate + 10000 + rate) // (2 * (10000 + rate))
