"""What people see: text that fits a terminal, HTML for notebooks, pictures. It is given texts and numbers alone."""
