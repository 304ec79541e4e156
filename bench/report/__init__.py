"""Builds the report from measurements: tables, a JSON file and two plots."""
