// openid-client for a user: code with PKCE, pushed requests, id token, userinfo, and the end of the session.

import { createHash } from "node:crypto";
import * as client from "openid-client";
import * as world from "./world.mjs";

const { portal } = world;
const taken = await world.found(portal);
// Else what comes from the token endpoint is taken at its word.
client.enableNonRepudiationChecks(taken);
// Asks for a code with an id token beside it, which has a hash of the code.
const hybrid = await world.found(portal);
client.useCodeIdTokenResponseType(hybrid);

async function begun(build = client.buildAuthorizationUrl, config = taken) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = await build(config, {
    redirect_uri: portal.uri,
    scope: "openid profile email offline_access orders.read",
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });
  return { url, checks };
}

async function signedIn(build, config) {
  const { url, checks } = await begun(build, config);
  return { back: new URL((await world.approved(url)).address), checks };
}

const redeemed = ({ back, checks }, others, config = taken) =>
  client.authorizationCodeGrant(config, back, { ...checks, ...others });

/** What the library makes of an id token that has something wrong with it. */
async function forged(flaw) {
  const asked = await signedIn();
  const id_token = await world.forgedIdToken(portal, asked.checks.expectedNonce, flaw);
  taken[client.customFetch] = async (url, options) => {
    const answer = await fetch(url, options);
    return url === world.tokenUrl ? Response.json({ ...(await answer.json()), id_token }) : answer;
  };
  const said = await identity(redeemed(asked));
  taken[client.customFetch] = fetch;
  return said;
}

async function identity(acquired) {
  try {
    const claims = (await acquired).claims();
    const known = ["nonce", "at_hash"].filter((name) => name in claims);
    return `${claims.preferred_username}, with ${known.join(" and ")}`;
  } catch (error) {
    return world.wrong(error);
  }
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

console.log(`id token: ${await identity(tokens)}`);
const half = createHash("sha256").update(tokens.access_token).digest().subarray(0, 16).toString("base64url");
console.log(`at_hash: ${tokens.claims().at_hash === half ? "right" : "wrong"}`);
console.log(`id token, another nonce: ${await identity(redeemed(await signedIn(), { expectedNonce: "another" }))}`);
for (const flaw of ["wrong_key", "wrong_issuer", "expired"]) {
  console.log(`id token, ${flaw}: ${await forged(flaw)}`);
}

const both = await signedIn(client.buildAuthorizationUrl, hybrid);
console.log(`code and id token: ${await world.outcome(redeemed(both, {}, hybrid))}`);
const mixed = await signedIn(client.buildAuthorizationUrl, hybrid);
mixed.back.hash = mixed.back.hash.replace(/code=[^&]*/, "code=another");
console.log(`code and id token, another code: ${await world.outcome(redeemed(mixed, {}, hybrid))}`);

const { sub } = tokens.claims();
console.log(`userinfo: ${(await client.fetchUserInfo(taken, tokens.access_token, sub)).email}`);
const wrong = (acquired) => acquired.catch(world.wrong);
console.log(`userinfo, of another: ${await wrong(client.fetchUserInfo(taken, tokens.access_token, "00u9another"))}`);
console.log(`userinfo, of nobody: ${await wrong(client.fetchUserInfo(taken, "no.token.atall", sub))}`);

async function leaving(address) {
  const parameters = { id_token_hint: tokens.id_token, post_logout_redirect_uri: address, state: "here" };
  const answer = await fetch(client.buildEndSessionUrl(taken, parameters), { redirect: "manual" });
  return `${answer.status} ${answer.headers.get("location") ?? ""}`.trim();
}

console.log(`logout: ${await leaving(portal.afterwards)}`);
console.log(`logout to elsewhere: ${await leaving("https://elsewhere.example/")}`);
