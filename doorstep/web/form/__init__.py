"""Drawing and receiving a form's pages: the same for a resident, for an adviser with a caller, for a crew."""
