// openid-client with the tokens of a user who has signed in: renewal, introspection, revocation.

import { refreshTokenGrant, tokenIntrospection, tokenRevocation } from "openid-client";
import * as openid from "../openid.mjs";
import * as world from "./world.mjs";

async function signedIn(config, { uri }) {
  return openid.redeemed(config, await openid.signedIn(config, uri, "openid offline_access orders.read"));
}

/** What is said of a renewal, and the tokens that it gives. */
async function renewed(config, { refresh_token: shown }) {
  const acquired = refreshTokenGrant(config, shown);
  const said = await world.outcome(acquired);
  const given = await acquired.catch(() => undefined);
  return { said: given && given.refresh_token !== shown ? `${said}, a new token` : said, given };
}

async function worth(config, token, hint) {
  const { active, username, scope } = await tokenIntrospection(config, token[hint], { token_type_hint: hint });
  return active ? `${username}, ${scope}` : "not active";
}

const page = await world.found(world.page);
let first = await signedIn(page, world.page);
const { said, given } = await renewed(page, first);
console.log(`refresh: ${said}`);
console.log(`refresh, then the newest: ${(await renewed(page, given)).said}`);
console.log(`replaced, within the leeway: ${(await renewed(page, first)).said}`);

const portal = await world.found(world.portal);
first = await signedIn(portal, world.portal);
console.log(`introspection: ${await worth(portal, first, "access_token")}`);
console.log(`introspection, refresh token: ${await worth(portal, first, "refresh_token")}`);
const second = await refreshTokenGrant(portal, first.refresh_token);
console.log(`replaced: ${(await renewed(portal, first)).said}`);
console.log(`replaced, then the newest: ${(await renewed(portal, second)).said}`);
console.log(`introspection, then: ${await worth(portal, second, "access_token")}`);

first = await signedIn(portal, world.portal);
await tokenRevocation(portal, first.refresh_token, { token_type_hint: "refresh_token" });
console.log(`revocation: done`);
console.log(`introspection, revoked: ${await worth(portal, first, "access_token")}`);
console.log(`revoked: ${(await renewed(portal, first)).said}`);
