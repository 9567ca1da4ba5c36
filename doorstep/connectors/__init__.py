"""Back doors: our code for outside systems, one file each."""
