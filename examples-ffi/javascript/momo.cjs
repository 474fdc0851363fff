/*
 * Access tokens for MTN Mobile Money, through libmomo: copy this file and momo_native.cjs
 * into a project.
 *
 *   const { Client } = require('./momo.cjs'); // or: import { Client } from './momo.cjs';
 *   const momo = new Client();
 *   const headers = { Authorization: (await momo.getToken()).authorization };
 *
 * No call blocks the event loop: a token at hand is copied and refreshed by a thread of the library;
 * for a first one a thread of libuv's pool waits. A client takes one thread of the pool however many callers wait for a token. One client
 * serves a whole thread of JavaScript; each worker thread makes its own, and they share the token.
 */
'use strict';

const { Handle, LEVELS, MomoError, Native, Token, call, loggers, momo, text } = require('./momo_native.cjs');

const WOULD_BLOCK = 15;
const CANCELLED = 16;

class Client {
  #config;
  #native = null; // the client of the library; another takes its place where one was cancelled
  #sharedCall = null; // the one get that waits, for all callers

  /**
   * Options come from MOMO_… in the environment (unless environment is false), then from here, by
   * the names in docs/options.md: new Client({ api_key_file: '/run/secrets/momo', timeout: '10s' }).
   * logger: an object with error, warn, info and debug (console, pino, winston); logLevel: the most
   * detailed of them that is wanted.
   */
  constructor({ environment = true, logger, logLevel = 'info', ...options } = {}) {
    const forget = logger && loggers.add(logger);
    this.#config = new Handle(momo.create_config(), (config) => {
      momo.free_config(config);
      forget?.();
    });
    try {
      const config = this.#config.pointer;
      if (environment) call(momo.set_options_from_env, config);
      for (const [name, value] of Object.entries(options)) {
        call(momo.set_option, config, text(name), text(value));
      }
      if (logger) {
        call(momo.set_logger, config, loggers.callback(), forget.id, null, LEVELS.indexOf(logLevel));
      }
      this.#native = new Native(this.#config);
    } catch (error) {
      this.#config.free();
      throw error;
    }
  }

  /** A token that is good now: call it before each payment. */
  async getToken({ signal } = {}) {
    this.#mayGoOn(signal);
    try {
      return this.#current().get();
    } catch (error) {
      if (error.status !== WOULD_BLOCK) throw error;
      return await this.#wait(signal);
    }
  }

  /** A new token from the gateway, at every call. */
  async createToken({ signal } = {}) {
    this.#mayGoOn(signal);
    return await this.#run(momo.create_token, signal);
  }

  /** Tells that the gateway refused this token, so that it is not handed out again. */
  invalidateToken(accessToken) {
    this.#mayGoOn();
    call(momo.invalidate_token, this.#current().pointer, text(accessToken));
  }

  /** Ends calls in progress and refuses later ones, with MOMO_CANCELLED. */
  close() {
    this.#native?.retire();
    this.#native = null;
    this.#config?.free();
    this.#config = null;
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.close();
  }

  #mayGoOn(signal) {
    if (!this.#config) throw new MomoError({ status: CANCELLED, message: 'the client is closed' });
    if (signal?.aborted) throw aborted(signal);
  }

  #current() {
    return (this.#native ??= new Native(this.#config));
  }

  #startSharedCall() {
    if (this.#sharedCall) return this.#sharedCall;
    const control = new AbortController();
    const shared = { waiting: 0, control, token: this.#run(momo.get_token, control.signal) };
    const forget = () => {
      if (this.#sharedCall === shared) this.#sharedCall = null;
    };
    shared.token.then(forget, forget);
    return (this.#sharedCall = shared);
  }

  /** Waits with all others; the last one to leave ends the call that they waited for. */
  async #wait(signal) {
    const shared = this.#startSharedCall();
    let leave;
    const left = new Promise((_, reject) => {
      leave = () => {
        if (--shared.waiting > 0) return reject(aborted(signal));
        if (this.#sharedCall === shared) this.#sharedCall = null; // whoever comes now begins anew
        shared.control.abort();
      };
    });
    shared.waiting++;
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([shared.token, left]);
    } catch (error) {
      throw signal?.aborted && error.status === CANCELLED ? aborted(signal) : error;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /**
   * Cancelling is final for a client of the library: that one goes, and the next call makes another
   * from the same config. They are cheap and share the token (with cache=client it goes along).
   */
  async #run(function_, signal) {
    for (;;) {
      const native = this.#current();
      const cancel = () => {
        if (this.#native === native) this.#native = null;
        native.retire();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return await native.run(function_);
      } catch (error) {
        if (error.status !== CANCELLED || !this.#config) throw error;
        if (signal?.aborted) throw aborted(signal);
        // Otherwise it was another call's signal: once more.
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    }
  }
}

/** Forgets and wipes every token that this process holds. */
function clearCache() {
  momo.clear_cache();
}

function aborted(signal) {
  return new MomoError({ status: CANCELLED, message: 'the call was aborted' }, { cause: signal.reason });
}

module.exports = { Client, MomoError, Token, clearCache };
