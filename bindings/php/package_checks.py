"""Rows about PHP's ways to load the package: FFI for all or for preloaded files, and what stops it."""

import os

# As PHP-FPM is started on servers: by root, with workers of another user.
USER = ["--user", "www-data"] if os.geteuid() == 0 else []
FAILURE = """\
require 'vendor/autoload.php';
try {
    new Momo\\Client();
} catch (RuntimeException $exception) {
    echo json_encode(['message' => $exception->getMessage()]);
}
"""


def rows(package):
    preload = ["--preload", str(package / "momo.php")]
    four = {"pages": 1000, "workers": 4, "tokens": 4}
    yield fpm("php-fpm", [], four, 4)
    yield fpm("php-fpm preload", preload, four, 4)
    yield fpm("php-fpm one cache", [*preload, "--shared-cache"], four | {"tokens": 1}, 1)
    reloaded = {"workers": 8, "tokens": 8, "waited": 0}
    yield fpm("php-fpm reload", [*preload, "--seconds", "4", "--reload"], reloaded, 8)
    stale = {"workers": 4, "tokens": 20, "waited": 0}
    yield fpm("php-fpm stale", [*preload, "--seconds", "26"], stale, 20, "/lifetime-8")
    jit = {"opcache.enable_cli": "1", "opcache.jit": "tracing", "opcache.jit_buffer_size": "32M"}
    yield {
        "name": "JIT",
        "command": ["php", *settings(jit), "exercise.php", "loop", "20000"],
        "expect": {"gets": 20000, "growth_kib": {"max": 1024}},
        "requests": 1,
    }
    off = ["php", *settings({"ffi.enable": "false"})]
    yield failure("FFI is off", off, "ffi.enable=true, or opcache.preload=/")
    other = ["setarch", "i686", "php"]
    yield failure("no library for a platform", other, "Put libmomo.so.0 for i686-linux-gnu")


def fpm(name, options, expected, requests, path=""):
    return {
        "name": name,
        "command": ["python3", "fpm.py", *USER, *options],
        "path": "/delay-300" + path,
        "expect": expected,
        "requests": requests,
    }


def settings(values):
    return [word for name, value in values.items() for word in ("-d", f"{name}={value}")]


def failure(name, php, message):
    command = [*php, "-r", FAILURE]
    return {"name": name, "command": command, "expect": {"message": {"match": message}}, "requests": 0}
