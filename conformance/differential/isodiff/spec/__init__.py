"""SPEC.md as plain executable rules: one module for each section, one method for each rule, no SDK in sight.

The rules favour readability over speed and share no code with isoflag. :mod:`isodiff.quirks` overrides single methods
to answer as an SDK of LaunchDarkly does.
"""
