// Tokenproof's driver for MSAL Node: docs/driver-protocol.md says what is spoken here, README.md what is done for it.

import { readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { ConfidentialClientApplication, InteractionRequiredAuthError } from "@azure/msal-node";

const library = createRequire(import.meta.url)("@azure/msal-node/package.json");

// MSAL adds these by itself.
const RESERVED = ["openid", "profile", "offline_access"];

const hello = {
  version: 1,
  name: "msal-node",
  release: library.version,
  can: {
    grants: ["client_credentials", "password", "refresh_token"],
    auth: ["post"],
    providers: ["entra"],
    ops: ["call_api", "force_refresh", "invalidate", "swap_credential"],
    clock: "faketime",
    timers: false,
    concurrency: 64,
    classes: true,
    stores: true,
    reuse: true,
  },
  profile: {
    margin_s: 300,
    throttle: "fails_fast",
    classes: {
      // The name of the exception and, after slashes, its `errorCode` and `subError`.
      "InteractionRequiredAuthError/*": "interaction_required",
      "InteractionRequiredAuthError/no_tokens_found": "reauth_required",
      "InteractionRequiredAuthError/refresh_token_expired": "reauth_required",
      "InteractionRequiredAuthError/*/bad_token": "reauth_required",
      "ServerError/invalid_grant*": "reauth_required",
      "ServerError/invalid_client*": "misconfigured",
      "ServerError/unauthorized_client*": "misconfigured",
      "ServerError/invalid_scope*": "misconfigured",
      "ServerError/invalid_request*": "misconfigured",
      "ServerError/temporarily_unavailable*": "transient",
      "ServerError/server_error*": "transient",
      "*/network_error": "transient",
      "*/token_parsing_error": "protocol",
      // What `fetch` throws when the resource is called.
      "TypeError*": "transient",
    },
  },
};

/** One application of MSAL, with its cache. */
class Client {
  constructor(spec) {
    this.spec = spec;
    this.scopes = spec.scopes.filter((scope) => !RESERVED.includes(scope));
    this.username = spec.user?.username;
    this.refreshToken = spec.refresh_token;
    this.swapped = false;
    this.application(spec.auth.client_secret);
  }

  application(clientSecret, tokens) {
    const { idp, auth, store } = this.spec;
    this.app = new ConfidentialClientApplication({
      auth: {
        clientId: auth.client_id,
        clientSecret,
        authority: `${idp.origin}/${idp.tenant}`,
        // The authority is no cloud of Microsoft's, which would have to vouch for it otherwise.
        knownAuthorities: [new URL(idp.origin).host],
      },
      cache: store ? { cachePlugin: plugin(store) } : {},
    });
    if (tokens) this.app.getTokenCache().deserialize(tokens);
  }

  async token(force = false) {
    const result = await this.acquire(force);
    // MSAL takes an answer without a token for a success.
    if (!result?.accessToken) throw new Error("MSAL handed out no access token");
    return result.accessToken;
  }

  async acquire(force) {
    const { scopes, app } = this;
    const { grant, user } = this.spec;
    if (grant === "client_credentials") {
      return app.acquireTokenByClientCredential({ scopes, skipCache: force });
    }
    const account = await this.account();
    if (grant === "refresh_token" && this.refreshToken && (this.swapped || !account)) {
      const refreshToken = this.refreshToken;
      const result = await app.acquireTokenByRefreshToken({ scopes, refreshToken, forceCache: true });
      this.username = result?.account?.username;
      this.swapped = false;
      return result;
    }
    if (account) {
      try {
        return await app.acquireTokenSilent({ scopes, account, forceRefresh: force });
      } catch (error) {
        // Where MSAL asks for interaction the password is all there is.
        if (grant !== "password" || !(error instanceof InteractionRequiredAuthError)) throw error;
      }
    }
    return app.acquireTokenByUsernamePassword({ scopes, ...user });
  }

  /** Whose tokens are in the cache; a store may hold those of others as well. */
  async account() {
    const accounts = await this.app.getTokenCache().getAllAccounts();
    return accounts.find((account) => !this.username || account.username === this.username);
  }

  // The operations, by the names they have in the protocol.

  async get_token() {
    return { ok: { token: await this.token() } };
  }

  async force_refresh() {
    return { ok: { token: await this.token(true) } };
  }

  async call_api({ method, url, body }) {
    const headers = { authorization: `Bearer ${await this.token()}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(url, { method, headers, body });
    await answer.arrayBuffer();
    return { ok: { status: answer.status } };
  }

  async invalidate() {
    if (this.spec.grant !== "client_credentials") {
      return { unsupported: "MSAL Node forgets a user's access tokens only with the refresh token" };
    }
    this.app.clearCache();
    return { ok: {} };
  }

  async swap_credential({ client_secret, refresh_token }) {
    if (client_secret) this.application(client_secret, this.app.getTokenCache().serialize());
    if (refresh_token) [this.refreshToken, this.swapped] = [refresh_token, true];
    return { ok: {} };
  }
}

/** A cache in a file, read before and written after each use, as MSAL's own samples do it. */
function plugin(path) {
  return {
    async beforeCacheAccess({ tokenCache }) {
      tokenCache.deserialize(await readFile(path, "utf8").catch(() => ""));
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (!cacheHasChanged) return;
      const next = `${path}.${process.pid}`;
      await writeFile(next, tokenCache.serialize());
      await rename(next, path);
    },
  };
}

/** What came out of MSAL, in the protocol's terms. */
function failure(error) {
  const { name, message, errorCode, subError, correlationId, traceId, claims } = error;
  return {
    class: classOf(error),
    native: [name, errorCode ?? error.cause?.code, subError].filter(Boolean).join("/"),
    message,
    correlation_id: correlationId || undefined,
    trace_id: traceId || undefined,
    claims: claims || undefined,
  };
}

/** What MSAL says only by the status of the answer, or by repeating one without it: it keeps throttled requests to itself. */
function classOf({ name, errorCode, status }) {
  if (name !== "ServerError") return undefined;
  if (status === 429 || (status === undefined && /^[\d ]*$/.test(errorCode))) return "throttled";
  return status >= 500 ? "transient" : undefined;
}

const clients = new Map();

async function answerTo(request) {
  const { op, client } = request;
  if (op === "hello") {
    const known = request.versions.includes(hello.version);
    return known ? { ok: hello } : { unsupported: "only version 1 is spoken here" };
  }
  if (op === "open") {
    clients.set(client, new Client(request));
    return { ok: {} };
  }
  if (op === "close") {
    clients.delete(client);
    return { ok: {} };
  }
  if (op !== "get_token" && !hello.can.ops.includes(op)) {
    return { unsupported: `MSAL Node has nothing for ${op}` };
  }
  return clients.get(client)[op](request);
}

const underWay = new Set();

async function answer(request) {
  const answered = await answerTo(request).catch((error) => ({ err: failure(error) }));
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answered })}\n`);
}

console.log = console.error; // Nothing but messages belongs on standard output.
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const answering = answer(JSON.parse(line));
  underWay.add(answering);
  answering.finally(() => underWay.delete(answering));
});
lines.on("close", async () => {
  await Promise.allSettled(underWay);
  process.exit(0);
});
