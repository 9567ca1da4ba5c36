"""Money: payments, refunds, and ours beside the provider's."""
