<?php

/** What a payment page does first, at every request: loads the library, makes a client, has a token. */

declare(strict_types=1);

require __DIR__ . '/../momo.php';

$begin = hrtime(true);
try {
    $token = (new Momo\Client())->getToken();
} catch (Momo\MomoException $error) {
    // The reason is for the log: it tells of the shop's configuration, not of the visitor's request.
    error_log($error->getMessage());
    http_response_code(503);
    if ($error->retryAfterMs >= 0) {
        header('Retry-After: ' . ceil($error->retryAfterMs / 1000));
    }
    exit('no token');
}
$milliseconds = intdiv(hrtime(true) - $begin, 1_000_000);
header('Content-Type: application/json');
// Told apart by a hash: a token has no business in a page.
echo json_encode([
    'pid' => getmypid(),
    'token_sha256' => hash('sha256', $token->accessToken),
    'begin' => $begin,
    'milliseconds' => $milliseconds,
], JSON_THROW_ON_ERROR);
