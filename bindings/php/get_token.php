<?php

/** Prints a token, or on stderr why there is none, as one JSON object. */

declare(strict_types=1);

require __DIR__ . '/momo.php';

function json(array $members): string
{
    return json_encode($members, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR) . "\n";
}

try {
    $momo = new Momo\Client();
    $token = $momo->getToken();
} catch (Momo\MomoException $error) {
    fwrite(STDERR, json([
        'status' => $error->statusName,
        'http_status' => $error->httpStatus,
        'code' => $error->errorCode,
        'message' => $error->getMessage(),
    ]));
    exit(1);
}

echo json([
    'access_token' => $token->accessToken,
    'token_type' => $token->tokenType,
    'authorization' => $token->authorization,
    'expires_in' => $token->expiresIn,
    'expires_at' => $token->expiresAt,
    'refresh_in' => $token->refreshIn,
]);
