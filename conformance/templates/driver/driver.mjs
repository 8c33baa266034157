// A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output. What is marked TODO stands
// where your client belongs. `tokenproof check-driver 'node driver.mjs'` tells whether it works.
import https from "node:https";
import readline from "node:readline";

// TODO what your client can do: docs/driver-protocol.md has the list
const can = { grants: ["client_credentials"], auth: ["post"], ops: ["call_api", "set_clock"], clock: "driven",
  concurrency: 64, reuse: true };
const clients = new Map();
let clock = 0;
function send(url, ca, options, body) {
  return new Promise((done, failed) => {
    const request = https.request(url, { ca, ...options }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (part) => { text += part; }).on("error", failed);
      reply.on("end", () => done({ status: reply.statusCode, text }));
    });
    request.on("error", failed).end(body);
  });
}

class Client { // TODO your client in its place; its time must be `clock`, or declare another kind of clock in `can`
  constructor(setup) { Object.assign(this, { setup, ca: setup.idp.ca_pem, freshUntil: 0 }); }

  async getToken() {
    if (this.token && clock < this.freshUntil) return this.token;
    return (this.flight ??= this.fetchToken().finally(() => { this.flight = undefined; })); // one request for all callers
  }

  async fetchToken() {
    const { auth: { client_id, client_secret }, idp, scopes } = this.setup;
    const askedAt = clock;
    const form = new URLSearchParams({ grant_type: "client_credentials", scope: scopes.join(" "), client_id, client_secret });
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(`${form}`) };
    const { status, text } = await send(idp.token_url, this.ca, { method: "POST", headers }, `${form}`);
    if (status !== 200) throw new Error(`the token endpoint answered ${status}`);
    const { access_token, expires_in } = JSON.parse(text);
    this.freshUntil = askedAt + (expires_in - Math.min(300, expires_in / 2)) * 1000;
    return (this.token = access_token);
  }

  async callApi({ method, url, body }) {
    const headers = { Authorization: `Bearer ${await this.getToken()}`, "Content-Type": "application/json" };
    return (await send(url, this.ca, { method, headers }, body)).status;
  }
}

const client = (ask) => clients.get(ask.client) ?? (() => { throw new Error(`${ask.client} is not open`); })();
const operations = {
  hello: () => ({ version: 1, name: "example-node", release: "1", can }), // TODO its name
  open: (ask) => { clock = Date.parse(ask.now); clients.set(ask.client, new Client(ask)); },
  get_token: async (ask) => ({ token: await client(ask).getToken() }),
  call_api: async (ask) => ({ status: await client(ask).callApi(ask) }),
  set_clock: (ask) => { clock = Date.parse(ask.now); },
  close: (ask) => { client(ask); clients.delete(ask.client); },
};

readline.createInterface({ input: process.stdin }).on("close", () => process.exit()).on("line", async (line) => {
  const ask = JSON.parse(line);
  let said = { unsupported: `this driver has no ${ask.op}` };
  try { if (Object.hasOwn(operations, ask.op)) said = { ok: (await operations[ask.op](ask)) ?? {} }; }
  catch (error) { said = { err: { native: error.name, message: error.message } }; } // TODO its classes
  process.stdout.write(`${JSON.stringify({ id: ask.id, ...said })}\n`);
});
