"""What stands where on a test page: lines, boxes, tables, single digits, and things that are no digits."""
