/*
 * Access tokens for MTN Mobile Money, through libmomo: npm install libmomo, or copy this file,
 * momo_native.cjs and momo_library.cjs into a project.
 *
 *   const { Client } = require('./momo.cjs'); // or: import { Client } from './momo.cjs';
 *   const momo = new Client();
 *   const headers = { Authorization: (await momo.getToken()).authorization };
 *
 * No call blocks the event loop: a token at hand is copied, and a thread of the library refreshes
 * it; where there is none yet, a thread of libuv's pool waits, one per client however many callers
 * wait for a token. One client serves a whole thread of JavaScript; each worker thread makes its
 * own, and they share the token.
 */
'use strict';

const native = require('./momo_native.cjs');
const { CANCELLED, Handle, LEVELS, MomoError, PoolCall, Token, aborted, call, loggers, momo, text } = native;

class Client {
  #handle; // of the library's client; null once this is closed
  #sharedCall = null; // the one get that waits, for all callers

  /**
   * Options come from MOMO_… in the environment (unless environment is false), then from here, by
   * the names in docs/options.md: new Client({ api_key_file: '/run/secrets/momo', timeout: '10s' }).
   * logger: an object with error, warn, info and debug (console, pino, winston); logLevel: the most
   * detailed of them that is wanted.
   */
  constructor({ environment = true, logger, logLevel = 'info', ...options } = {}) {
    const forget = logger && loggers.add(logger);
    const config = momo.create_config();
    const client = [null];
    try {
      if (environment) call(momo.set_options_from_env, config);
      for (const [name, value] of Object.entries(options)) {
        call(momo.set_option, config, text(name), text(value));
      }
      if (logger) {
        call(momo.set_logger, config, loggers.callback(), forget.id, null, LEVELS.indexOf(logLevel));
      }
      call(momo.create_client, config, client);
    } catch (error) {
      forget?.();
      throw error;
    } finally {
      momo.free_config(config);
    }
    this.#handle = new Handle(client[0], (pointer) => {
      momo.free_client(pointer);
      forget?.();
    });
  }

  /** A token that is good now: call it before each payment. */
  async getToken({ signal } = {}) {
    const client = this.#client(signal);
    const token = native.tokenAtHand(client);
    if (token) return token;
    if (!this.#sharedCall?.isOpen) this.#sharedCall = new PoolCall(client, momo.get_token);
    return await this.#sharedCall.wait(signal);
  }

  /**
   * The same without any wait: null where there is no token yet. One is then asked for in the
   * background, unless the option refresh is caller. Throws a MomoError while the reason why there
   * is none is known.
   */
  tokenAtHand() {
    return native.tokenAtHand(this.#client());
  }

  /** A new token from the gateway, at every call. */
  async createToken({ signal } = {}) {
    return await new PoolCall(this.#client(signal), momo.create_token).wait(signal);
  }

  /** Tells that the gateway refused this token, so that it is not handed out again. */
  invalidateToken(accessToken) {
    call(momo.invalidate_token, this.#client(), text(accessToken));
  }

  /**
   * Counters, for a monitoring system: requests, tokensIssued, networkFailures, tokenExpiresIn in
   * seconds, cooldownMs and the others of momo_stats in momo.h.
   */
  stats() {
    return native.stats(this.#client());
  }

  /** Ends calls in progress and refuses later ones, with MOMO_CANCELLED. */
  close() {
    if (!this.#handle) return;
    momo.cancel_client(this.#handle.pointer); // its clones too, on which calls may wait
    this.#handle.free();
    this.#handle = null;
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.close();
  }

  /** The library's client, for a call that may go on. */
  #client(signal) {
    if (!this.#handle) throw new MomoError({ status: CANCELLED, message: 'the client is closed' });
    if (signal?.aborted) throw aborted(signal);
    return this.#handle.pointer;
  }
}

/** Forgets and wipes every token that this process holds. */
function clearCache() {
  momo.clear_cache();
}

module.exports = { Client, MomoError, Token, clearCache };
