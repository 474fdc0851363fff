// Node's fetch. Whom it trusts is told to Node: --use-openssl-ca with SSL_CERT_FILE.
const [mode, count] = process.argv.slice(2);
const { MOMO_BASE_URL, MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY } = process.env;

const headers = {
  Authorization: "Basic " + Buffer.from(`${MOMO_API_USER}:${MOMO_API_KEY}`).toString("base64"),
  "Ocp-Apim-Subscription-Key": MOMO_SUBSCRIPTION_KEY,
};
// Of one's own a program has no pool of connections here: the process has one.
if (mode === "fresh") headers.Connection = "close";

async function token() {
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(`${MOMO_BASE_URL}/disbursement/token/`, {
    method: "POST", headers, signal,
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const { access_token } = await response.json();
  if (typeof access_token !== "string") throw new Error("no access_token");
  return access_token;
}

for (let i = 0; i < Number(count); i++) await token();
process.exit(0); // without the seconds that a kept connection holds Node up
