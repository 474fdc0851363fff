/* How calls wait while the event loop turns. */
'use strict';

const util = require('node:util');
const { MomoError, Status, aborted, given, momo, taken } = require('./momo_native.cjs');

/**
 * The callers who wait for a token of one client. The library's own thread makes the request, and
 * the event loop looks for its outcome: no thread waits. So libuv's pool is left to files and names,
 * and nothing keeps a program or a worker from its end.
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
      const token = taken(momo.get_token, this.#client.pointer, 0);
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

/**
 * A call in a thread of libuv's pool, one at a time, so that the others are left to files and names.
 * It is on a clone of the client, as to cancel is final.
 */
class PoolCall {
  static #running = new Set();
  static #last = Promise.resolve();
  #clone;

  static {
    // Node waits for the threads of its pool before the process ends.
    process.on('exit', () => PoolCall.#running.forEach((call) => call.cancel()));
  }

  constructor(client, function_, milliseconds) {
    this.#clone = momo.clone_client(client);
    PoolCall.#running.add(this);
    this.token = this.#run(function_, milliseconds, PoolCall.#last);
    PoolCall.#last = this.token.then(
      () => {},
      () => {},
    );
  }

  async wait(signal) {
    let leave;
    const left = new Promise((_, reject) => {
      leave = () => {
        this.cancel();
        reject(aborted(signal));
      };
    });
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.token, left]);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  cancel() {
    momo.cancel_client(this.#clone); // null once the call has returned, which does nothing
  }

  async #run(function_, milliseconds, before) {
    const due = performance.now() + milliseconds;
    let timer;
    // Whose time is up does not wait for its turn: the library says so within a millisecond.
    const isUp = new Promise((go) => milliseconds >= 0 && (timer = setTimeout(go, milliseconds)));
    await Promise.race([before, isUp]);
    clearTimeout(timer);
    const left = milliseconds < 0 ? -1 : Math.max(1, Math.ceil(due - performance.now()));
    const token = [null];
    const error = [null];
    try {
      return given(await util.promisify(function_.async)(this.#clone, left, token, error), token, error);
    } finally {
      PoolCall.#running.delete(this);
      momo.free_client(this.#clone);
      this.#clone = null;
    }
  }
}

module.exports = { PoolCall, Waiting };
