/* What momo.cjs is made of. */
'use strict';

const util = require('node:util');
const { isMainThread } = require('node:worker_threads');
const koffi = require('koffi');
const { ErrorFields, LogFunction, StatsFields, TokenFields, momo } = require('./momo_library.cjs');

const WOULD_BLOCK = 15;
const CANCELLED = 16;
const LEVELS = [undefined, 'error', 'warn', 'info', 'debug']; // by libmomo's number

/** Why there is no token; message says what failed and what to do. */
class MomoError extends Error {
  name = 'MomoError';

  constructor({ status, message, http_status = 0, code = '', body = '', retry_after_ms = -1 }, options) {
    super(message, options);
    this.status = status; // the number of a momo_status
    this.statusName = momo.status_name(status); // 'MOMO_UNAUTHORIZED'
    this.httpStatus = http_status; // 0 where no response came
    this.code = code;
    this.body = body;
    this.retryAfterMs = retry_after_ms; // -1 where no time is known
  }
}

class Token {
  constructor(fields) {
    this.accessToken = fields.access_token;
    this.tokenType = fields.token_type;
    this.authorization = fields.authorization; // the value of the header to send
    this.expiresIn = fields.expires_in; // seconds left, 0 where that is not known
    this.expiresAt = fields.expires_at; // Unix time in seconds, 0 where that is not known
    this.lifetime = fields.lifetime;
    this.refreshStatus = fields.refresh_status; // why the last refresh failed, 0 where none did
    this.refreshIn = fields.refresh_in; // seconds until one is due, 0 where it is, -1 where none is
  }

  [util.inspect.custom]() {
    return `Token { expiresIn: ${this.expiresIn} }`; // secrets stay out of logs
  }
}

/**
 * A call in a thread of libuv's pool, for one caller or for many who wait for the same. It is on a
 * clone of the client: to cancel is final, and ends every call on a handle.
 */
class PoolCall {
  static running = new Set();
  isOpen = true; // to others who want to wait
  #clone;
  #token;
  #waiting = 0;

  constructor(client, function_) {
    this.#clone = momo.clone_client(client);
    PoolCall.running.add(this);
    this.#token = this.#run(function_);
  }

  /** The token. A signal ends this wait; the last one to leave ends the call. */
  async wait(signal) {
    let leave;
    const left = new Promise((_, reject) => {
      leave = () => {
        reject(aborted(signal));
        if (--this.#waiting === 0) this.cancel();
      };
    });
    this.#waiting++;
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.#token, left]);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  cancel() {
    this.isOpen = false;
    momo.cancel_client(this.#clone); // null once the call has returned, which does nothing
  }

  /** As long as the option `timeout` says. */
  async #run(function_) {
    const token = [null];
    const error = [null];
    try {
      check(await util.promisify(function_.async)(this.#clone, -1, token, error), error);
      return taken(token);
    } finally {
      this.isOpen = false;
      PoolCall.running.delete(this);
      momo.free_client(this.#clone);
      this.#clone = null;
    }
  }
}

// Node waits for the threads of its pool before the process ends, so calls in progress end now. One
// that has lines for a logger waits in turn for the event loop, which does not turn any more: then
// the process ends without waiting, or, where Node has yet to print an exception, a second later.
process.on('exit', () => {
  for (const running of PoolCall.running) running.cancel();
  if (isMainThread && process.platform !== 'win32' && PoolCall.running.size > 0 && loggers.byId.size > 0) {
    const libc = koffi.load(null);
    process.reallyExit = libc.func('_exit', 'void', ['int']);
    libc.func('alarm', 'uint', ['uint'])(1);
  }
});

/** What the library handed out: freed once, at the latest when nothing refers to it any more. */
class Handle {
  static #forgotten = new FinalizationRegistry((free) => free());
  #free;

  constructor(pointer, free) {
    this.pointer = pointer;
    this.#free = () => free(pointer);
    Handle.#forgotten.register(this, this.#free, this);
  }

  free() {
    if (Handle.#forgotten.unregister(this)) this.#free();
  }
}

/**
 * One C function pointer serves all loggers, by their number, as koffi has so many and no more. A
 * line of a call that waits comes from a thread of the pool, which waits until the event loop has
 * taken it here.
 */
const loggers = {
  byId: new Map(),
  last: 0,

  add(logger) {
    const id = ++loggers.last;
    loggers.byId.set(id, logger);
    return Object.assign(() => loggers.byId.delete(id), { id });
  },

  callback() {
    return (loggers.pointer ??= koffi.register(loggers.log, koffi.pointer(LogFunction)));
  },

  log(id, level, line) {
    // Async, so that what the logger throws, now or later, becomes a rejection: nothing may be
    // thrown through C.
    (async () => loggers.byId.get(id)?.[LEVELS[level]](line))().catch((error) => process.emitWarning(util.inspect(error)));
  },
};

function call(function_, ...parameters) {
  const error = [null];
  check(function_(...parameters, error), error);
}

function check(status, error) {
  if (status === 0) return;
  let fields;
  try {
    fields = koffi.decode(error[0], ErrorFields);
  } finally {
    momo.free_error(error[0]);
  }
  throw new MomoError(fields);
}

function taken(token) {
  try {
    return new Token(koffi.decode(token[0], TokenFields));
  } finally {
    momo.free_token(token[0]);
  }
}

/** The token at hand, or null where there is none; what is needed is asked for in the background. */
function tokenAtHand(client) {
  const token = [null];
  const error = [null];
  const status = momo.get_token(client, 0, token, error);
  if (status === WOULD_BLOCK) {
    momo.free_error(error[0]);
    return null;
  }
  check(status, error);
  return taken(token);
}

/** A plain object of numbers, by the names of momo_stats: last_failure_at is lastFailureAt. */
function stats(client) {
  const stats = [null];
  call(momo.get_stats, client, stats);
  try {
    const fields = Object.entries(koffi.decode(stats[0], StatsFields));
    return Object.fromEntries(
      fields.map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
    );
  } finally {
    momo.free_stats(stats[0]);
  }
}

function aborted(signal) {
  return new MomoError({ status: CANCELLED, message: 'the call was aborted' }, { cause: signal.reason });
}

function text(value) {
  const string = String(value);
  // C would take what stands before it.
  if (string.includes('\0')) throw new TypeError('a string for libmomo holds a NUL');
  return string;
}

module.exports = {
  CANCELLED,
  Handle,
  LEVELS,
  MomoError,
  PoolCall,
  Token,
  aborted,
  call,
  loggers,
  momo,
  stats,
  text,
  tokenAtHand,
};
