<?php

/**
 * Access tokens for MTN Mobile Money, through libmomo.
 *
 * Make a client per request as you like: it takes well under a millisecond, and the token is the
 * process's, so that a worker of PHP-FPM asks for one only if the last has come to its end.
 */

declare(strict_types=1);

namespace Momo;

use FFI;
use FFI\CData;

require_once __DIR__ . '/momo_library.php';

/** The numbers of momo_status; momo.h explains each. A newer library may have more. */
final class Status
{
    public const OK = 0, INVALID_ARGUMENT = 1, INVALID_CONFIG = 2;
    public const RESOLVE_FAILED = 10, CONNECT_FAILED = 11, TLS_FAILED = 12, TIMED_OUT = 13, CONNECTION_LOST = 14;
    public const WOULD_BLOCK = 15, CANCELLED = 16;
    public const UNAUTHORIZED = 20, SUBSCRIPTION_KEY_REFUSED = 21, FORBIDDEN = 22;
    public const RATE_LIMITED = 23, SERVER_ERROR = 24, UNEXPECTED_STATUS = 25, INVALID_RESPONSE = 26;
    public const CACHE_FAILED = 30, INTERNAL = 99;
}

/** Where the current token came from. */
final class TokenOrigin
{
    public const NONE = 0, GATEWAY = 1, DIRECTORY = 2, REDIS = 3;
}

/** Why there is no token; the message says what failed and what to do. */
final class MomoException extends \RuntimeException
{
    public readonly string $statusName; // 'MOMO_UNAUTHORIZED'

    public function __construct(
        public readonly int $status, // a Status; getCode() is the same
        string $message = '',
        public readonly int $httpStatus = 0, // 0 if there was no response
        public readonly string $errorCode = '', // the gateway's own, or a firewall's support ID
        public readonly string $body = '',
        public readonly int $retryAfterMs = -1, // -1 if no time is known
    ) {
        parent::__construct($message, $status);
        $this->statusName = Library::get()->momo_status_name($status);
    }
}

/**
 * @property-read string $accessToken
 * @property-read string $authorization the value of the header to send
 */
final readonly class Token
{
    private \SensitiveParameterValue $secrets; // which PHP neither prints nor serializes

    public function __construct(
        #[\SensitiveParameter] string $accessToken,
        public string $tokenType = 'access_token',
        #[\SensitiveParameter] ?string $authorization = null,
        public int $expiresIn = 0, // seconds left, 0 if that is not known
        public int $expiresAt = 0, // Unix time in seconds, 0 if that is not known
        public int $lifetime = 0,
        public int $refreshStatus = 0, // why the last refresh failed, 0 if none did
        public int $refreshIn = -1, // seconds until one is due, 0 if it is, -1 if none is
    ) {
        $authorization ??= "Bearer $accessToken";
        $this->secrets = new \SensitiveParameterValue(compact('accessToken', 'authorization'));
    }

    public function __get(string $name): string
    {
        return $this->secrets->getValue()[$name] ?? throw new \Error("a token has no property $name");
    }

    public function __isset(string $name): bool
    {
        return isset($this->secrets->getValue()[$name]);
    }
}

/** An option as a client uses it; momo.h explains each member. */
final readonly class Option
{
    public function __construct(
        public string $name, public string $value, public string $source, public string $warning,
    ) {}
}

/** What a client's token cost: counters, times, a Status and a TokenOrigin; momo.h explains each. */
final readonly class Stats
{
    public function __construct(
        public int $requests, public int $tokensIssued, public int $networkFailures,
        public int $credentialFailures, public int $rateLimitFailures, public int $serverFailures,
        public int $responseFailures, public int $retries, public int $refreshes,
        public int $failedRefreshes, public int $waits, public int $longestWaitMs,
        public int $invalidations, public int $lastRequestMs, public int $lastFailureStatus,
        public int $lastFailureAt, public int $tokenExpiresIn, public int $cooldownMs,
        public int $tokensAdopted, public int $tokenOrigin,
    ) {}
}

final class Client
{
    private const LEVELS = [1 => 'error', 'warning', 'info', 'debug']; // PSR-3's, by libmomo's number

    private ?CData $handle = null;

    /**
     * Options come from MOMO_… in the environment (unless $environment is false), then from here,
     * by the names in docs/options.md: new Client(['api_key_file' => '/run/secrets/momo']).
     *
     * $logger is called with one of PSR-3's levels and a line: $psrLogger->log(...). It must not
     * call exit, which cannot pass through C; what it throws is caught.
     */
    public function __construct(
        #[\SensitiveParameter] array $options = [],
        bool $environment = true,
        ?callable $logger = null,
        string $logLevel = 'info',
    ) {
        $library = Library::get();
        $config = $library->momo_create_config();
        try {
            if ($environment) {
                Library::call('momo_set_options_from_env', $config);
            }
            foreach ($options as $name => $value) {
                Library::call('momo_set_option', $config, Library::text((string) $name), self::option($name, $value));
            }
            if ($logger !== null) {
                $level = array_search($logLevel, self::LEVELS, true)
                    ?: throw new \ValueError('logLevel is one of ' . implode(', ', self::LEVELS) . ", not $logLevel");
                Library::call('momo_set_logger', $config, self::callback($logger), null, null, $level);
            }
            $client = $library->new('momo_client *');
            Library::call('momo_create_client', $config, FFI::addr($client));
            $this->handle = $client;
        } finally {
            $library->momo_free_config($config);
        }
    }

    public function __destruct()
    {
        Library::get()->momo_free_client($this->handle);
    }

    /** A copy would free the same client again. */
    private function __clone() {}

    /**
     * A token that is good now: call it before each payment. $timeout: seconds. 0 never waits:
     * if no token is at hand it throws, and one is asked for in the background.
     */
    public function getToken(?float $timeout = null): Token
    {
        return $this->token('momo_get_token', $timeout);
    }

    /** A new token from the gateway, at every call. */
    public function createToken(?float $timeout = null): Token
    {
        return $this->token('momo_create_token', $timeout);
    }

    /** Tells that the gateway refused this token, or this text, so that it is not handed out again. */
    public function invalidateToken(#[\SensitiveParameter] Token|string $token): void
    {
        $accessToken = $token instanceof Token ? $token->accessToken : $token;
        Library::call('momo_invalidate_token', $this->handle, Library::text($accessToken));
    }

    /** @return Option[] every option as it is used; of a credential the value is the length */
    public function options(): array
    {
        $copy = function (CData $o): array {
            for ($all = []; $o !== null; $o = $o->next) {
                $all[] = new Option($o->name, $o->value, $o->source, $o->warning);
            }
            return $all;
        };
        return $this->taken('option', 'momo_get_options', 'momo_free_options', $copy);
    }

    /** The counters, for monitoring; asks nothing of the gateway. They are those of this process. */
    public function stats(): Stats
    {
        $names = array_column((new \ReflectionClass(Stats::class))->getProperties(), 'name');
        $inC = preg_replace_callback('/[A-Z]/', fn (array $at) => '_' . strtolower($at[0]), $names);
        $copy = fn (CData $s) => new Stats(...array_map(fn (string $name) => $s->$name, $inC));
        return $this->taken('stats', 'momo_get_stats', 'momo_free_stats', $copy);
    }

    /** Forgets and wipes every token that this process holds. */
    public static function clearCache(): void
    {
        Library::get()->momo_clear_cache();
    }

    public static function version(): string
    {
        return Library::get()->momo_version();
    }

    private function token(string $get, ?float $timeout): Token
    {
        $copy = fn (CData $t): Token => new Token(
            ...[$t->access_token, $t->token_type, $t->authorization],
            ...[$t->expires_in, $t->expires_at, $t->lifetime, $t->refresh_status, $t->refresh_in],
        );
        return $this->taken('token', $get, 'momo_free_token', $copy, self::milliseconds($timeout));
    }

    /** Copies what a function hands out, and frees it. */
    private function taken(string $type, string $get, string $free, callable $copy, ...$ms): mixed
    {
        $library = Library::get();
        $given = $library->new("momo_$type *");
        Library::call($get, $this->handle, ...$ms, ...[FFI::addr($given)]);
        try {
            return $copy($given);
        } finally {
            $library->$free($given);
        }
    }

    private static function callback(callable $logger): \Closure
    {
        return static function (?CData $userData, int $level, string $line) use ($logger): void {
            try {
                $logger(self::LEVELS[$level], $line);
            } catch (\Throwable $thrown) {
                // It would be fatal if it passed into C.
                error_log('momo: the logger failed: ' . $thrown->getMessage());
            }
        };
    }

    /** What is absent must not become a credential: getenv() has false, and null becomes a text, too. */
    private static function option(string|int $name, #[\SensitiveParameter] mixed $value): string
    {
        if (!is_string($value) && !is_int($value) && !is_float($value) && !$value instanceof \Stringable) {
            throw new \TypeError("the option $name is a string or a number, not " . get_debug_type($value));
        }
        return Library::text((string) $value);
    }

    private static function milliseconds(?float $timeout): int
    {
        if ($timeout !== null && !($timeout >= 0)) {
            throw new \ValueError("the timeout is a number of seconds, and not negative: $timeout");
        }
        // Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is
        // the longest that the library takes.
        return $timeout === null ? -1 : (int) ceil(min($timeout, 86400) * 1000);
    }
}
