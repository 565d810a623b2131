"""Rules: the checks that refuse a wrong definition, of one call to the builder, of the whole, and of unpinned cells."""
