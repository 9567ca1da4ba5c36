"""Cases: the worklist, one case, a caller's form, where a case belongs, what anyone may see of it."""
