/* The programs about calls that wait, for exercise.js. */
'use strict';

const fs = require('node:fs');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { Client } = require('./momo.cjs');

/* Without the library's own, which end with the request. */
function osThreads() {
  const names = fs.readdirSync('/proc/self/task').map((thread) => {
    try {
      return fs.readFileSync(`/proc/self/task/${thread}/comm`, 'utf8');
    } catch {
      return 'momo-re'; // it has just ended
    }
  });
  return names.filter((name) => !name.startsWith('momo-re')).length;
}

module.exports = {
  /*
   * 10,000 callers wait for one token. A hundred of them are aborted, the last thousand have too
   * little time, and the event loop turns meanwhile. How late a caller is told counts beyond how long
   * the loop stood still at most, which is also up to who else uses the machine.
   */
  async crowd() {
    await fs.promises.readFile(__filename); // libuv's pool has its threads
    const momo = new Client();
    const before = osThreads();
    const controller = new AbortController();
    const lateness = [];
    const get = async (index) => {
      const begin = performance.now();
      const options = index < 9000 ? {} : { timeout: 1 };
      if (index < 100) options.signal = controller.signal;
      try {
        return { token: (await momo.getToken(options)).accessToken };
      } catch (error) {
        lateness.push(performance.now() - (options.signal ? aborted : begin + 1000));
        return { error };
      }
    };
    let aborted;
    let last = performance.now();
    let gap = 0;
    const timer = setInterval(() => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    }, 5);
    const calls = Array.from({ length: 10_000 }, (_, index) => get(index));
    await sleep(500);
    const threads = osThreads() - before;
    aborted = performance.now();
    controller.abort();
    const results = await Promise.all(calls);
    clearInterval(timer);
    const errors = results.filter(({ error }) => error).map(({ error }) => error);
    const tokens = results.filter(({ token }) => token);
    return {
      threads,
      late_ms: Math.round(Math.max(...lateness) - gap),
      gap_ms: Math.round(gap),
      aborted: errors.filter(({ name, cause }) => name === 'AbortError' && cause.statusName === 'MOMO_CANCELLED').length,
      late: errors.filter(({ statusName }) => statusName === 'MOMO_TIMED_OUT').length,
      texts: [...new Set(errors.filter(({ status }) => status).map(({ message }) => message.split(':')[0]))],
      tokens: tokens.length,
      distinct: new Set(tokens.map(({ token }) => token)).size,
    };
  },

  /* Eight clients wait, each for two tokens; files are read meanwhile, and late callers leave. */
  async pool() {
    const clients = Array.from({ length: 8 }, (_, i) => new Client({ subscription_key: `key-${i}` }));
    const calls = clients.flatMap((momo) => [momo.getToken(), momo.createToken()]);
    const begin = performance.now();
    const late = await clients[7].createToken({ timeout: 0.2 }).catch((error) => error);
    const late_ms = Math.round(performance.now() - begin);
    await sleep(100);
    const before = performance.now();
    await fs.promises.readFile(__filename);
    const read_ms = Math.round(performance.now() - before);
    for (const momo of clients) momo.close();
    const settled = await Promise.allSettled(calls);
    const statuses = [...new Set(settled.map(({ reason }) => reason?.statusName))];
    return { read_ms, late: late.statusName, late_ms, statuses };
  },

  /* A worker thread is terminated under a call that waits, with a logger. */
  async terminate() {
    const worker = new Worker(`
      const { Client } = require(${JSON.stringify(require.resolve('./momo.cjs'))});
      new Client({ logger: console }).getToken();
      setTimeout(() => require('node:worker_threads').parentPort.postMessage('waiting'), 2000);
    `, { eval: true });
    await once(worker, 'message');
    const begin = performance.now();
    await worker.terminate();
    return { ms: Math.round(performance.now() - begin) };
  },

  /* The program ends under calls that wait, and its own handler has the time that it takes. */
  async exit_handler() {
    const momo = new Client({ logger: console, logLevel: 'warn' });
    momo.getToken().catch(() => {});
    momo.createToken().catch(() => {});
    process.on('exit', () => {
      const begin = performance.now();
      while (performance.now() - begin < 1500);
      fs.writeSync(1, JSON.stringify({ handled: true }));
    });
    await sleep(2000);
    process.exit();
  },
};
