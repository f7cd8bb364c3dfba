"""What a table looks like when it is sent: workbook, CSV, pages. Reads no database."""
