<?php

/** What a payment page does first, at every request: loads the library, makes a client, has a token. */

declare(strict_types=1);

require __DIR__ . '/../momo.php';

$begin = hrtime(true);
$token = (new Momo\Client())->getToken();
$milliseconds = intdiv(hrtime(true) - $begin, 1_000_000);
header('Content-Type: application/json');
// Told apart by a hash: a token has no business in a page.
echo json_encode([
    'worker' => getmypid(),
    'token' => hash('sha256', $token->accessToken),
    'begin' => $begin,
    'milliseconds' => $milliseconds,
], JSON_THROW_ON_ERROR);
