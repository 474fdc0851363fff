/* How calls wait while the event loop turns. */
'use strict';

const util = require('node:util');
const { aborted, given, momo, stats, taken, tokenAtHand } = require('./momo_native.cjs');

const LOOK_MS = 5;
const POOL_AFTER_MS = 31_000; // a request ends before, unless the option timeout is longer

/**
 * The callers who wait for a token of one client. The library's own thread makes the request, and
 * the event loop looks for its outcome: no thread waits. So libuv's pool is left to files and names,
 * and nothing keeps a program or a worker from its end.
 */
class Waiting {
  #client;
  #poolClient;
  #asks; // whether the library makes requests on threads of callers alone
  #callers = new Set();
  #timer;
  #begin;
  #issued; // tokens, when the wait began
  #seen; // the same at the last look
  #poolCall = null;

  /** Handles, which live as long as a caller waits. */
  constructor(client, poolClient, asks) {
    this.#client = client;
    this.#poolClient = poolClient;
    this.#asks = asks;
  }

  get isEmpty() {
    return this.#callers.size === 0;
  }

  token(milliseconds, signal) {
    const due = milliseconds < 0 ? Infinity : performance.now() + milliseconds;
    return new Promise((resolve, reject) => {
      if (this.isEmpty) {
        this.#begin = performance.now();
        this.#issued = this.#seen = stats(this.#client.pointer).tokensIssued;
        this.#lookLater();
      }
      this.#callers.add({ resolve, reject, due, signal });
    });
  }

  look() {
    this.#settle(this.#callers, () => tokenAtHand(this.#client.pointer));
    this.#leave();
    if (this.isEmpty) {
      this.#poolCall?.cancel();
      this.#poolCall = null;
    } else {
      if (!this.#poolCall && this.#needsPool()) this.#callInPool();
      this.#lookLater();
    }
  }

  #lookLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), LOOK_MS);
  }

  /** Those whose signal or time says so. */
  #leave() {
    const now = performance.now();
    const late = [];
    for (const caller of this.#callers) {
      if (caller.signal?.aborted) {
        this.#callers.delete(caller);
        caller.reject(aborted(caller.signal));
      } else if (now >= caller.due) {
        late.push(caller);
      }
    }
    // A millisecond for all of them: the library's own words.
    if (late.length > 0) this.#settle(late, () => taken(momo.get_token, this.#client.pointer, 1));
  }

  /**
   * Where the library has no thread for the request; or where the gateway's token has no lifetime, so
   * that it is no token at hand and goes to those who wait in C.
   */
  #needsPool() {
    const isLong = performance.now() - this.#begin > POOL_AFTER_MS;
    const isLost = this.#seen > this.#issued; // issued before this look, and still not at hand
    this.#seen = stats(this.#client.pointer).tokensIssued;
    return this.#asks || isLong || isLost;
  }

  async #callInPool() {
    const call = (this.#poolCall = new PoolCall(this.#poolClient.pointer, momo.get_token, -1));
    const outcome = await call.token.then((token) => () => token, (error) => () => {
      throw error;
    });
    if (this.#poolCall !== call) return; // nobody waited any more
    this.#poolCall = null;
    this.#settle(this.#callers, outcome);
  }

  /** Gives callers what a function has, or throws; null is nothing yet. */
  #settle(callers, outcome) {
    let settle;
    try {
      const token = outcome();
      if (token === null) return;
      settle = (caller) => caller.resolve(token);
    } catch (error) {
      settle = (caller) => caller.reject(error);
    }
    for (const caller of callers) {
      this.#callers.delete(caller);
      settle(caller);
    }
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
