"""What is known of household medicines, apart from the box: the reader loads it, and no more."""
