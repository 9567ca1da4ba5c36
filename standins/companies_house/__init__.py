"""A stand-in of Companies House, the register of companies, as its public data API speaks."""
