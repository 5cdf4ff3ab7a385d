"""Numbers, times and text of any origin as people read them, for every kind of output."""
