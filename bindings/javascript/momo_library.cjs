/* The C interface of libmomo, through koffi (3.0 or later). */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
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
const StatsFields = koffi.struct(
  fields(
    'int64',
    `requests tokens_issued network_failures credential_failures rate_limit_failures server_failures
    response_failures retries refreshes failed_refreshes waits longest_wait_ms invalidations
    last_request_ms last_failure_status last_failure_at token_expires_in cooldown_ms
    tokens_adopted token_origin`,
  ),
);
const LogFunction = koffi.proto('void', ['intptr_t', 'int32', 'str']);

const momo = (() => {
  const library = load();
  const out = koffi.out(koffi.pointer('void *'));
  const token = ['void *', 'int64', out, out];
  const functions = {
    create_config: ['void *', []],
    set_option: ['int', ['void *', 'str', 'str', out]],
    set_options_from_env: ['int', ['void *', out]],
    set_logger: ['int', ['void *', 'void *', 'intptr_t', 'void *', 'int32', out]],
    free_config: ['void', ['void *']],
    create_client: ['int', ['void *', out, out]],
    clone_client: ['void *', ['void *']],
    cancel_client: ['void', ['void *']],
    free_client: ['void', ['void *']],
    create_token: ['int', token],
    get_token: ['int', token],
    invalidate_token: ['int', ['void *', 'str', out]],
    free_token: ['void', ['void *']],
    get_stats: ['int', ['void *', out, out]],
    free_stats: ['void', ['void *']],
    clear_cache: ['void', []],
    free_error: ['void', ['void *']],
    status_name: ['str', ['int32']],
    version: ['str', []],
  };
  for (const [name, [result, parameters]] of Object.entries(functions)) {
    functions[name] = library.func(`momo_${name}`, result, parameters);
  }
  return functions;
})();

module.exports = { ErrorFields, LogFunction, StatsFields, TokenFields, momo };
