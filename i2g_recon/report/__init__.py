"""Values in, workbook, HTML and charts out."""
