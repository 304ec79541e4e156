"""The environment that template.yaml gives the function."""

import os

os.environ.update(
    APPCONFIG_APPLICATION="shop",
    APPCONFIG_ENVIRONMENT="live",
    APPCONFIG_PROFILE="flags",
    FLAGS_TABLE="",
    SPA_ORIGIN="https://shop.example",
)
