/* What TypeScript is to see: tsc --strict. Each expected error is one that it must find. */
import { Client, MomoError, Status, Token, TokenOrigin, clearCache, version } from 'libmomo';
import type { CallOptions, Option, Stats } from 'libmomo';

export async function header(client: Client, options: CallOptions): Promise<Record<string, string>> {
  const token: Token = await client.getToken(options);
  return { Authorization: token.authorization };
}

export function why(error: unknown): [string, number] | undefined {
  return error instanceof MomoError ? [error.statusName, error.httpStatus] : undefined;
}

export function fakes(): [MomoError, Token] {
  const error = new MomoError({ status: Status.UNAUTHORIZED, message: `${version} ${TokenOrigin.GATEWAY}` });
  return [error, new Token({ accessToken: 'abc', expiresIn: 60 })];
}

export function secondsLeft(client: Client): number {
  const { requests, tokenExpiresIn }: Stats = client.stats();
  return requests > 0 ? tokenExpiresIn : (client.tokenAtHand()?.expiresIn ?? 0);
}

export function warnings(client: Client): string[] {
  return client.options().flatMap((option: Option) => option.warning || []);
}

export async function mistakes(client: Client): Promise<void> {
  // @ts-expect-error
  new Client({ logLevel: 'verbose' });
  // @ts-expect-error
  new Client({ logger: { info: console.info } });
  // @ts-expect-error
  client.getToken().authorization;
  // @ts-expect-error
  client.tokenAtHand().authorization;
  // @ts-expect-error
  await client.getToken({ timeoutMs: 5000 });
  // @ts-expect-error
  client.invalidateToken(undefined);
}

{
  using client = new Client({ environment: false, logger: console, max_attempts: 2, option_of_tomorrow: 'x' });
  header(client, { timeout: 5, signal: AbortSignal.timeout(5000) }).finally(clearCache);
}
