<?php
// PHP's curl: a handle keeps its connection.
declare(strict_types=1);

[, $mode, $count] = $argv;

function handle(): CurlHandle
{
    $curl = curl_init(getenv('MOMO_BASE_URL') . '/disbursement/token/');
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => '',
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_USERPWD => getenv('MOMO_API_USER') . ':' . getenv('MOMO_API_KEY'),
        CURLOPT_HTTPHEADER => ['Ocp-Apim-Subscription-Key: ' . getenv('MOMO_SUBSCRIPTION_KEY')],
        CURLOPT_CAINFO => getenv('CA_FILE'),
        CURLOPT_TIMEOUT => 30,
    ]);
    return $curl;
}

function token(CurlHandle $curl): string
{
    $body = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($body === false || $status !== 200) {
        throw new RuntimeException("$status: " . curl_error($curl));
    }
    return json_decode($body, true, flags: JSON_THROW_ON_ERROR)['access_token'];
}

$handles = [];
for ($i = 0; $i < (int) $count; $i++) {
    if ($mode === 'fresh') {
        $handles = [];
    }
    if ($mode !== 'kept' || $i === 0) {
        $handles[] = handle();
    }
    token(end($handles));
}
