"""Any Python 3, but one platform: hatchling would take Python's own tags or none."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformTag(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['LIBMOMO_WHEEL_PLATFORM']}"
