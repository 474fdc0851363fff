/*
 * A shop, at the point where it has a token and would make a payment.
 *
 *   npm install libmomo express
 *   node shop.mjs
 */
import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import express from 'express';
import { Client, MomoError } from 'libmomo';

const WORKERS = 4;

function serve() {
  const momo = new Client(); // one for every request of this worker
  const app = express();

  app.get('/pay', async (request, response) => {
    const token = await momo.getToken();
    // Here the payment is made, with token.authorization as a header. A token has no business in a
    // page: its hash tells it apart.
    const fingerprint = createHash('sha256').update(token.accessToken).digest('hex');
    response.json({ pid: process.pid, token_sha256: fingerprint });
  });

  app.use((error, request, response, next) => {
    if (!(error instanceof MomoError) || response.headersSent) return next(error);
    // The reason is for the log: it tells of the shop's configuration, not of the visitor's request.
    console.error(`${error.statusName}: ${error.message}`);
    if (error.retryAfterMs >= 0) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
    response.status(503).json({ error: 'no token' });
  });

  app.listen(process.env.PORT ?? 3000, '127.0.0.1');
}

function supervise() {
  let ending = false;
  let listening = 0;
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  cluster.on('listening', (worker, { port }) => {
    if (++listening === WORKERS) console.log(`http://127.0.0.1:${port}`);
  });
  cluster.on('exit', () => ending || cluster.fork());
  process.on('SIGTERM', () => {
    ending = true;
    cluster.disconnect(() => process.exit());
  });
}

if (cluster.isPrimary) supervise();
else serve();
