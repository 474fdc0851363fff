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
  /** Options of libmomo, by the names in docs/options.md. */
  [option: string]: unknown;
}

export interface CallOptions {
  /** Ends the wait of this call: AbortSignal.timeout(5000). */
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
  /** A new token from the gateway, at every call. */
  createToken(options?: CallOptions): Promise<Token>;
  /** Tells that the gateway refused this token, so that it is not handed out again. */
  invalidateToken(accessToken: string): void;
  /** The counters, for a monitoring system; asks nothing of the gateway. */
  stats(): Stats;
  /** Ends calls in progress and refuses later ones, with MOMO_CANCELLED. */
  close(): void;
  [Symbol.dispose](): void;
}

export class Token {
  private constructor();
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
  private constructor();
  /** The number of a momo_status. */
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
  /** The number of a momo_status, 0 where nothing failed. */
  readonly lastFailureStatus: number;
  /** Unix time in seconds, 0 where nothing failed. */
  readonly lastFailureAt: number;
  /** Seconds left, 0 where there is no token. */
  readonly tokenExpiresIn: number;
  readonly cooldownMs: number;
  /** Tokens of other processes, by the option cache. */
  readonly tokensAdopted: number;
  /** 1 the gateway, 2 a directory, 3 Redis, 0 where there is no token. */
  readonly tokenOrigin: number;
}

/** Forgets and wipes every token that this process holds. */
export function clearCache(): void;
