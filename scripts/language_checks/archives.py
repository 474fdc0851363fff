"""Archives in the form of zip that have nothing of the time and the machine of a build in them."""

import zipfile


def write(path, files):
    """`files` are pairs of a name and what it holds, text or bytes, in their order."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name)  # of the year 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


def tree(folder, prefix=""):
    """The files below a folder, for `write`."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield prefix + file.relative_to(folder).as_posix(), file.read_bytes()
