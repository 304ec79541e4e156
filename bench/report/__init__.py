"""From what was measured to what is read: tables, a JSON file and two plots."""
