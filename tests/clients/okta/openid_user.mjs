// openid-client for a user: code with PKCE, pushed requests, id token, userinfo, and the end of the session.

import { createHash } from "node:crypto";
import * as client from "openid-client";
import * as openid from "../openid.mjs";
import * as world from "./world.mjs";

const { portal } = world;
const taken = await world.found(portal);
// Else what comes from the token endpoint is taken at its word.
client.enableNonRepudiationChecks(taken);
// Asks for a code with an id token beside it, which has a hash of the code.
const hybrid = await world.found(portal);
client.useCodeIdTokenResponseType(hybrid);

const scope = "openid profile email offline_access orders.read";
const begun = (build, config = taken) => openid.begun(config, portal.uri, scope, build);
const signedIn = (build, config = taken) => openid.signedIn(config, portal.uri, scope, build);
const redeemed = (asked, others, config = taken) => openid.redeemed(config, asked, others);

/** What the library makes of an id token that has something wrong with it. */
async function forged(flaw) {
  const asked = await signedIn();
  const id_token = await world.forgedIdToken(portal, asked.checks.expectedNonce, flaw);
  taken[client.customFetch] = async (url, options) => {
    const answer = await fetch(url, options);
    return url === world.tokenUrl ? Response.json({ ...(await answer.json()), id_token }) : answer;
  };
  const said = await openid.identity(redeemed(asked));
  taken[client.customFetch] = fetch;
  return said;
}

const asked = await signedIn();
const tokens = await redeemed(asked);
console.log(`code: ${await world.outcome(tokens)}`);
console.log(`the same code: ${await world.outcome(redeemed(asked))}`);
const again = await signedIn();
console.log(`another state: ${await world.outcome(redeemed(again, { expectedState: "another" }))}`);
console.log(`another verifier: ${await world.outcome(redeemed(again, { pkceCodeVerifier: "v".repeat(43) }))}`);
const { url, checks } = await begun();
console.log(`declined: ${await world.outcome(redeemed({ back: new URL(await world.declined(url)), checks }))}`);

const pushed = await begun(client.buildAuthorizationUrlWithPAR);
console.log(`pushed: ${[...pushed.url.searchParams.keys()]}`);
const { address } = await world.approved(pushed.url);
console.log(`pushed, code: ${await world.outcome(redeemed({ back: new URL(address), checks: pushed.checks }))}`);

console.log(`id token: ${await openid.identity(tokens)}`);
const half = createHash("sha256").update(tokens.access_token).digest().subarray(0, 16).toString("base64url");
console.log(`at_hash: ${tokens.claims().at_hash === half ? "right" : "wrong"}`);
console.log(`id token, another nonce: ${await openid.identity(redeemed(await signedIn(), { expectedNonce: "another" }))}`);
for (const flaw of ["wrong_key", "wrong_issuer", "expired"]) {
  console.log(`id token, ${flaw}: ${await forged(flaw)}`);
}
const { kid } = await world.steer("POST", "/keys", {});
await world.steer("POST", `/keys/${kid}/activate`);
console.log(`id token, unknown, and just fetched: ${await openid.identity(redeemed(await signedIn()))}`);
const fresh = await world.found(portal);
client.enableNonRepudiationChecks(fresh);
console.log(`id token, a new key: ${await openid.identity(redeemed(await signedIn(), {}, fresh))}`);

const both = await signedIn(undefined, hybrid);
console.log(`code and id token: ${await world.outcome(redeemed(both, {}, hybrid))}`);
const mixed = await signedIn(undefined, hybrid);
mixed.back.hash = mixed.back.hash.replace(/code=[^&]*/, "code=another");
console.log(`code and id token, another code: ${await world.outcome(redeemed(mixed, {}, hybrid))}`);

const { sub } = tokens.claims();
console.log(`userinfo: ${(await client.fetchUserInfo(taken, tokens.access_token, sub)).email}`);
const wrong = (acquired) => acquired.catch(openid.wrong);
console.log(`userinfo, of another: ${await wrong(client.fetchUserInfo(taken, tokens.access_token, "00u9another"))}`);
console.log(`userinfo, of nobody: ${await wrong(client.fetchUserInfo(taken, "no.token.atall", sub))}`);

async function leaving(address) {
  const parameters = { id_token_hint: tokens.id_token, post_logout_redirect_uri: address, state: "here" };
  const answer = await fetch(client.buildEndSessionUrl(taken, parameters), { redirect: "manual" });
  return `${answer.status} ${answer.headers.get("location") ?? ""}`.trim();
}

console.log(`logout: ${await leaving(portal.afterwards)}`);
console.log(`logout to elsewhere: ${await leaving("https://elsewhere.example/")}`);
