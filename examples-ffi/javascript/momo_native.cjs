/* The C interface of libmomo through koffi (3.0 or later): what momo.cjs is made of. */
'use strict';

const util = require('node:util');
const { isMainThread } = require('node:worker_threads');
const koffi = require('koffi');

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

/** A client of the library: freed when it is retired and the last call on it has returned. */
class Native {
  static busy = new Set();
  #handle;
  #calls = 0;
  #retired = false;

  constructor(config) {
    const client = [null];
    call(momo.create_client, config.pointer, client);
    this.#handle = new Handle(client[0], momo.free_client);
  }

  get pointer() {
    return this.#handle.pointer;
  }

  /** The token at hand, without waiting. */
  get() {
    const token = [null];
    call(momo.get_token, this.pointer, 0, token);
    return taken(token);
  }

  /** As long as the option `timeout` says, in a thread of libuv's pool. */
  async run(function_) {
    const token = [null];
    const error = [null];
    this.#calls++;
    Native.busy.add(this);
    try {
      check(await util.promisify(function_.async)(this.pointer, -1, token, error), error);
      return taken(token);
    } finally {
      if (--this.#calls === 0) {
        Native.busy.delete(this);
        if (this.#retired) this.#handle.free();
      }
    }
  }

  retire() {
    momo.cancel_client(this.pointer);
    this.#retired = true;
    if (this.#calls === 0) this.#handle.free();
  }
}

// Node waits for the threads of its pool before the process ends, so calls in progress end now. One
// that has lines for a logger waits in turn for the event loop, which does not turn any more: then
// the process ends without waiting, or, where Node has yet to print an exception, a second later.
process.on('exit', () => {
  for (const native of Native.busy) native.retire();
  if (isMainThread && Native.busy.size > 0 && loggers.byId.size > 0) {
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

// Types without names: koffi's names are for the whole process, and a second copy of this file
// would find them taken.
const TokenFields = koffi.struct({
  access_token: 'str',
  token_type: 'str',
  authorization: 'str',
  expires_in: 'int64',
  expires_at: 'int64',
  lifetime: 'int64',
  refresh_status: 'int32',
  refresh_in: 'int64',
});
const ErrorFields = koffi.struct({
  status: 'int',
  http_status: 'int32',
  retry_after_ms: 'int64',
  message: 'str',
  code: 'str',
  body: 'str',
});
const LogFunction = koffi.proto('void', ['intptr_t', 'int32', 'str']);

const momo = (() => {
  const library = koffi.load(process.env.LIBMOMO_PATH || 'libmomo.so.0');
  const out = koffi.out(koffi.pointer('void *'));
  const token = ['void *', 'int64', out, out];
  const functions = {
    create_config: ['void *', []],
    set_option: ['int', ['void *', 'str', 'str', out]],
    set_options_from_env: ['int', ['void *', out]],
    set_logger: ['int', ['void *', 'void *', 'intptr_t', 'void *', 'int32', out]],
    free_config: ['void', ['void *']],
    create_client: ['int', ['void *', out, out]],
    cancel_client: ['void', ['void *']],
    free_client: ['void', ['void *']],
    create_token: ['int', token],
    get_token: ['int', token],
    invalidate_token: ['int', ['void *', 'str', out]],
    free_token: ['void', ['void *']],
    clear_cache: ['void', []],
    free_error: ['void', ['void *']],
    status_name: ['str', ['int32']],
  };
  for (const [name, [result, parameters]] of Object.entries(functions)) {
    functions[name] = library.func(`momo_${name}`, result, parameters);
  }
  return functions;
})();

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

function text(value) {
  const string = String(value);
  // C would take what stands before it.
  if (string.includes('\0')) throw new TypeError('a string for libmomo holds a NUL');
  return string;
}

module.exports = { Handle, LEVELS, MomoError, Native, Token, call, loggers, momo, text };
