// jose as a resource: tokens that MSAL Node got, forged ones, and keys that change.

import { ConfidentialClientApplication } from "@azure/msal-node";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as world from "./world.mjs";

const { TOKENPROOF_ISSUER: issuer, TOKENPROOF_JWKS_URL: url } = process.env;
const mine = { client: world.portal.id, user: world.ada.username, scopes: [world.ORDERS_READ] };
const flaws =
  "alg_none bad_signature expired not_yet_valid withdrawn_key wrong_audience wrong_issuer wrong_key".split(" ");

const fetches = async () => (await world.steer("GET", "/journal?endpoint=jwks&limit=1000")).entries.length;
const keySet = (options, at = url) => createRemoteJWKSet(new URL(at), options);

async function told(token, keys, expected) {
  try {
    const algorithms = ["RS256"];
    const { payload } = await jwtVerify(token, keys, { issuer, audience: world.orders.id, algorithms, ...expected });
    return `${payload.ver}, ${payload.upn ?? payload.preferred_username}`;
  } catch ({ code, claim }) {
    return [code, claim].filter(Boolean).join(" ");
  }
}

const portal = new ConfidentialClientApplication({
  auth: {
    clientId: world.portal.id,
    clientSecret: world.portal.secret,
    authority: world.authority,
    knownAuthorities: [new URL(world.authorityHost).host],
  },
});
const asked = { scopes: [world.USER_READ], redirectUri: world.portal.uri };
const code = (await world.signIn(await portal.getAuthCodeUrl(asked))).get("code");
const { account, accessToken, idToken } = await portal.acquireTokenByCode({ ...asked, code });
const orders = async () =>
  (await portal.acquireTokenSilent({ scopes: [world.ORDERS_READ], account, forceRefresh: true })).accessToken;

const keys = keySet();
const v1Keys = keySet({}, `${world.authority}/discovery/keys`);
const v1Issuer = `https://sts.windows.net/${world.tenant}/`;
const graph = { audience: "https://graph.microsoft.com", issuer: v1Issuer };
console.log(`access token of v1.0: ${await told(accessToken, v1Keys, graph)}`);
console.log(`access token of v2.0: ${await told(await orders(), keys)}`);
console.log(`id token: ${await told(idToken, keys, { audience: world.portal.id })}`);
console.log(`${await fetches()} fetches of two key sets`);
console.log(`another API's: ${await told(accessToken, v1Keys, { issuer: v1Issuer })}`);
for (const forge of flaws) {
  const { value } = await world.steer("POST", "/tokens", { ...mine, forge });
  console.log(`${forge}: ${await told(value, keys)}`);
}

const old = await orders();
const [early, patient, eager] = [{}, {}, { cooldownDuration: 0 }].map((options) => keySet(options));
await told(old, patient);
await told(old, eager);
const { kid } = await world.steer("POST", "/keys", {});
await told(old, early);
await world.steer("POST", `/keys/${kid}/activate`);
const renewed = await orders();
const before = await fetches();
const since = async () => (await fetches()) - before;
console.log(`fetched once the key was published: ${await told(renewed, early)}, ${await since()} more fetches`);
console.log(`unknown, and just fetched: ${await told(renewed, patient)}, ${await since()} more fetches`);
console.log(`unknown: ${await told(renewed, eager)}, ${await since()} more fetch`);
console.log(`signed before: ${await told(old, eager)}`);
await world.steer("DELETE", `/keys/${decodeProtectedHeader(old).kid}`);
console.log(`withdrawn: ${await told(old, keySet())}`);
