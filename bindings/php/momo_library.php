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
            throw new MomoException(
                $error->status,
                $library->momo_status_name($error->status),
                $error->http_status,
                $error->code,
                $error->message,
                $error->body,
                $error->retry_after_ms,
            );
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
        $platform = self::platform();
        $name = PHP_OS_FAMILY === 'Windows' ? 'momo.dll' : 'libmomo.so.0';
        $beside = self::first([__DIR__ . "/lib/$platform/$name", __DIR__ . "/$name"]);
        try {
            return FFI::cdef(self::header(), getenv('LIBMOMO_PATH') ?: $beside ?? $name);
        } catch (FFI\Exception $exception) {
            $advice = str_contains($exception->getMessage(), 'ffi.enable')
                ? 'In php.ini say ffi.enable=true, or opcache.preload=' . __DIR__ . '/momo.php'
                : "Put $name for $platform beside " . __FILE__ . ', or correct LIBMOMO_PATH';
            throw new \RuntimeException("libmomo cannot be loaded: {$exception->getMessage()}. $advice", 0, $exception);
        }
    }

    private static function header(): string
    {
        $include = getenv('LIBMOMO_INCLUDE');
        $folders = $include !== false ? [$include] : [__DIR__, '/usr/local/include', '/usr/include'];
        $headers = array_map(fn (string $folder): string => "$folder/momo_ffi.h", $folders);
        $header = self::first($headers);
        if ($header === null) {
            throw new \RuntimeException('no file ' . implode(', ', $headers) . ': where is it? Set LIBMOMO_INCLUDE');
        }
        return file_get_contents($header);
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

    /** By the names of the folders in lib/. */
    private static function platform(): string
    {
        $machine = php_uname('m') === 'AMD64' ? 'x86_64' : php_uname('m');
        if (PHP_OS_FAMILY !== 'Linux') {
            return $machine . '-' . strtolower(PHP_OS_FAMILY);
        }
        try {
            FFI::cdef('const char *gnu_get_libc_version(void);'); // a function that glibc alone has
            return "$machine-linux-gnu";
        } catch (FFI\Exception) {
            return "$machine-linux-musl";
        }
    }
}
