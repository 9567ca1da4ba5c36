"""The demo's register of companies: every number is somebody's but those that begin with 0000; what ends in 9 was dissolved."""

from doorstep.customers.provider import Registered


class DemoCompanies:
    """Makes companies up, each number the same one each time."""

    def registered(self, number: str) -> Registered:
        """Return the made-up company of a number."""
        if number.startswith("0000"):
            return Registered(found=False)
        return Registered(
            found=True, name=f"EXAMPLE COMPANY {number} LIMITED", active=not number.endswith("9")
        )

    def check(self) -> str:
        """Say that it is made up."""
        return "the demo's companies are made up"
