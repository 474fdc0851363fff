/*
 * Access tokens for MTN Mobile Money, through libmomo. No call blocks the event loop. One client
 * serves a whole thread of JavaScript; each worker thread makes its own, and they share the token.
 */
'use strict';

const native = require('./momo_native.cjs');
const { Waiting, callInPool } = require('./momo_waiting.cjs');
const { Handle, LEVELS, MomoError, Status, Token, TokenOrigin, call, callOptions, momo, text } = native;

// momo.d.cts says what each method does.
class Client {
  #handle; // of the library's client
  #poolHandle; // the same without its logger, which cannot be called on other threads
  #waiting;

  constructor({ environment = true, logger, logLevel = 'info', ...options } = {}) {
    if (!LEVELS.includes(logLevel, 1)) throw new TypeError(`logLevel is one of ${LEVELS.slice(1)}, not ${logLevel}`);
    const config = momo.create_config();
    try {
      if (environment) call(momo.set_options_from_env, config);
      for (const [name, value] of Object.entries(options)) {
        call(momo.set_option, config, text(name), native.optionText(name, value));
      }
      this.#handle = this.#poolHandle = new Handle(config);
      if (logger) {
        this.#handle = new Handle(config, native.setLogger(config, logger, LEVELS.indexOf(logLevel)));
      }
    } finally {
      momo.free_config(config);
    }
    this.#waiting = new Waiting(this.#handle);
  }

  async getToken(options) {
    const { milliseconds, signal } = callOptions(options);
    if (milliseconds === 0) return native.tokenAtHand(this.#handle);
    try {
      return await this.#waiting.token(milliseconds, signal);
    } catch (error) {
      if (error.status !== Status.WOULD_BLOCK) throw error;
      return await callInPool(momo.get_token, this.#poolHandle.pointer, milliseconds, signal);
    }
  }

  tokenAtHand() {
    try {
      return native.tokenAtHand(this.#handle);
    } catch (error) {
      if (error.status !== Status.WOULD_BLOCK) throw error;
      return null;
    }
  }

  async createToken(options) {
    const { milliseconds, signal } = callOptions(options);
    return await callInPool(momo.create_token, this.#poolHandle.pointer, milliseconds, signal);
  }

  invalidateToken(token) {
    const accessToken = token instanceof Token ? token.accessToken : token;
    if (typeof accessToken !== 'string') throw new TypeError('a Token or its accessToken is invalidated');
    call(momo.invalidate_token, this.#handle.pointer, text(accessToken));
  }

  options() {
    return native.options(this.#handle);
  }

  stats() {
    return native.stats(this.#handle);
  }

  close() {
    this.#handle.close();
    this.#poolHandle.close();
    this.#waiting.look(); // which tells the callers
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.close();
  }
}

const clearCache = () => momo.clear_cache();
const version = momo.version();

// ES modules, too, have these by their names, as long as nothing but names is in here.
module.exports = { Client, MomoError, Status, Token, TokenOrigin, clearCache, version };
