// How a token client is tested with node:test: a mock for all tests, a world for each.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startMock } from "./tokenproof-mock.mjs";

let mock;
let world;

before(async () => {
  mock = await startMock("--provider", "okta");
});

after(() => mock.stop());

beforeEach(async () => {
  // Plain HTTP keeps the example short; for TLS trust `world.credentials.ca_pem`.
  world = await mock.world("okta", {
    tls: false,
    clock: { virtual: { start: "2030-01-01T00:00:00Z" } },
  });
});

afterEach(() => world.drop());

/** The client under test: keeps a token and gets another one when it is refused. */
class Client {
  #token;

  async orders() {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      this.#token ??= await this.#fetch();
      const answer = await fetch(world.facts.api_url, {
        headers: { authorization: `Bearer ${this.#token}` },
      });
      if (answer.ok) return answer.json();
      this.#token = undefined;
    }
    throw new Error("refused twice");
  }

  async #fetch() {
    const { client_id, client_secret, scope } = world.credentials;
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret, scope });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await fetch(world.facts.token_url, { method: "POST", body });
      if (answer.ok) return (await answer.json()).access_token;
      if (answer.status < 500) break;
    }
    throw new Error("no token");
  }
}

test("a token is used again", async () => {
  const client = new Client();
  await client.orders();
  await client.orders();
  await world.verify({ count: { to: "token", is: 1 } });
});

test("an expired token is replaced", async () => {
  const client = new Client();
  await client.orders();
  await world.advance("2h");
  await client.orders();
  await world.verify({ order: [{ to: "resource", status: 401 }, { to: "token", status: 200 }] });
});

test("a passing failure is survived", async () => {
  await world.fault({ to: "token", reply: 503, times: 2 });
  await new Client().orders();
  const entries = await world.journal({ endpoint: "token" });
  assert.deepEqual(entries.map((entry) => entry.reply.status), [503, 503, 200]);
});

test("an unmet expectation says why", async () => {
  await new Client().orders();
  await assert.rejects(world.verify({ never: { to: "token" } }), /expected/);
});

test("a mistake is explained", async () => {
  await assert.rejects(world.fault({ to: "token", replay: 503 }), /replay/);
});
