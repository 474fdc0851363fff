/* The programs about values, for exercise.js: what is refused, and what JavaScript prints and sends. */
'use strict';

const util = require('node:util');
const v8 = require('node:v8');
const { Client, MomoError, Status, Token, version } = require('./momo.cjs');

module.exports = {
  /* Mistakes that are not refused with a message that has this in it, and values made without a gateway. */
  async misuse() {
    const momo = new Client();
    const mistakes = [
      ['api_key', () => new Client({ api_key: undefined })],
      ['api_key', () => new Client({ api_key: null })],
      ['api_key', () => new Client({ api_key: {} })],
      ['NUL', () => new Client({ api_key: 'a\0b' })],
      ['logLevel', () => new Client({ logger: console, logLevel: 'verbose' })],
      ['timeout', () => momo.getToken({ timeout: -1 })],
      ['timeout', () => momo.getToken({ timeout: NaN })],
      ['seconds', () => momo.getToken({ timeout: '5s' })],
      ['timeoutMs', () => momo.createToken({ timeoutMs: 100 })],
      ['timeout', () => momo.getToken(5)],
      ['AbortSignal', () => momo.getToken({ signal: new AbortController() })],
      ['Token', () => momo.invalidateToken(undefined)],
    ];
    const accepted = [];
    for (const [message, call] of mistakes) {
      const said = await (async () => call())().catch((error) => error instanceof TypeError && error.message);
      if (!String(said).includes(message)) accepted.push(String(said));
    }
    const atHand = [momo.tokenAtHand()];
    await momo.getToken();
    atHand.push(momo.tokenAtHand().tokenType);
    const made = new Token({ accessToken: 'abc', expiresIn: 60 });
    const fields = { message: 'the key is wrong', httpStatus: 500, code: 'login_failed' };
    const error = new MomoError({ status: Status.UNAUTHORIZED, ...fields });
    return {
      accepted,
      at_hand: atHand,
      made: [made.authorization, made.expiresIn],
      error: [error.statusName, error.httpStatus, error.code, error.retryAfterMs, error.message],
      version,
    };
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
    const leaks = Object.keys(ways).filter((name) => writes(ways[name]));
    return { leaks: Object.isFrozen(token) ? leaks : [...leaks, 'a change'] };
  },
};
