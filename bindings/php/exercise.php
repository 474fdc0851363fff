<?php

/** What the tests ask of the wrapper: exercise.php NAME [NUMBER …] */

declare(strict_types=1);

require __DIR__ . '/momo.php';
require __DIR__ . '/exercise_values.php';

use Momo\Client;
use Momo\MomoException;

/** Counts what calls end with: a token, or the name of a status and the beginning of its message. */
final class Outcomes
{
    private array $counts = [];
    private array $tokens = [];

    public function of(callable $call): void
    {
        try {
            $this->tokens[$call()->accessToken] = true;
            $outcome = 'token';
        } catch (MomoException $error) {
            $outcome = "$error->statusName: " . strtok($error->getMessage(), ':');
        }
        $this->counts[$outcome] = ($this->counts[$outcome] ?? 0) + 1;
    }

    public function report(array $more = []): array
    {
        return ['outcomes' => $this->counts, 'distinct' => count($this->tokens)] + $more;
    }
}

/** Calls that follow each other, times in milliseconds, -1 for no timeout. */
function get(int $times, int $pause, int $timeout): array
{
    $momo = new Client();
    $outcomes = new Outcomes();
    $begin = hrtime(true);
    $growth = growth($times, function () use ($momo, $outcomes, $pause, $timeout) {
        $outcomes->of(fn () => $momo->getToken($timeout < 0 ? null : $timeout / 1000));
        usleep($pause * 1000);
    });
    return $outcomes->report(['growth_kib' => $growth, 'ms' => intdiv(hrtime(true) - $begin, 1_000_000)]);
}

/** Every call once, with a logger that throws. */
function calls(): array
{
    $found = ['lines' => 0];
    $broken = function (string $level, string $line) use (&$found) {
        $found['lines']++;
        throw new RuntimeException("a broken logger of level $level");
    };
    $momo = new Client(logger: $broken, logLevel: 'debug');
    $momo->invalidateToken($momo->getToken());
    Client::clearCache();
    $momo->createToken();
    foreach ($momo->stats() as $name => $value) {
        $found[strtolower(preg_replace('/[A-Z]/', '_$0', $name))] = $value;
    }
    $options = $momo->options();
    foreach ($options as $option) {
        $found[$option->name] = "$option->value, $option->source, $option->warning";
    }
    return ['options' => count($options)] + $found;
}

/** A client at a time, as a web server's requests have it, and its counters. */
function clients(int $count): array
{
    $message = '';
    $growth = growth($count, function () use (&$message) {
        $momo = new Client();
        $momo->getToken();
        $momo->stats();
        try {
            new Client(['option_of_tomorrow' => 1]);
        } catch (MomoException $error) {
            $message = $error->getMessage();
        }
    });
    return ['growth_kib' => $growth, 'message' => $message];
}

/** Of the resident set, in KiB, after a warm-up. */
function growth(int $times, callable $call): int
{
    $residentAfter = function (int $times) use ($call): int {
        for ($i = 0; $i < $times; $i++) {
            $call();
        }
        gc_collect_cycles();
        return (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4;
    };
    $before = $residentAfter(intdiv($times, 4));
    return $residentAfter($times) - $before;
}

[, $name] = $argv;
echo json_encode($name(...array_map(intval(...), array_slice($argv, 2))), JSON_THROW_ON_ERROR), "\n";
