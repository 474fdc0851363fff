"""Checks the configuration of a Vault agent: vault.py FILE

It is HCL, its keys are the agent's, and each template gives what its secret holds.
"""

import json
import subprocess
import sys
from pathlib import Path

import hcl2

KEYS = {
    "template_config": {"exit_on_retry_failure", "static_secret_render_interval"},
    "template": {"destination", "contents", "perms", "source", "error_on_missing_key"},
}
SECRET = {"user": "the-user", "key": "the-key", "subscription": "the-subscription"}


def plain(value):
    """A text without the quotation marks that some versions of the parser leave."""
    return value[1:-1] if value.startswith('"') else value


with open(sys.argv[1]) as file:
    configuration = hcl2.load(file)
for block, entries in configuration.items():
    if block.startswith("__"):
        continue
    if block not in KEYS:
        sys.exit(f"{block}: no block of a Vault agent")
    for entry in entries:
        unknown = {name for name in entry if not name.startswith("__")} - KEYS[block]
        if unknown:
            sys.exit(f"{block}: no such key: {', '.join(unknown)}")
        if block == "template":
            contents = plain(entry["contents"]).replace('\\"', '"')
            given = json.dumps({"contents": contents, "secret": SECRET})
            go = ["go", "run", Path(__file__).with_name("template.go")]
            done = subprocess.run(go, input=given, capture_output=True, text=True)
            if done.returncode != 0 or done.stdout not in SECRET.values():
                sys.exit(f"{contents}: {done.stdout or done.stderr}")
