// A mock identity provider from Node tests: one process, a world per test. No dependencies; Node 18 or newer.
//
// Copy this file into your tests. It starts the `mock-idp` command, or the one that the environment variable MOCK_IDP names.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Starts `mock-idp serve` and waits until it serves. */
export async function startMock(...args) {
  const folder = mkdtempSync(join(tmpdir(), "mock-idp-"));
  const readyFile = join(folder, "ready.json");
  const command = process.env.MOCK_IDP ?? "mock-idp";
  const child = spawn(command, ["serve", "--ready-file", readyFile, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let ended;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code) => (ended ??= `ended with ${code}`));
  for (let waited = 0; !existsSync(readyFile); waited += 20) {
    if (ended !== undefined) throw new Error(`${command}: ${ended}`);
    if (waited > 30_000) {
      child.kill();
      throw new Error(`${command} was not ready within 30 s`);
    }
    await sleep(20);
  }
  return new Mock(child, folder, JSON.parse(readFileSync(readyFile, "utf8")));
}

class Mock {
  #child;
  #folder;
  #headers;

  constructor(child, folder, ready) {
    this.#child = child;
    this.#folder = folder;
    this.ready = ready;
    this.url = ready.control.url;
    this.#headers = authorization(ready.control);
  }

  /** Asks the control API; gives what it answers, if anything. */
  async ask(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const said = text === "" ? undefined : JSON.parse(text);
    if (!answer.ok) throw new Error(`${method} ${path}: ${said.detail}`);
    return said;
  }

  /** Starts a world: `await mock.world("okta", { tls: false })`. */
  async world(provider, wanted = {}) {
    return new World(this, await this.ask("POST", "/worlds", { provider, ...wanted }));
  }

  /** Ends the process and all worlds. */
  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The header with the control token, if the mock asks for one: from the token's file, or from the variable it was given in. */
function authorization({ needs_token, token_file }) {
  if (!needs_token) return {};
  const token = token_file === undefined ? process.env.TOKENPROOF_CONTROL_TOKEN : readFileSync(token_file, "utf8");
  return { authorization: `Bearer ${token.trim()}` };
}

/** One provider with its own origins, directory, clock, faults and journal; `facts` has its URLs, `credentials` its secrets. */
class World {
  constructor(mock, { world, credentials }) {
    this.mock = mock;
    this.facts = world;
    this.credentials = credentials;
  }

  /** Asks the control API about this world. */
  ask(method, path, body) {
    return this.mock.ask(method, `/worlds/${this.facts.name}${path}`, body);
  }

  /** Lets time pass: `await world.advance("1h")`. */
  advance(by) {
    return this.ask("POST", "/clock/advance", { by });
  }

  /** Has something go wrong: `await world.fault({ to: "token", reply: 503, times: 2 })`. */
  async fault(rule) {
    return (await this.ask("POST", "/faults", rule)).ids[0];
  }

  /** What came in and what went out: `await world.journal({ endpoint: "token" })`. */
  async journal(query = {}) {
    return (await this.ask("GET", `/journal?${new URLSearchParams(query)}`)).entries;
  }

  /** Throws unless all are met: `await world.verify({ count: { to: "token", is: 1 } })`. */
  async verify(...expectations) {
    const { met, results } = await this.ask("POST", "/verify", expectations);
    const unmet = results.filter((result) => !result.met).map((result) => result.explanation);
    if (!met) throw new Error(unmet.join("\n"));
  }

  /** Ends the world and frees its ports. */
  drop() {
    return this.ask("DELETE", "");
  }
}
