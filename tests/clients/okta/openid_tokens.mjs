// openid-client with the tokens of a user who has signed in: renewal, introspection, revocation.

import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
} from "openid-client";
import * as world from "./world.mjs";

/** Needs no more than a code: everything else is shown elsewhere. */
async function signedIn(config, { uri }) {
  const pkceCodeVerifier = randomPKCECodeVerifier();
  const code_challenge = await calculatePKCECodeChallenge(pkceCodeVerifier);
  const scope = "openid offline_access orders.read";
  const asked = { redirect_uri: uri, scope, code_challenge, code_challenge_method: "S256", state: "here" };
  const { address } = await world.approved(buildAuthorizationUrl(config, asked));
  return authorizationCodeGrant(config, new URL(address), { pkceCodeVerifier, expectedState: "here" });
}

async function renewed(config, { refresh_token: shown }) {
  const acquired = refreshTokenGrant(config, shown);
  const said = await world.outcome(acquired);
  const { refresh_token: given } = await acquired.catch(() => ({ refresh_token: shown }));
  return given === shown ? said : `${said}, a new token`;
}

async function worth(config, token, hint) {
  const { active, username, scope } = await tokenIntrospection(config, token[hint], { token_type_hint: hint });
  return active ? `${username}, ${scope}` : "not active";
}

const page = await world.found(world.page);
let first = await signedIn(page, world.page);
const acquired = refreshTokenGrant(page, first.refresh_token);
console.log(`refresh: ${await world.outcome(acquired)}, ${(await acquired).refresh_token === first.refresh_token ? "the same" : "a new token"}`);
console.log(`refresh, then the newest: ${await renewed(page, await acquired)}`);
console.log(`replaced, within the leeway: ${await renewed(page, first)}`);

const portal = await world.found(world.portal);
first = await signedIn(portal, world.portal);
console.log(`introspection: ${await worth(portal, first, "access_token")}`);
console.log(`introspection, refresh token: ${await worth(portal, first, "refresh_token")}`);
const second = await refreshTokenGrant(portal, first.refresh_token);
console.log(`replaced: ${await renewed(portal, first)}`);
console.log(`replaced, then the newest: ${await renewed(portal, second)}`);
console.log(`introspection, then: ${await worth(portal, second, "access_token")}`);

first = await signedIn(portal, world.portal);
await tokenRevocation(portal, first.refresh_token, { token_type_hint: "refresh_token" });
console.log(`revocation: done`);
console.log(`introspection, revoked: ${await worth(portal, first, "access_token")}`);
console.log(`revoked: ${await renewed(portal, first)}`);
