<?php

/** What a payment page does first, at every request: loads the library, makes a client, has a token. */

declare(strict_types=1);

require __DIR__ . '/../momo.php';

$token = (new Momo\Client())->getToken();
header('Content-Type: application/json');
// Told apart by a hash: a token has no business in a page.
echo json_encode(['worker' => getmypid(), 'token' => hash('sha256', $token->accessToken)], JSON_THROW_ON_ERROR);
