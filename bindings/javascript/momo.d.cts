/* The types of momo.cjs, for TypeScript 5 or later with @types/node. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** console, pino, winston. */
export type Logger = Record<LogLevel, (line: string) => unknown>;

export interface ClientOptions {
  /** Whether options come from MOMO_… in the environment first; true if it is not given. */
  environment?: boolean;
  logger?: Logger;
  /** The most detailed level that is wanted; 'info' if it is not given. */
  logLevel?: LogLevel;
  /** Options of libmomo, by the names in docs/options.md: strings, numbers and URLs. */
  [option: string]: unknown;
}

export interface CallOptions {
  /** How long the call may wait, in seconds; 0 is not at all. The option timeout if it is not given. */
  timeout?: number;
  /** Ends the wait of this call with an AbortError, or a TimeoutError; its cause is a MomoError. */
  signal?: AbortSignal;
}

export class Client {
  constructor(options?: ClientOptions);
  /** A token that is good now: call it before each payment. */
  getToken(options?: CallOptions): Promise<Token>;
  /**
   * The same without any wait: null if there is no token yet. The library then asks for one, unless
   * the option refresh is caller. Throws a MomoError if the reason why there is none is known.
   */
  tokenAtHand(): Token | null;
  /** A new token from the gateway, at every call; one call after the other. */
  createToken(options?: CallOptions): Promise<Token>;
  /** Tells that the gateway refused this token, or this text, so that it is not handed out again. */
  invalidateToken(token: Token | string): void;
  /** Every option as it is used, for whoever looks for a mistake. */
  options(): Option[];
  /** The counters, for a monitoring system; asks nothing of the gateway. */
  stats(): Stats;
  /** Ends calls in progress and refuses later ones, with MOMO_CANCELLED. */
  close(): void;
  [Symbol.dispose](): void;
}

export class Token {
  /** For tests; authorization follows from accessToken. */
  constructor(fields: Pick<Token, 'accessToken'> & Partial<Token>);
  readonly accessToken: string;
  readonly tokenType: string;
  /** The value of the header to send. */
  readonly authorization: string;
  /** Seconds left, 0 if that is not known. */
  readonly expiresIn: number;
  /** Unix time in seconds, 0 if that is not known. */
  readonly expiresAt: number;
  readonly lifetime: number;
  /** Why the last refresh failed, 0 if none did. */
  readonly refreshStatus: number;
  /** Seconds until a refresh is due, 0 if it is, -1 if none is. */
  readonly refreshIn: number;
}

/** Why there is no token; message says what failed and what to do. */
export class MomoError extends Error {
  /** For tests. */
  constructor(fields: Pick<MomoError, 'status'> & Partial<MomoError>, options?: { cause?: unknown });
  /** One of Status, or a number of a newer library. */
  readonly status: number;
  /** 'MOMO_UNAUTHORIZED' */
  readonly statusName: string;
  /** 0 if there was no response. */
  readonly httpStatus: number;
  readonly code: string;
  readonly body: string;
  /** -1 if no time is known. */
  readonly retryAfterMs: number;
}

/** An option of a client; momo.h explains each member. */
export type Option = Record<'name' | 'value' | 'source' | 'warning', string>;

/** What a client's token cost; momo.h explains each. */
export type Stats = Readonly<Record<
  | 'requests' | 'tokensIssued' | 'tokensAdopted' | 'retries' | 'refreshes' | 'failedRefreshes'
  | 'invalidations' | 'networkFailures' | 'credentialFailures' | 'rateLimitFailures'
  | 'serverFailures' | 'responseFailures' | 'waits' | 'longestWaitMs' | 'lastRequestMs'
  | 'lastFailureStatus' | 'lastFailureAt' | 'tokenExpiresIn' | 'cooldownMs' | 'tokenOrigin',
  number
>>;

/** Forgets and wipes every token that this process holds. */
export function clearCache(): void;

export const version: string;

/** The numbers of momo_status; momo.h explains each. */
export const Status: Readonly<Record<
  | 'OK' | 'INVALID_ARGUMENT' | 'INVALID_CONFIG' | 'RESOLVE_FAILED' | 'CONNECT_FAILED' | 'TLS_FAILED'
  | 'TIMED_OUT' | 'CONNECTION_LOST' | 'WOULD_BLOCK' | 'CANCELLED' | 'UNAUTHORIZED'
  | 'SUBSCRIPTION_KEY_REFUSED' | 'FORBIDDEN' | 'RATE_LIMITED' | 'SERVER_ERROR' | 'UNEXPECTED_STATUS'
  | 'INVALID_RESPONSE' | 'CACHE_FAILED' | 'INTERNAL',
  number
>>;

/** Where the current token came from. */
export const TokenOrigin: { readonly NONE: 0; readonly GATEWAY: 1; readonly DIRECTORY: 2; readonly REDIS: 3 };
