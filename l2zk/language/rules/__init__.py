"""What is refused of a definition: of one call to the builder, of the whole, and what nothing would hold."""
