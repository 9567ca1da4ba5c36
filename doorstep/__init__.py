"""Doorstep: the customer-experience platform of a district council."""
