<?php

/** The programs about values, for exercise.php: what is refused, and what PHP prints and sends. */

declare(strict_types=1);

use Momo\Client;
use Momo\MomoException;
use Momo\Status;
use Momo\Token;

/** Mistakes that are not refused with a message that has this in it, and values made without a gateway. */
function misuse(): array
{
    $momo = new Client();
    $token = new Token('abc', expiresIn: 60);
    $mistakes = [
        ['api_key', fn () => new Client(['api_key' => null])],
        ['api_key', fn () => new Client(['api_key' => false])],
        ['api_key', fn () => new Client(['api_key' => []])],
        ['NUL', fn () => new Client(['api_key' => "a\0b"])],
        ['logLevel', fn () => new Client(logger: fn () => null, logLevel: 'warn')],
        ['timeout', fn () => $momo->getToken(-1)],
        ['timeout', fn () => $momo->getToken(NAN)],
        ['timeout', fn () => $momo->getToken('5s')],
        ['Token', fn () => $momo->invalidateToken(null)],
        ['accessToken', fn () => $token->accessToken = 'other'],
    ];
    $accepted = [];
    foreach ($mistakes as [$message, $call]) {
        $said = '';
        try {
            $call();
        } catch (Error $error) {
            $said = $error->getMessage();
        }
        if (!str_contains($said, $message)) {
            $accepted[] = "$message: $said";
        }
    }
    $error = new MomoException(Status::UNAUTHORIZED, 'the key is wrong', httpStatus: 500, errorCode: 'login_failed');
    return [
        'accepted' => $accepted,
        'made' => [$token->authorization, $token->expiresIn],
        'error' => [$error->statusName, $error->httpStatus, $error->errorCode, $error->retryAfterMs, $error->getMessage()],
        'version' => Client::version(),
    ];
}

/** The ways that PHP has to write a token or a key down, and those that wrote it. */
function secrets(): array
{
    ini_set('zend.exception_ignore_args', '0');
    $momo = new Client();
    $token = $momo->getToken();
    $printed = function (callable $print): string {
        ob_start();
        $print();
        return ob_get_clean();
    };
    $traced = function (callable $call): string {
        try {
            $call();
        } catch (Throwable $thrown) {
            $ours = fn (array $frame): bool => str_starts_with($frame['class'] ?? '', 'Momo');
            return $thrown . print_r(array_filter($thrown->getTrace(), $ours), true);
        }
        return '';
    };
    $key = getenv('MOMO_API_KEY');
    $ways = [
        'var_dump' => fn ($value) => $printed(fn () => var_dump([$value])),
        'print_r' => fn ($value) => print_r([$value], true),
        'var_export' => fn ($value) => var_export([$value], true),
        'serialize' => fn ($value) => serialize([$value]),
        'json_encode' => fn ($value) => json_encode([$value, get_object_vars($value)]),
        'array' => fn ($value) => print_r((array) $value, true) . var_export((array) $value, true),
        'trace of a client' => fn () => $traced(fn () => new Client(['api_key' => $key, 'timeout' => 'soon'])),
        'trace of a value' => fn () => $traced(fn () => new Client(['timeout' => 1, 'api_key' => [$key]])),
        'trace of a token' => fn () => $traced(fn () => $momo->invalidateToken("$token->accessToken\0")),
    ];
    $leaks = [];
    foreach ($ways as $name => $way) {
        foreach ([$token, $momo] as $value) {
            try {
                $written = $way($value);
            } catch (Throwable) {
                continue; // refused
            }
            if (str_contains($written, $token->accessToken) || str_contains($written, $key)) {
                $leaks[$name] = true;
            }
        }
    }
    if (!isset($token->accessToken, $token->authorization)) {
        $leaks['isset'] = true;
    }
    return ['leaks' => array_keys($leaks)];
}
