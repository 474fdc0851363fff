/* The C interface of libmomo, through koffi (3.0 or later), and the values of momo.d.cts. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const util = require('node:util');
const koffi = require('koffi');

const NAMES = { win32: 'momo.dll', darwin: 'libmomo.0.dylib' };
const NAME = NAMES[process.platform] ?? 'libmomo.so.0';

/** Of LIBMOMO_PATH, else beside this file, else where the system's loader finds it. */
function load() {
  const beside = [path.join(__dirname, 'lib', platform(), NAME), path.join(__dirname, NAME)];
  const file = process.env.LIBMOMO_PATH || beside.find((each) => fs.existsSync(each)) || NAME;
  try {
    return koffi.load(file);
  } catch (cause) {
    const has = 'npm install libmomo (for Linux on x64 and arm64, and Windows on x64; keep it out of bundles)';
    const advice = `${has}, or set LIBMOMO_PATH to the file ${NAME}`;
    throw new Error(`libmomo cannot be loaded from ${file} (${cause.message}); ${advice}`, { cause });
  }
}

/** linux-x64-gnu, linux-arm64-musl, win32-x64. */
function platform() {
  const system = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return system;
  try {
    koffi.load(null).func('gnu_get_libc_version', 'str', []);
    return `${system}-gnu`;
  } catch {
    return `${system}-musl`;
  }
}

// Types without names: koffi's names are for the whole process, and a second copy of this file
// would find them taken.
const fields = (type, names) => Object.fromEntries(names.split(/\s+/).map((name) => [name, type]));
const TokenFields = koffi.struct({
  ...fields('str', 'access_token token_type authorization'),
  ...fields('int64', 'expires_in expires_at lifetime'),
  refresh_status: 'int32',
  refresh_in: 'int64',
});
const ErrorFields = koffi.struct({
  ...fields('int', 'status http_status'),
  retry_after_ms: 'int64',
  ...fields('str', 'message code body'),
});
const OptionFields = koffi.struct({ ...fields('str', 'name value source warning'), next: 'void*' });
const StatsFields = koffi.struct(fields('int64', `requests tokens_issued network_failures
  credential_failures rate_limit_failures server_failures response_failures retries refreshes
  failed_refreshes waits longest_wait_ms invalidations last_request_ms last_failure_status
  last_failure_at token_expires_in cooldown_ms tokens_adopted token_origin`));
const LogFunction = koffi.proto('void', ['intptr_t', 'int32', 'str']);

const out = koffi.out(koffi.pointer('void *'));
const momo = {
  create_config: ['void *', []],
  set_option: ['int', ['void *', 'str', 'str', out]],
  set_options_from_env: ['int', ['void *', out]],
  set_logger: ['int', ['void *', 'void *', 'intptr_t', 'void *', 'int32', out]],
  clone_client: ['void *', ['void *']],
  ...fields(['int', ['void *', out, out]], 'create_client get_options get_stats'),
  ...fields(['int', ['void *', 'int64', out, out]], 'create_token get_token'),
  invalidate_token: ['int', ['void *', 'str', out]],
  ...fields(['void', ['void *']], `free_config cancel_client free_client free_token free_options
    free_stats free_error`),
  clear_cache: ['void', []],
  status_name: ['str', ['int32']],
  version: ['str', []],
};
const library = load();
for (const [name, [result, parameters]] of Object.entries(momo)) {
  momo[name] = library.func(`momo_${name}`, result, parameters);
}

const Status = {};
for (let number = 0; number < 100; number++) {
  const name = momo.status_name(number).replace('MOMO_', '');
  if (name !== 'UNKNOWN') Status[name] = number;
}
Object.freeze(Status);

const TokenOrigin = Object.freeze({ NONE: 0, GATEWAY: 1, DIRECTORY: 2, REDIS: 3 });

const LEVELS = [undefined, 'error', 'warn', 'info', 'debug']; // by libmomo's number

class MomoError extends Error {
  name = 'MomoError';

  constructor({ status, message, httpStatus = 0, code = '', body = '', retryAfterMs = -1 }, options) {
    super(message, options);
    const statusName = momo.status_name(status);
    Object.assign(this, { status, statusName, httpStatus, code, body, retryAfterMs });
  }
}

class Token {
  #secrets; // private: they stay out of logs and JSON

  constructor({ accessToken, authorization = `Bearer ${accessToken}`, ...others }) {
    this.#secrets = { accessToken, authorization };
    const absent = { expiresIn: 0, expiresAt: 0, lifetime: 0, refreshStatus: 0, refreshIn: -1 };
    Object.freeze(Object.assign(this, { tokenType: 'access_token', ...absent, ...others }));
  }

  get accessToken() {
    return this.#secrets.accessToken;
  }

  get authorization() {
    return this.#secrets.authorization;
  }

  [util.inspect.custom]() {
    return `Token { expiresIn: ${this.expiresIn} }`; // it can be asked to call getters
  }
}

/** A client of the library: freed once, at the latest when nothing refers to it any more. */
class Handle {
  static #forgotten = new FinalizationRegistry((free) => free());
  #pointer;
  #free;

  constructor(config, forgetLogger) {
    const client = [null];
    call(momo.create_client, config, client);
    const pointer = (this.#pointer = client[0]);
    this.#free = () => {
      momo.free_client(pointer);
      forgetLogger?.();
    };
    Handle.#forgotten.register(this, this.#free, this);
  }

  get pointer() {
    if (this.#pointer) return this.#pointer;
    throw new MomoError({ status: Status.CANCELLED, message: 'the client is closed' });
  }

  close() {
    if (!Handle.#forgotten.unregister(this)) return;
    momo.cancel_client(this.#pointer); // its clones too
    this.#free();
    this.#pointer = null;
  }
}

/** By their number: one C function pointer serves all, as koffi has so many and no more. */
const loggers = new Map();
let lastLogger = 0;
let logFunction;

/** Returns a function that forgets the logger. */
function setLogger(config, logger, level) {
  const id = ++lastLogger;
  loggers.set(id, logger);
  logFunction ??= koffi.register(log, koffi.pointer(LogFunction));
  call(momo.set_logger, config, logFunction, id, null, level);
  return () => loggers.delete(id);
}

/** Async, so that what the logger throws, now or later, becomes a rejection and not C's. */
function log(id, level, line) {
  (async () => loggers.get(id)?.[LEVELS[level]](line))().catch((error) => process.emitWarning(util.inspect(error)));
}

function call(function_, ...parameters) {
  const error = [null];
  check(function_(...parameters, error), error);
}

function check(status, error) {
  if (status !== 0) throw new MomoError(copied(error[0], ErrorFields, momo.free_error));
}

/** Frees it at once. By the names of JavaScript: last_failure_at is lastFailureAt. */
function copied(pointer, type, free) {
  try {
    const fields = Object.entries(koffi.decode(pointer, type));
    const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    return Object.fromEntries(fields.map(([name, value]) => [camel(name), value]));
  } finally {
    free(pointer);
  }
}

function given(status, token, error) {
  check(status, error);
  return new Token(copied(token[0], TokenFields, momo.free_token));
}

function taken(type, free, function_, ...parameters) {
  const out = [null];
  call(function_, ...parameters, out);
  return copied(out[0], type, free);
}

const tokenAtHand = ({ pointer }) =>
  new Token(taken(TokenFields, momo.free_token, momo.get_token, pointer, 0));
const stats = ({ pointer }) => taken(StatsFields, momo.free_stats, momo.get_stats, pointer);

function options({ pointer }) {
  const first = [null];
  const all = [];
  call(momo.get_options, pointer, first);
  for (let next = first[0], option; next; all.push(option)) {
    ({ next, ...option } = koffi.decode(next, OptionFields));
  }
  momo.free_options(first[0]);
  return all;
}

/** JavaScript's own error for it, with the library's as its cause. */
function aborted(signal) {
  const cause = new MomoError({ status: Status.CANCELLED, message: 'the call was aborted' }, { cause: signal.reason });
  const name = signal.reason?.name === 'TimeoutError' ? 'TimeoutError' : 'AbortError';
  return new DOMException(signal.reason?.message ?? cause.message, { name, cause });
}

/** Of a call: how long it may wait, in milliseconds, and its signal. What is not known is a mistake. */
function callOptions(options = {}) {
  const { timeout, signal, ...others } = Object(options);
  const names = options === Object(options) ? Object.keys(others) : [options];
  if (names.length > 0) throw new TypeError(`a call takes { timeout, signal }, timeout in seconds, not ${names}`);
  if (signal != null && !(signal instanceof AbortSignal)) throw new TypeError('signal is not an AbortSignal');
  if (signal?.aborted) throw aborted(signal);
  if (timeout == null) return { milliseconds: -1, signal }; // the option `timeout`
  if (typeof timeout !== 'number' || !(timeout >= 0)) {
    throw new TypeError(`timeout is a number of seconds, and not negative: ${util.inspect(timeout)}`);
  }
  // Rounded up: a budget that is nearly spent must not become 0, which never waits. At most a day.
  return { milliseconds: Math.ceil(Math.min(timeout, 86_400) * 1000), signal };
}

/** What is absent must not become a credential, as String(undefined) would. */
function optionText(name, value) {
  if (typeof value !== 'string' && !Number.isFinite(value) && !(value instanceof URL)) {
    throw new TypeError(`the option ${name} is a string or a number, not ${value === null ? value : typeof value}`);
  }
  return text(value);
}

function text(value) {
  const string = String(value);
  // C would take what stands before it.
  if (string.includes('\0')) throw new TypeError('a string for libmomo holds a NUL');
  return string;
}

module.exports = { Handle, LEVELS, MomoError, Status, Token, TokenOrigin, aborted, call, callOptions, momo };
Object.assign(module.exports, { given, options, optionText, setLogger, stats, text, tokenAtHand });
