"""Commands that have to succeed."""

import subprocess

from language_checks.checks import Failed


def run(command, folder, environment=None):
    """What it printed; where it fails, a Failed says why."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
