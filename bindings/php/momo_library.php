<?php

/** What momo.php needs of C: finds the library, calls it, and makes exceptions of its errors. */

declare(strict_types=1);

namespace Momo;

use FFI;

/** @internal */
final class Library
{
    private static ?FFI $library = null;

    public static function get(): FFI
    {
        return self::$library ??= self::load();
    }

    public static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): void
    {
        $library = self::get();
        $error = $library->new('momo_error *');
        $arguments[] = FFI::addr($error);
        if ($library->$function(...$arguments) === $library->MOMO_OK) {
            return;
        }
        try {
            $answer = [$error->http_status, $error->code, $error->body, $error->retry_after_ms];
            throw new MomoException($error->status, $error->message, ...$answer);
        } finally {
            $library->momo_free_error($error);
        }
    }

    public static function text(#[\SensitiveParameter] string $value): string
    {
        if (str_contains($value, "\0")) {
            throw new \ValueError('a string for libmomo holds a NUL'); // C would take what stands before it
        }
        return $value;
    }

    private static function load(): FFI
    {
        if (!extension_loaded('ffi')) {
            throw new \RuntimeException("PHP's extension ffi is not loaded: install it, or enable it in php.ini");
        }
        $name = PHP_OS_FAMILY === 'Windows' ? 'momo.dll' : 'libmomo.so.0';
        try {
            $platform = self::platform();
            $beside = self::first([__DIR__ . "/lib/$platform/$name", __DIR__ . "/$name"]);
            return FFI::cdef(self::header(), self::environment('LIBMOMO_PATH') ?? $beside ?? $name);
        } catch (FFI\Exception $exception) {
            $advice = str_contains($exception->getMessage(), 'ffi.enable')
                ? 'In php.ini say ffi.enable=true, or opcache.preload=' . __DIR__ . '/momo.php'
                : "Put $name for $platform beside " . __FILE__ . ', or correct LIBMOMO_PATH';
            throw new \RuntimeException("libmomo cannot be loaded: {$exception->getMessage()}. $advice", 0, $exception);
        }
    }

    private static function header(): string
    {
        $include = self::environment('LIBMOMO_INCLUDE');
        $folders = $include !== null ? [$include] : [__DIR__, '/usr/local/include', '/usr/include'];
        $headers = array_map(fn (string $folder): string => "$folder/momo_ffi.h", $folders);
        return file_get_contents(self::first($headers) ?? throw new \RuntimeException(
            'no file ' . implode(', ', $headers) . ': where is it? Set LIBMOMO_INCLUDE',
        ));
    }

    /** @param string[] $paths */
    private static function first(array $paths): ?string
    {
        foreach ($paths as $path) {
            if (is_file($path)) {
                return $path; // the others may be outside of open_basedir
            }
        }
        return null;
    }

    /** Hosts disable functions, getenv and php_uname among them. */
    private static function environment(string $name): ?string
    {
        return (function_exists('getenv') ? getenv($name) : $_SERVER[$name] ?? '') ?: null;
    }

    private static function platform(): string
    {
        if (PHP_OS_FAMILY !== 'Linux') {
            return 'x86_64-' . strtolower(PHP_OS_FAMILY);
        }
        $libc = FFI::cdef('int uname(char *);');
        $names = $libc->new('char[390]');
        $libc->uname($names);
        $machine = FFI::string($names + 4 * 65); // the fifth name
        try {
            FFI::cdef('const char *gnu_get_libc_version(void);'); // a function that glibc alone has
            return "$machine-linux-gnu";
        } catch (FFI\Exception) {
            return "$machine-linux-musl";
        }
    }
}
