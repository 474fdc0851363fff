/* The types of momo.cjs, for TypeScript 5 or later with @types/node. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** console, pino, winston. */
export type Logger = Record<LogLevel, (line: string) => unknown>;

export interface ClientOptions {
  /** Whether options come from MOMO_… in the environment first; true where it is not given. */
  environment?: boolean;
  logger?: Logger;
  /** The most detailed level that is wanted; 'info' where it is not given. */
  logLevel?: LogLevel;
  /** Options of libmomo, by the names in docs/options.md: strings, numbers and URLs. */
  [option: string]: unknown;
}

export interface CallOptions {
  /** How long the call may wait, in seconds; 0 is not at all. The option timeout where it is not given. */
  timeout?: number;
  /** Ends the wait of this call with an AbortError, or a TimeoutError; its cause is a MomoError. */
  signal?: AbortSignal;
}

export class Client {
  constructor(options?: ClientOptions);
  /** A token that is good now: call it before each payment. */
  getToken(options?: CallOptions): Promise<Token>;
  /**
   * The same without any wait: null where there is no token yet. One is then asked for in the
   * background, unless the option refresh is caller. Throws a MomoError while the reason why there
   * is none is known.
   */
  tokenAtHand(): Token | null;
  /** A new token from the gateway, at every call; one call after the other. */
  createToken(options?: CallOptions): Promise<Token>;
  /** Tells that the gateway refused this token, so that it is not handed out again. */
  invalidateToken(token: Token | string): void;
  /** The counters, for a monitoring system; asks nothing of the gateway. */
  stats(): Stats;
  /** Ends calls in progress and refuses later ones, with MOMO_CANCELLED. */
  close(): void;
  [Symbol.dispose](): void;
}

/** The fields of an object, without its getters and methods. */
type Fields<T, Required extends keyof T, Optional extends keyof T> = Pick<T, Required> & Partial<Pick<T, Optional>>;

export class Token {
  /** For tests; authorization follows from accessToken. */
  constructor(
    fields: Fields<
      Token,
      'accessToken',
      'tokenType' | 'authorization' | 'expiresIn' | 'expiresAt' | 'lifetime' | 'refreshStatus' | 'refreshIn'
    >,
  );
  readonly accessToken: string;
  readonly tokenType: string;
  /** The value of the header to send. */
  readonly authorization: string;
  /** Seconds left, 0 where that is not known. */
  readonly expiresIn: number;
  /** Unix time in seconds, 0 where that is not known. */
  readonly expiresAt: number;
  readonly lifetime: number;
  /** Why the last refresh failed, 0 where none did. */
  readonly refreshStatus: number;
  /** Seconds until a refresh is due, 0 where it is, -1 where none is. */
  readonly refreshIn: number;
}

/** Why there is no token; message says what failed and what to do. */
export class MomoError extends Error {
  /** For tests. */
  constructor(
    fields: Fields<MomoError, 'status', 'message' | 'httpStatus' | 'code' | 'body' | 'retryAfterMs'>,
    options?: { cause?: unknown },
  );
  /** One of Status, or a number of a newer library. */
  readonly status: number;
  /** 'MOMO_UNAUTHORIZED' */
  readonly statusName: string;
  /** 0 where no response came. */
  readonly httpStatus: number;
  readonly code: string;
  readonly body: string;
  /** -1 where no time is known. */
  readonly retryAfterMs: number;
}

/** What a client's token cost; momo.h explains each. */
export interface Stats {
  readonly requests: number;
  readonly tokensIssued: number;
  readonly networkFailures: number;
  readonly credentialFailures: number;
  readonly rateLimitFailures: number;
  readonly serverFailures: number;
  readonly responseFailures: number;
  readonly retries: number;
  readonly refreshes: number;
  readonly failedRefreshes: number;
  readonly waits: number;
  readonly longestWaitMs: number;
  readonly invalidations: number;
  /** -1 before the first. */
  readonly lastRequestMs: number;
  /** One of Status, 0 where nothing failed. */
  readonly lastFailureStatus: number;
  /** Unix time in seconds, 0 where nothing failed. */
  readonly lastFailureAt: number;
  /** Seconds left, 0 where there is no token. */
  readonly tokenExpiresIn: number;
  readonly cooldownMs: number;
  /** Tokens of other processes, by the option cache. */
  readonly tokensAdopted: number;
  /** One of TokenOrigin. */
  readonly tokenOrigin: number;
}

/** Forgets and wipes every token that this process holds. */
export function clearCache(): void;

/** The version of the library. */
export const version: string;

/** The numbers of momo_status; momo.h explains each. */
export const Status: {
  readonly OK: 0;
  readonly INVALID_ARGUMENT: 1;
  readonly INVALID_CONFIG: 2;
  readonly RESOLVE_FAILED: 10;
  readonly CONNECT_FAILED: 11;
  readonly TLS_FAILED: 12;
  readonly TIMED_OUT: 13;
  readonly CONNECTION_LOST: 14;
  readonly WOULD_BLOCK: 15;
  readonly CANCELLED: 16;
  readonly UNAUTHORIZED: 20;
  readonly SUBSCRIPTION_KEY_REFUSED: 21;
  readonly FORBIDDEN: 22;
  readonly RATE_LIMITED: 23;
  readonly SERVER_ERROR: 24;
  readonly UNEXPECTED_STATUS: 25;
  readonly INVALID_RESPONSE: 26;
  readonly CACHE_FAILED: 30;
  readonly INTERNAL: 99;
};

/** Where the current token came from. */
export const TokenOrigin: { readonly NONE: 0; readonly GATEWAY: 1; readonly DIRECTORY: 2; readonly REDIS: 3 };
