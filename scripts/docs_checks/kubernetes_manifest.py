"""Checks that each key of a manifest is one of Kubernetes: kubernetes_manifest.py FILE

By the models of the official client (Debian's python3-kubernetes), which know every field.
"""

import re
import sys

import yaml
from kubernetes import client


def check(value, kind, path):
    """`kind` is as the client's models write it: str, list[V1Volume], dict(str, str), V1Pod."""
    if of_list := re.fullmatch(r"list\[(.*)\]", kind):
        if not isinstance(value, list):
            sys.exit(f"{path}: a list is wanted")
        for number, item in enumerate(value):
            check(item, of_list[1], f"{path}[{number}]")
    elif of_dict := re.fullmatch(r"dict\((.*?), (.*)\)", kind):
        for name, item in value.items():
            check(item, of_dict[2], f"{path}.{name}")
    elif hasattr(client, kind):
        model = getattr(client, kind)
        fields = {name: field for field, name in model.attribute_map.items()}
        for name, item in value.items():
            if name not in fields:
                sys.exit(f"{path}.{name}: {kind} has no such field")
            check(item, model.openapi_types[fields[name]], f"{path}.{name}")
    elif not isinstance(value, {"str": str, "int": int, "bool": bool}.get(kind, object)):
        sys.exit(f"{path}: {value!r} is no {kind}")


with open(sys.argv[1]) as file:
    for document in yaml.safe_load_all(file):
        version = document["apiVersion"].rpartition("/")[2]
        check(document, version.capitalize() + document["kind"], document["kind"])
