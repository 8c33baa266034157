// openid-client for an application whose tokens work in the hands of one key only (DPoP).

import * as client from "openid-client";
import * as openid from "../openid.mjs";
import * as world from "./world.mjs";

const { vault } = world;
const config = await world.found(vault);
const keys = await client.randomDPoPKeyPair();
const DPoP = client.getDPoPHandle(config, keys);
const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair());

/** For whom a token speaks, where its proof opens the orders. */
async function outcome(acquired, handle = DPoP) {
  try {
    const { access_token: token, token_type: type } = await acquired;
    const answer = await client.fetchProtectedResource(config, token, world.ordersUrl, "GET", null, undefined, {
      DPoP: handle,
    });
    const { orders } = await answer.json();
    return `${type}, ${world.claims(token).sub}, ${orders.length} orders`;
  } catch (error) {
    return openid.wrong(error);
  }
}

/** The refusals in between: the library shows the nonce that it is told, and asks again. */
const refused = async () => {
  const { entries } = await world.steer("GET", "/journal?endpoint=token&limit=1000");
  return entries.map(({ reply }) => reply.status).join(" ");
};

console.log(`without a proof: ${await outcome(client.clientCredentialsGrant(config))}`);
const own = await client.clientCredentialsGrant(config, undefined, { DPoP });
console.log(`bound: ${await outcome(own)}`);
console.log(`statuses: ${await refused()}`);
console.log(`bound, again: ${await outcome(client.clientCredentialsGrant(config, undefined, { DPoP }))}`);
console.log(`bound, shown with another key: ${await outcome(own, other)}`);

const asked = await openid.signedIn(config, vault.uri, "openid offline_access orders.read");
const tokens = await openid.redeemed(config, asked, {}, { DPoP });
console.log(`bound, code: ${await outcome(tokens)}`);
const { sub } = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
console.log(`bound, userinfo: ${sub}`);
console.log(`bound, introspection: ${(await client.tokenIntrospection(config, tokens.access_token)).token_type}`);
const renewed = (handle) => client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle });
console.log(`bound, refresh: ${await outcome(renewed(DPoP))}`);
console.log(`bound, refresh with another key: ${await outcome(renewed(other))}`);
