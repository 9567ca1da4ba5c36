"""What all front doors share: page frame, question templates, error pages, limits."""
