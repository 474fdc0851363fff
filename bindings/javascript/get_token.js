#!/usr/bin/env node
/* Prints a token, or on stderr why there is none, as one JSON object. */
'use strict';

const { Client, MomoError } = require('./momo.cjs');

async function main() {
  const token = await new Client().getToken(); // or, no longer than 5 s: getToken({ timeout: 5 })
  const { accessToken: access_token, tokenType: token_type, authorization } = token;
  const { expiresIn: expires_in, expiresAt: expires_at, refreshIn: refresh_in } = token;
  console.log(JSON.stringify({ access_token, token_type, authorization, expires_in, expires_at, refresh_in }));
}

main().catch((error) => {
  if (!(error instanceof MomoError)) throw error;
  const { statusName: status, httpStatus: http_status, code, message } = error;
  console.error(JSON.stringify({ status, http_status, code, message }));
  process.exitCode = 1;
});
