#!/usr/bin/env node
/* Prints a token, or on stderr why there is none, as one JSON object. */
'use strict';

const { Client, MomoError } = require('./momo.cjs');

async function getToken() {
  const momo = new Client();
  return await momo.getToken(); // or, no longer than 5 s: ({ signal: AbortSignal.timeout(5000) })
}

function print(token) {
  const { accessToken, tokenType, authorization, expiresIn, expiresAt, refreshIn } = token;
  console.log(
    JSON.stringify({
      access_token: accessToken,
      token_type: tokenType,
      authorization,
      expires_in: expiresIn,
      expires_at: expiresAt,
      refresh_in: refreshIn,
    }),
  );
}

function fail(error) {
  if (!(error instanceof MomoError)) throw error;
  const { statusName: status, httpStatus: http_status, code, message } = error;
  console.error(JSON.stringify({ status, http_status, code, message }));
  process.exitCode = 1;
}

getToken().then(print, fail);
