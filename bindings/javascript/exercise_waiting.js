/* The programs about calls that take a thread, and about ends, for exercise.js. */
'use strict';

const fs = require('node:fs');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { Client } = require('./momo.cjs');

module.exports = {
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
