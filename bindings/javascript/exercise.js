/*
 * What the tests ask of the wrapper: node --expose-gc exercise.js NAME [NUMBER]
 */
'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { Client } = require('./momo.cjs');

const WORKERS = 4;
const GETS_PER_WORKER = 25;

const programs = {
  ...require('./exercise_values.js'),
  ...require('./exercise_waiting.js'),

  async shared() {
    const momo = new Client();
    return summary(await Promise.all(Array.from({ length: 8 }, () => momo.getToken())), 'calls');
  },

  async deadline() {
    const momo = new Client();
    const begin = performance.now();
    const error = await failure(momo.getToken({ timeout: 0.3 }));
    return { status: error.statusName, ms: since(begin) };
  },

  async logger() {
    let lines = 0;
    const broken = () => {
      lines++;
      throw new Error('a broken logger');
    };
    const logger = { error: broken, warn: broken, info: broken, debug: broken };
    const momo = new Client({ logger, logLevel: 'debug' });
    await momo.getToken();
    return { lines, ok: true };
  },

  async loop(gets) {
    const momo = new Client();
    return { gets, growth_kib: await growth(gets, () => momo.getToken()) };
  },

  async stats() {
    const momo = new Client();
    await momo.getToken();
    await momo.getToken();
    const stats = momo.stats();
    return {
      requests: stats.requests,
      tokens_issued: stats.tokensIssued,
      network_failures: stats.networkFailures,
      credential_failures: stats.credentialFailures,
      last_failure_status: stats.lastFailureStatus,
      token_expires_in: stats.tokenExpiresIn,
      cooldown_ms: stats.cooldownMs,
      tokens_adopted: stats.tokensAdopted,
      token_origin: stats.tokenOrigin,
    };
  },

  async options() {
    const found = Object.fromEntries(new Client().options().map((option) => [option.name, option]));
    const { timeout, api_key, api_user } = found;
    return {
      count: Object.keys(found).length,
      timeout: `${timeout.value}, ${timeout.source}`,
      api_key: api_key.value,
      warning: api_user.warning,
    };
  },

  /* A name that this file and the wrapper do not know reaches the library. */
  async option() {
    const error = await failure((async () => new Client({ option_of_tomorrow: 1 }))());
    return { status: error.statusName, message: error.message };
  },

  /* Failures, each on a config of its own. */
  async errors(calls) {
    let error;
    const fail = async () => {
      error = await failure((async () => new Client({ timeout: 'soon' }))());
    };
    return { calls, growth_kib: await growth(calls, fail), status: error.statusName };
  },

  /* Clients that nobody closes: the garbage collector finds them, once the event loop has turned. */
  async forgotten(clients) {
    const forget = async (index) => {
      await new Client().getToken();
      if (index % 100 === 0) await collected();
    };
    return { clients, growth_kib: await growth(clients, forget) };
  },

  /* One process, a client per thread. */
  async workers() {
    const threads = Array.from({ length: WORKERS }, () => new Worker(__filename));
    const tokens = await Promise.all(
      threads.map((thread) => new Promise((resolve, reject) => thread.on('message', resolve).on('error', reject))),
    );
    return summary(tokens.flat(), 'gets');
  },

  /* The event loop turns while a call waits. */
  async ticks() {
    let last = performance.now();
    let largest = 0;
    const timer = setInterval(() => {
      largest = Math.max(largest, performance.now() - last);
      last = performance.now();
    }, 10);
    const begin = performance.now();
    await new Client().getToken();
    clearInterval(timer);
    return { ms: since(begin), largest_gap_ms: Math.round(largest) };
  },

  /* A refresh goes on beside gets that never wait. The token lives 6 s. */
  async refresh() {
    const momo = new Client();
    const tokens = [await momo.getToken()];
    let slowest = 0;
    for (const begin = performance.now(); since(begin) < 5400; await sleep(20)) {
      const before = performance.now();
      tokens.push(await momo.getToken());
      slowest = Math.max(slowest, performance.now() - before);
    }
    return { distinct: distinct(tokens), slowest_ms: Math.round(slowest) };
  },

  /*
   * An event loop that never waits asks every 10 ms, over three lifetimes of 8 s. How long a call
   * took is told and not judged: that is also up to who else uses the machine.
   */
  async at_hand() {
    const momo = new Client();
    const tokens = new Set();
    let end = Infinity;
    let without = 0;
    let longest = 0;
    for (let now = performance.now(); now < end; now = performance.now()) {
      const token = momo.tokenAtHand();
      longest = Math.max(longest, performance.now() - now);
      if (token) {
        if (tokens.size === 0) end = now + 24_000;
        tokens.add(token.accessToken);
      } else if (tokens.size > 0) {
        without++;
      }
      await sleep(10);
    }
    return { without_after_first: without, tokens: tokens.size, longest_call_ms: Math.round(longest) };
  },

  /* One of two callers leaves, and the other has the token of their one request. */
  async cancel_one() {
    const momo = new Client();
    const other = momo.getToken();
    const error = await failure(momo.getToken({ signal: AbortSignal.timeout(200) }));
    return { cancelled: error.cause.statusName, other: (await other) && 'ok' };
  },

  /* One caller's abort is not that of another, nor the client's end. The gateway takes 1.5 s. */
  async abort() {
    const momo = new Client();
    const impatient = () => momo.getToken({ signal: AbortSignal.timeout(100) });
    const both = await Promise.all([failure(impatient()), failure(impatient())]);
    const [one, token] = await Promise.all([failure(impatient()), momo.getToken()]);
    const created = momo.createToken();
    const other = await failure(momo.createToken({ signal: AbortSignal.timeout(100) }));
    const errors = [...both, one, other];
    return {
      cancelled: errors.filter((error) => error.cause.statusName === 'MOMO_CANCELLED').length,
      timeouts: errors.filter((error) => error.name === 'TimeoutError').length,
      distinct: distinct([token, await created, await momo.getToken()]),
    };
  },

  /* A client that is closed under a call ends it, and frees itself after it. */
  async close() {
    const momo = new Client();
    const begin = performance.now();
    setTimeout(() => momo.close(), 300);
    const during = await failure(momo.getToken());
    const after = await failure(momo.getToken());
    return { during: during.statusName, after: after.statusName, ms: since(begin) };
  },

  /* The process ends under a call that will have lines for a logger: at once, with its own status. */
  async exit() {
    const momo = new Client({ logger: console, logLevel: 'warn' });
    momo.getToken();
    setTimeout(() => process.exit(0), 300);
    return { waiting: 1 };
  },
};

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/* Of the resident set, in KiB, after a warm-up: code that runs often is compiled, once. */
async function growth(times, call) {
  const warmUp = Math.max(times / 10, 5000);
  for (let i = 0; i < warmUp; i++) await call(i);
  const before = await residentKib();
  for (let i = 0; i < times; i++) await call(i);
  return (await residentKib()) - before;
}

async function residentKib() {
  await collected();
  return Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4;
}

async function collected() {
  gc();
  await sleep(1); // finalizers run in the event loop
}

const distinct = (tokens) => new Set(tokens.map((token) => token.accessToken)).size;
const summary = (tokens, name) => ({ [name]: tokens.length, distinct: distinct(tokens) });
const since = (begin) => Math.round(performance.now() - begin);

async function main(name, ...numbers) {
  console.log(JSON.stringify(await programs[name](...numbers.map(Number))));
}

async function thread() {
  const momo = new Client();
  const tokens = [];
  for (let i = 0; i < GETS_PER_WORKER; i++) tokens.push(await momo.getToken());
  parentPort.postMessage(tokens.map(({ accessToken }) => ({ accessToken })));
}

if (isMainThread) main(...process.argv.slice(2));
else thread();
