<?php

/** What the tests ask of the wrapper: exercise.php NAME [NUMBER] */

declare(strict_types=1);

require __DIR__ . '/momo.php';
require __DIR__ . '/exercise_values.php';

use Momo\Client;
use Momo\MomoException;

/**
 * PHP has one thread, and a call into C does not suspend a fiber: eight fibers are under way on one
 * client at a time, but their calls follow each other.
 */
function shared(): array
{
    $momo = new Client();
    $tokens = [];
    $fibers = [];
    for ($i = 0; $i < 8; $i++) {
        $fibers[$i] = new Fiber(function () use ($momo, &$tokens) {
            Fiber::suspend();
            $tokens[] = $momo->getToken()->accessToken;
        });
        $fibers[$i]->start();
    }
    foreach ($fibers as $fiber) {
        $fiber->resume();
    }
    return ['calls' => count($tokens), 'distinct' => count(array_unique($tokens))];
}

function deadline(): array
{
    $momo = new Client();
    $begin = hrtime(true);
    try {
        $momo->getToken(timeout: 0.3);
    } catch (MomoException $error) {
        return ['status' => $error->statusName, 'ms' => intdiv(hrtime(true) - $begin, 1_000_000)];
    }
    throw new LogicException('it did not fail');
}

function logger(): array
{
    $lines = 0;
    $broken = function (string $level, string $line) use (&$lines) {
        $lines++;
        throw new RuntimeException("a broken logger of level $level");
    };
    $momo = new Client(logger: $broken, logLevel: 'debug');
    $momo->getToken();
    return ['lines' => $lines, 'ok' => true];
}

function stats(): array
{
    $momo = new Client();
    $momo->getToken();
    $momo->getToken();
    $stats = $momo->stats();
    return [
        'requests' => $stats->requests,
        'tokens_issued' => $stats->tokensIssued,
        'network_failures' => $stats->networkFailures,
        'credential_failures' => $stats->credentialFailures,
        'last_failure_status' => $stats->lastFailureStatus,
        'token_expires_in' => $stats->tokenExpiresIn,
        'cooldown_ms' => $stats->cooldownMs,
        'tokens_adopted' => $stats->tokensAdopted,
        'token_origin' => $stats->tokenOrigin,
    ];
}

function options(): array
{
    $found = array_column((new Client())->options(), null, 'name');
    return [
        'count' => count($found),
        'timeout' => "{$found['timeout']->value}, {$found['timeout']->source}",
        'api_key' => $found['api_key']->value,
        'warning' => $found['api_user']->warning,
    ];
}

/** A refresh goes on beside gets that never wait. The token lives 6 s. */
function refresh(): array
{
    $momo = new Client();
    $tokens = [$momo->getToken()->accessToken => true];
    $slowest = 0;
    for ($end = hrtime(true) + 5_400_000_000; hrtime(true) < $end; usleep(20_000)) {
        $before = hrtime(true);
        $tokens[$momo->getToken()->accessToken] = true;
        $slowest = max($slowest, hrtime(true) - $before);
    }
    return ['distinct' => count($tokens), 'slowest_ms' => intdiv($slowest, 1_000_000)];
}

/** The parent makes the client, its children use it. */
function fork(): array
{
    $momo = new Client();
    $momo->getToken();
    $pipes = [];
    for ($child = 0; $child < 4; $child++) {
        [$mine, $pipes[]] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (pcntl_fork() === 0) {
            for ($i = 0; $i < 25; $i++) {
                fwrite($mine, $momo->getToken()->accessToken . "\n");
            }
            exit;
        }
        fclose($mine);
    }
    $tokens = explode("\n", rtrim(implode(array_map(stream_get_contents(...), $pipes))));
    return ['gets' => count($tokens), 'distinct' => count(array_unique($tokens))];
}

function loop(int $gets): array
{
    $momo = new Client();
    return ['gets' => $gets, 'growth_kib' => growth($gets, fn () => $momo->getToken())];
}

/** A client for every get, as a web server's requests have it, and its counters. */
function clients(int $gets): array
{
    $get = function () {
        $momo = new Client();
        $momo->getToken();
        $momo->stats();
    };
    return ['gets' => $gets, 'growth_kib' => growth($gets, $get)];
}

/** Failures: of the options, where no client comes to be, and of a call. */
function errors(int $gets): array
{
    $momo = new Client();
    $status = fn (callable $call) => failure($call)->statusName;
    $statuses = [];
    $fail = function () use ($momo, $status, &$statuses) {
        $statuses = [$status(fn () => new Client(['timeout' => 'soon'])), $status(fn () => $momo->getToken(0))];
    };
    return ['gets' => $gets, 'growth_kib' => growth($gets, $fail), 'statuses' => $statuses];
}

function failure(callable $call): MomoException
{
    try {
        $call();
    } catch (MomoException $error) {
        return $error;
    }
    throw new LogicException('it did not fail');
}

/** Of the resident set, in KiB, after a warm-up. */
function growth(int $times, callable $call): int
{
    for ($i = 0; $i < $times / 10; $i++) {
        $call();
    }
    $before = residentKib();
    for ($i = 0; $i < $times; $i++) {
        $call();
    }
    return residentKib() - $before;
}

function residentKib(): int
{
    gc_collect_cycles();
    return (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4;
}

[, $name] = $argv;
echo json_encode($name(...array_map(intval(...), array_slice($argv, 2))), JSON_THROW_ON_ERROR), "\n";
