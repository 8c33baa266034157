// MSAL Node with continuous access evaluation: what becomes of a claims challenge.

import { ConfidentialClientApplication } from "@azure/msal-node";
import * as world from "./world.mjs";

function application({ id, secret }) {
  return new ConfidentialClientApplication({
    auth: {
      clientId: id,
      clientSecret: secret,
      authority: world.authority,
      knownAuthorities: [new URL(world.authorityHost).host],
      clientCapabilities: ["CP1"],
    },
  });
}

const { TOKENPROOF_API_URL: api, TOKENPROOF_USER_API_URL: userApi } = process.env;
const event = (event, user) => world.steer("POST", "/access-events", { event, user });
const from = ({ fromCache }) => (fromCache ? "cache" : "provider");

const daemon = application(world.daemon);
const scopes = [world.GRAPH];
const first = await daemon.acquireTokenByClientCredential({ scopes });
const { xms_cc: capabilities, ...times } = world.claims(first.accessToken);
console.log(`called: ${await world.users(first.accessToken)}`);
console.log(`declared: ${capabilities}, ${world.life(times)}`);
await event("policies");
const { status, claims } = await world.challenge(api, first.accessToken);
console.log(`challenged: ${status}, ${Object.keys(JSON.parse(claims).access_token)}`);
console.log(`without the challenge: ${from(await daemon.acquireTokenByClientCredential({ scopes }))}`);
const fresh = await daemon.acquireTokenByClientCredential({ scopes, claims });
console.log(`with it: ${from(fresh)}, ${await world.users(fresh.accessToken)}`);

const portal = application(world.portal);
const asked = { scopes: [world.USER_READ], redirectUri: world.portal.uri };
const back = await world.signIn(await portal.getAuthCodeUrl(asked));
const { account, accessToken } = await portal.acquireTokenByCode({ ...asked, code: back.get("code") });
await event("location", world.ada.username);
const moved = await world.challenge(userApi, accessToken);
const silent = (claims) => portal.acquireTokenSilent({ scopes: asked.scopes, account, claims });
const again = await silent(moved.claims);
console.log(`user, challenged: ${moved.status}, then ${await world.me(again.accessToken)}`);
await event("revoked", world.ada.username);
const revoked = await world.challenge(userApi, again.accessToken);
const over = await silent(revoked.claims).catch((error) => error);
console.log(`user, revoked: ${revoked.status}, then ${over.name} ${over.errorNo} ${over.subError}`);
