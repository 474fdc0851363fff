<?php

/** Prints a token, or on stderr why there is none, as one JSON object. */

declare(strict_types=1);

require __DIR__ . '/momo.php';

const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;

try {
    $token = (new Momo\Client())->getToken();
} catch (Momo\MomoException $error) {
    $why = ['status' => $error->statusName, 'http_status' => $error->httpStatus];
    $why += ['code' => $error->errorCode, 'message' => $error->getMessage()];
    fwrite(STDERR, json_encode($why, JSON) . "\n");
    exit(1);
}

echo json_encode([
    'access_token' => $token->accessToken,
    'token_type' => $token->tokenType,
    'authorization' => $token->authorization,
    'expires_in' => $token->expiresIn,
    'expires_at' => $token->expiresAt,
    'refresh_in' => $token->refreshIn,
], JSON), "\n";
