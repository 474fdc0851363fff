/* The programs about values, for exercise.js: what is refused, and what JavaScript prints and sends. */
'use strict';

const util = require('node:util');
const v8 = require('node:v8');
const { Client, MomoError, Status, Token, TokenOrigin, version } = require('./momo.cjs');

/* What is said of a mistake, '' if nothing is. */
async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error instanceof TypeError || error instanceof RangeError ? error.message : '';
  }
  return '';
}

module.exports = {
  async misuse() {
    const momo = new Client();
    const found = {
      undefined: await refused(() => new Client({ api_key: undefined })),
      null: await refused(() => new Client({ api_key: null })),
      object: await refused(() => new Client({ api_key: {} })),
      level: await refused(() => new Client({ logger: console, logLevel: 'verbose' })),
      negative: await refused(() => momo.getToken({ timeout: -1 })),
      nan: await refused(() => momo.getToken({ timeout: NaN })),
      text: await refused(() => momo.getToken({ timeout: '5s' })),
      unknown: await refused(() => momo.createToken({ timeoutMs: 100 })),
      number: await refused(() => momo.getToken(5)),
      signal: await refused(() => momo.getToken({ signal: new AbortController() })),
      invalidate: await refused(() => momo.invalidateToken(undefined)),
    };
    momo.invalidateToken(await momo.getToken());
    return { ...found, invalidations: momo.stats().invalidations };
  },

  /* The ways that JavaScript has to write a token down, and those that wrote it. */
  async secrets() {
    const momo = new Client();
    const token = await momo.getToken();
    const ways = {
      string: String,
      json: (value) => JSON.stringify([value]),
      inspect: (value) => util.inspect([value], { depth: null, showHidden: true, getters: true }),
      console: (value) => util.format('%o %O %j %s', value, value, value, value),
      spread: (value) => JSON.stringify({ ...value }),
      entries: (value) => JSON.stringify(Object.getOwnPropertyNames(value).map((name) => value[name])),
      clone: (value) => util.inspect(structuredClone(value)),
      serialize: (value) => v8.serialize(value).toString('latin1'),
    };
    const held = [token.accessToken, process.env.MOMO_API_KEY, process.env.MOMO_SUBSCRIPTION_KEY];
    const writes = (way) => [token, momo].some((value) => held.some((secret) => way(value).includes(secret)));
    return { leaks: Object.keys(ways).filter((name) => writes(ways[name])), frozen: Object.isFrozen(token) };
  },

  /* Errors and tokens made without a gateway. */
  async made() {
    const error = new MomoError({ status: Status.UNAUTHORIZED, message: 'the key is wrong', httpStatus: 500 });
    const token = new Token({ accessToken: 'abc', expiresIn: 60 });
    return {
      error: [error.statusName, error.httpStatus, error.code, error.retryAfterMs, error.message],
      token: [token.authorization, token.expiresIn],
      version,
      origin: TokenOrigin.GATEWAY,
      statuses: Object.keys(Status).length,
    };
  },
};
