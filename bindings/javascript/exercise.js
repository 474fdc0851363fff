/*
 * What the tests ask of the wrapper: node --expose-gc exercise.js NAME [NUMBER …]
 */
'use strict';

const fs = require('node:fs');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { Client, clearCache } = require('./momo.cjs');

const WORKERS = 4;
const GETS_PER_WORKER = 25;

/* Counts what calls end with: a token, or the name of a status and the beginning of its message. */
class Outcomes {
  #counts = {};
  #tokens = new Set();

  async of(promise) {
    let outcome = 'token';
    try {
      this.#tokens.add((await promise).accessToken);
    } catch (error) {
      const { statusName, message } = error.cause ?? error; // of what a signal ends, the cause is ours
      outcome = `${statusName}: ${message.split(':')[0]}${error.cause ? ` (${error.name})` : ''}`;
    }
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1;
  }

  report(more) {
    return { outcomes: this.#counts, distinct: this.#tokens.size, ...more };
  }
}

const programs = {
  ...require('./exercise_values.js'),
  ...require('./exercise_waiting.js'),

  /* Calls that follow each other; -1 for no timeout. */
  async get(times, pause, timeout) {
    const momo = new Client();
    const outcomes = new Outcomes();
    const options = timeout < 0 ? {} : { timeout: timeout / 1000 };
    const begin = performance.now();
    const growth_kib = await growth(times, async () => {
      await outcomes.of(momo.getToken(options));
      if (pause > 0) await sleep(pause);
    });
    return outcomes.report({ growth_kib, ms: since(begin) });
  },

  /*
   * Calls that wait at the same time. Beside those that stay, after a second, so many are aborted,
   * and the time of as many is up; the event loop turns meanwhile. How late a caller is told counts
   * beyond how long the loop stood still at most, which is also up to who else uses the machine.
   */
  async wait(staying, leaving) {
    await fs.promises.readFile(__filename); // libuv's pool has its threads
    const momo = new Client();
    const outcomes = new Outcomes();
    const before = osThreads();
    const controller = new AbortController();
    let late = 0;
    let gap = 0;
    const begin = performance.now();
    let last = begin;
    const timer = setInterval(() => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    }, 5);
    const calls = Array.from({ length: staying }, () => outcomes.of(momo.getToken()));
    for (const options of [{ timeout: 1 }, { signal: controller.signal }]) {
      const leave = async () => {
        await outcomes.of(momo.getToken(options));
        late = Math.max(late, since(begin) - 1000);
      };
      calls.push(...Array.from({ length: leaving }, leave));
    }
    await sleep(leaving > 0 ? 1000 : 100);
    const threads = osThreads() - before;
    controller.abort();
    await Promise.all(calls);
    clearInterval(timer);
    return outcomes.report({ threads, late_ms: Math.round(late - gap), gap_ms: Math.round(gap) });
  },

  /* Every call once, with a logger that throws. */
  async calls() {
    let lines = 0;
    const broken = () => {
      lines++;
      throw new Error('a broken logger');
    };
    const logger = { error: broken, warn: broken, info: broken, debug: broken };
    const momo = new Client({ logger, logLevel: 'debug' });
    momo.invalidateToken(await momo.getToken());
    clearCache();
    await momo.createToken();
    const options = momo.options().map(({ name, value, source, warning }) => [name, [value, source, warning].join(', ')]);
    const stats = Object.entries(momo.stats()).map(([name, value]) => [snake(name), value]);
    return { ...Object.fromEntries([...stats, ...options]), lines, options: options.length };
  },

  /* Clients that nobody closes: the garbage collector finds them, once the event loop has turned. */
  async clients(count) {
    let message;
    const forget = async (index) => {
      const momo = new Client();
      await momo.getToken();
      momo.stats();
      try {
        new Client({ option_of_tomorrow: 1 });
      } catch (error) {
        message = error.message;
      }
      if (index % 100 === 0) await collected();
    };
    return { growth_kib: await growth(count, forget), message };
  },

  /* One process, a client per thread. */
  async workers() {
    const outcomes = new Outcomes();
    const workers = Array.from({ length: WORKERS }, () => once(new Worker(__filename), 'message'));
    for (const token of (await Promise.all(workers)).flat(2)) await outcomes.of(token);
    return outcomes.report();
  },

  /* One caller's signal ends its own call, with JavaScript's own error. */
  async abort() {
    const momo = new Client();
    const outcomes = new Outcomes();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const options = [{ signal: AbortSignal.timeout(100) }, { signal: controller.signal }, {}];
    await Promise.all(options.map((each) => outcomes.of(momo.createToken(each))));
    return outcomes.report();
  },

  /* A client that is closed under a call ends it, and frees itself after it. */
  async close() {
    const momo = new Client();
    const begin = performance.now();
    setTimeout(() => momo.close(), 2000);
    const outcomes = new Outcomes();
    await outcomes.of(momo.getToken());
    const ms = since(begin);
    await outcomes.of(momo.getToken());
    return outcomes.report({ ms });
  },
};

/* Of the resident set, in KiB, after a warm-up: code that runs often is compiled, once. */
async function growth(times, call) {
  const residentAfter = async (more) => {
    for (let i = 0; i < more; i++) await call(i);
    await collected();
    if (!fs.existsSync('/proc/self/statm')) return 0;
    return Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4;
  };
  const before = await residentAfter(Math.floor(times / 4));
  return (await residentAfter(times)) - before;
}

async function collected() {
  gc();
  await sleep(1); // finalizers run in the event loop
}

const osThreads = () => Number(fs.readFileSync('/proc/self/status', 'utf8').match(/^Threads:\s*(\d+)/m)[1]);
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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
