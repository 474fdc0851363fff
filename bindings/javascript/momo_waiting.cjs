/* How calls wait while the event loop turns. */
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const util = require('node:util');
const { MomoError, Status, aborted, given, momo, tokenAtHand } = require('./momo_native.cjs');

/**
 * The callers who wait for a token of one client. The event loop looks for the outcome of a request:
 * libuv's pool is left to files and names, and nothing keeps a program or a worker from its end.
 */
class Waiting {
  #client;
  #callers = new Set();
  #timer;

  constructor(client) {
    this.#client = client; // a Handle, which lives as long as a caller waits
  }

  /** Fails with WOULD_BLOCK if nothing is asked for in the background. */
  token(milliseconds, signal) {
    const due = milliseconds < 0 ? Infinity : performance.now() + milliseconds;
    return new Promise((resolve, reject) => {
      this.#callers.add({ resolve, reject, due, signal });
      if (this.#callers.size === 1) this.look();
    });
  }

  /** Ends the calls that have an outcome, no time left, or a signal. */
  look() {
    clearTimeout(this.#timer);
    let error;
    let end = ({ due, signal, reject }) => {
      if (signal?.aborted) reject(aborted(signal));
      else if (performance.now() >= due) reject(new MomoError({ status: Status.TIMED_OUT, message: error.message }));
      else return false;
    };
    try {
      const token = tokenAtHand(this.#client);
      end = ({ resolve }) => resolve(token);
    } catch (failure) {
      error = failure;
      if (error.status !== Status.WOULD_BLOCK || error.retryAfterMs < 0) end = ({ reject }) => reject(error);
    }
    for (const caller of this.#callers) {
      if (end(caller) !== false) this.#callers.delete(caller);
    }
    if (this.#callers.size > 0) this.#timer = setTimeout(() => this.look(), error.retryAfterMs);
  }
}

const inPool = new Set();
let last = Promise.resolve();

// Node waits for the threads of its pool before the process ends.
process.on('exit', () => inPool.forEach((client) => momo.cancel_client(client)));

/**
 * A call in a thread of libuv's pool. They follow each other, so that the other threads are left to
 * files and names; whose time is up does not wait for its turn.
 */
async function callInPool(function_, client, milliseconds, signal) {
  const due = milliseconds < 0 ? Infinity : performance.now() + milliseconds;
  const clone = momo.clone_client(client); // to cancel is final
  inPool.add(clone);
  let pass;
  const turn = last;
  last = Promise.all([turn, new Promise((resolve) => (pass = resolve))]);
  const left = new AbortController();
  const leave = () => {
    momo.cancel_client(clone);
    left.abort();
  };
  signal?.addEventListener('abort', leave);
  const [token, error] = [[null], [null]];
  try {
    const most = milliseconds < 0 ? 2 ** 31 - 1 : milliseconds; // what a timer takes
    const isUp = sleep(most, null, { signal: left.signal }).catch(() => {});
    await Promise.race([turn, isUp]);
    left.abort();
    const rest = due === Infinity ? -1 : Math.max(1, Math.ceil(due - performance.now()));
    return given(await util.promisify(function_.async)(clone, rest, token, error), token, error);
  } catch (failure) {
    throw signal?.aborted ? aborted(signal) : failure;
  } finally {
    pass();
    signal?.removeEventListener('abort', leave);
    inPool.delete(clone);
    momo.free_client(clone);
  }
}

module.exports = { Waiting, callInPool };
