"""What the checks need: installed where that is possible, named where it is not."""

import subprocess
import sys
import venv

from . import ROOT
from .configuration import HCL_PYTHON
from .programs import languages

from language_checks import language

# Of Debian, by the language of the blocks that need them.
PACKAGES = {
    "crontab": ["python3-croniter"],
    "hcl": ["golang-go"],
    "ini": ["systemd", "php8.2-fpm"],
    "python": ["gunicorn", "python3-cffi", "python3-prometheus-client"],
    "tmpfiles": ["systemd"],
    "yaml": ["python3-kubernetes", "python3-yaml"],
}
# From PyPI: Debian has no reader of HCL.
TOOLS = HCL_PYTHON.parents[1]
PYTHON_HCL2 = "python-hcl2==8.1.4"


def install(blocks):
    subprocess.run([ROOT / "scripts/deps.sh"], check=True)
    kinds = {block.language for block in blocks}
    language.install_packages(sorted({name for kind in kinds for name in PACKAGES.get(kind, [])}))
    language.install(languages(blocks))
    if "hcl" in kinds and not (TOOLS / "installed").exists():
        venv.create(TOOLS, with_pip=True, clear=True)
        pip = [HCL_PYTHON, "-m", "pip", "install", "--quiet", PYTHON_HCL2]
        if subprocess.run(pip).returncode != 0:
            sys.exit(f"the checks of the documentation need {PYTHON_HCL2} from PyPI")
        (TOOLS / "installed").touch()
