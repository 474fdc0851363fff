"""One check: a program run, and what it said held against what is expected."""

import json
import os
import re
import signal
import subprocess
import sys

from . import ROOT

# A shell starts what runs in the background with SIGINT ignored, and so would be the programs of
# which some interrupt themselves.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Under valgrind a program is some thirty times slower, and one lost block is enough to tell.
FEWER_UNDER_TOOL = 100

SECONDS = 60
SLOW_SECONDS = 600


class Failed(Exception):
    pass


class Results(dict):
    """What was checked, by its name: None if it passed, else what went wrong."""

    def check(self, name, call):
        """What the call returns, or None; whether it passed is in the results."""
        try:
            done = call()
        except Failed as failure:
            self[name] = str(failure)
            return None
        self[name] = None
        return done

    def failed(self):
        return {name: why for name, why in self.items() if why is not None}

    def tell(self, title):
        """Prints how many passed, and why others did not. Whether each passed."""
        failed = self.failed()
        print(f"{title}: {len(self) - len(failed)} passed, {len(failed)} failed")
        for name, why in failed.items():
            print(f"  {name}: {why.rstrip()}".replace("\n", "\n    "))
        sys.stdout.flush()
        return [why is None for why in self.values()]


def closing_line(passed, failed):
    """Prints the last line of each script that checks. Its exit status."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def run(command, folder, environment, seconds=SECONDS, text=None, stderr=subprocess.PIPE):
    """Exit code, standard output, standard error; `text` is what it reads."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from None
    try:
        outputs = process.communicate(text and text.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its children too
        texts = b"\n".join(filter(None, process.communicate())).decode(errors="replace")
        raise Failed(f"{command} had not ended after {seconds} s\n{texts}") from None
    try:
        return process.returncode, *((output or b"").decode() for output in outputs)
    except UnicodeDecodeError as error:
        raise Failed(f"not UTF-8: {error}") from None


def succeed(command, folder, environment=None, seconds=SLOW_SECONDS, **streams):
    """Standard output of a command that has to succeed."""
    command = [str(word) for word in command]
    code, out, err = run(command, folder, environment, seconds, **streams)
    if code != 0:
        raise Failed(f"{' '.join(command)}: exit code {code}\n{out}{err}")
    return out


def build(language):
    environment = language.environment(build=True)
    for command in language.get("build", []):
        succeed(["sh", "-ec", command], language.folder, environment)


def scenario(language, gateway, row):
    environment = language.environment() | gateway.environment
    environment["MOMO_BASE_URL"] += row.get("path", "")
    for name, value in row.get("env", {}).items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    program = row.get("command") or language.get(row.get("program", "exercise"))
    program = [*program, *row.get("args", [])]
    if "leak" in row:
        program, row = looking_for_leaks(language, program, row)
    program = language.expand(program)

    gateway.reset()
    code, out, err = run(program, language.folder, environment, row.get("seconds", SECONDS))
    requests = gateway.requests()

    said = f"\nstdout: {out}\nstderr: {err}"
    expected_code = row.get("exit", 0)
    if code != expected_code:
        raise Failed(f"exit code {code}, expected {expected_code}{said}")
    # A result on one stream leaves the other to those who read only that one.
    result, rest = (out, err) if expected_code == 0 else (err, out)
    if row.get("program") == "get_token" and rest:
        raise Failed(f"text on the other stream{said}")
    if any(secret in out + err for secret in gateway.secrets):
        raise Failed(f"a secret in what it printed{said}")
    try:
        found = json.loads(result)
    except ValueError:
        raise Failed(f"not one JSON object{said}") from None
    if row.get("program") == "get_token" and found.keys() != row["expect"].keys():
        raise Failed(f"expected the members {', '.join(row['expect'])}, and no other{said}")
    compare(row["expect"], found, said)
    if "requests" in row and not matches(row["requests"], requests):
        raise Failed(f"{requests} requests at the gateway, expected {row['requests']}{said}")


def looking_for_leaks(language, program, row):
    """The program and the row with $TIMES filled in, under the tool that the language has for leaks."""
    times, tool, expected = row["leak"], language.get("leak"), dict(row["expect"])
    if tool:
        # Another tool's memory grows as it likes; its exit code is what counts.
        expected.pop("growth_kib", None)
        times //= FEWER_UNDER_TOOL
    words = [str(times) if word == "$TIMES" else word for word in program]
    return [*(tool or ()), *words], row | {"expect": expected, "seconds": SLOW_SECONDS}


def compare(expected, found, said):
    if not isinstance(found, dict) or not found.keys() >= expected.keys():
        raise Failed(f"expected the members {', '.join(expected)}{said}")
    for name, value in expected.items():
        if not matches(value, found[name]):
            raise Failed(f"{name} is {found[name]!r}, expected {value!r}{said}")


def matches(expected, found):
    if isinstance(found, dict):  # how many there were of each: "1 MOMO_CANCELLED, 8 token"
        found = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
    if not isinstance(expected, dict):
        # In Python True is 1; in JSON it is not.
        return type(found) is type(expected) and found == expected
    number = type(found) is int
    tests = {
        "min": lambda limit: number and found >= limit,
        "max": lambda limit: number and found <= limit,
        "one_of": lambda values: found in values,
        "present": lambda _: found not in ("", None),
        "match": lambda pattern: isinstance(found, str) and re.search(pattern, found),
    }
    return all(tests[name](value) for name, value in expected.items())


def readme(language):
    text = (language.folder / "README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    if len(blocks) != 1:
        raise Failed(f"README.md has {len(blocks)} blocks of sh, expected one")
    # What a newcomer has: none of the variables that the other checks set.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MOMO_") and name != "LD_LIBRARY_PATH"
    }
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    code, out, err = run(["sh", "-ec", blocks[0]], ROOT, environment, SLOW_SECONDS)
    said = f"\nstdout: {out}\nstderr: {err}"
    if code != 0:
        raise Failed(f"exit code {code}{said}")
    try:
        token = json.loads(out.splitlines()[-1])["access_token"]
    except (IndexError, KeyError, TypeError, ValueError):
        token = ""
    if not token:
        raise Failed(f"the last line is no token{said}")
