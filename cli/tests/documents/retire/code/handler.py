"""A handler that evaluates flags."""


def handler(flags, context):
    """Answer by flags; `dark-mode-2` is another flag."""
    if flags.bool_variation("dark-mode", context, False):
        return "dark-mode-2"
    return flags.bool_variation("new-search", context, False)
