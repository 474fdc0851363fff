// The package mtn-momo: the function that its products get their tokens by, and its client with
// axios. Whom it trusts is told to Node, as for fetch.
import https from "node:https";
import axios from "axios";
import auth from "mtn-momo/lib/auth.js";
import { createClient } from "mtn-momo/lib/client.js";

const [mode, count] = process.argv.slice(2);
const config = {
  baseUrl: process.env.MOMO_BASE_URL,
  primaryKey: process.env.MOMO_SUBSCRIPTION_KEY,
  userId: process.env.MOMO_API_USER,
  userSecret: process.env.MOMO_API_KEY,
};

function client() {
  const httpsAgent = new https.Agent({ keepAlive: mode === "kept" });
  return createClient(config, axios.create({ httpsAgent, timeout: 30_000 }));
}

let from;
for (let i = 0; i < Number(count); i++) {
  if (mode === "fresh" || i === 0) from = client();
  const { access_token } = await auth.authorizeDisbursements(config, from);
  if (typeof access_token !== "string") throw new Error("no access_token");
}
process.exit(0);
