// MSAL Node for a user: code, browser, refresh, on behalf of, device, password, and when the user has to come back.

import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from "@azure/msal-node";
import * as world from "./world.mjs";

const scopes = [world.USER_READ];
const authority = { authority: world.authority, knownAuthorities: [new URL(world.authorityHost).host] };

function confidential({ id, secret }) {
  return new ConfidentialClientApplication({ auth: { clientId: id, clientSecret: secret, ...authority } });
}

function desktop(more) {
  return new PublicClientApplication({ auth: { clientId: world.desktop, ...authority, ...more } });
}

async function told(acquired) {
  try {
    const { fromCache, accessToken } = await acquired;
    return `${fromCache ? "cache" : "provider"}, ${await world.me(accessToken)}`;
  } catch ({ name, errorCode, errorNo, errorMessage, subError, claims }) {
    // Of a device's polls MSAL Node keeps no more than the name of the error.
    const more = name === "AuthError" ? [errorMessage] : [errorNo, subError, claims];
    return [name, errorCode, ...more].filter(Boolean).join(" ");
  }
}

/** A request for the tokens of a code that a user has approved, with PKCE. */
async function approved(app) {
  const { challenge, verifier } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes, redirectUri: world.portal.uri, state: "here", responseMode: "form_post" };
  const url = await app.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: "S256" });
  const back = Object.fromEntries(await world.signIn(url));
  return [{ ...request, code: back.code, codeVerifier: verifier }, back];
}

const portal = confidential(world.portal);
const [request, back] = await approved(portal);
const signedIn = await portal.acquireTokenByCode(request, back);
console.log(`code: ${await told(signedIn)}, ${signedIn.account.username}`);
console.log(`the same code: ${await told(confidential(world.portal).acquireTokenByCode(request, back))}`);
const [another, state] = await approved(portal);
another.codeVerifier = "v".repeat(43);
console.log(`another verifier: ${await told(portal.acquireTokenByCode(another, state))}`);
const interactive = desktop().acquireTokenInteractive({ scopes, openBrowser: world.browse });
console.log(`browser: ${await told(interactive)}`);

const { account } = signedIn;
console.log(`silent: ${await told(portal.acquireTokenSilent({ scopes, account }))}`);
console.log(`refresh: ${await told(portal.acquireTokenSilent({ scopes, account, forceRefresh: true }))}`);
const { TOKENPROOF_REFRESH_TOKEN: refreshToken } = process.env;
const migrated = confidential(world.daemon).acquireTokenByRefreshToken({ scopes, refreshToken });
console.log(`refresh by its token: ${await told(migrated)}`);

const orders = await portal.acquireTokenSilent({ scopes: [world.ORDERS_READ], account });
console.log(`another resource: ${orders.fromCache ? "cache" : "provider"}, ${world.claims(orders.accessToken).scp}`);
const api = confidential(world.orders);
const behalf = (oboAssertion) => told(api.acquireTokenOnBehalfOf({ scopes, oboAssertion }));
console.log(`on behalf of: ${await behalf(orders.accessToken)}`);
console.log(`again: ${await behalf(orders.accessToken)}`);
console.log(`on behalf of nobody: ${await behalf("no.token.atall")}`);

const decides = (decide) => ({ scopes, deviceCodeCallback: ({ userCode }) => void decide(userCode) });
// Both wait for the same five seconds.
const [device, declined] = await Promise.all([
  told(desktop().acquireTokenByDeviceCode(decides(world.approveDevice))),
  told(desktop().acquireTokenByDeviceCode(decides(world.denyDevice))),
]);
console.log(`device: ${device}`);
console.log(`device, declined: ${declined}`);

const password = (user) => told(desktop().acquireTokenByUsernamePassword({ scopes, ...user }));
console.log(`password: ${await password(world.ada)}`);
console.log(`wrong password: ${await password({ ...world.ada, password: "not-the-password" })}`);
console.log(`second factor needed: ${await password(world.ben)}`);

await world.openDesktop();
const everybody = desktop({ authority: `${world.authorityHost}/organizations` });
const somebody = await everybody.acquireTokenInteractive({ scopes, openBrowser: world.browse });
console.log(`at organizations: ${await told(somebody)}`);
const again = everybody.acquireTokenSilent({ scopes, account: somebody.account });
console.log(`nearly expired: ${await told(again)}`);

await world.steer("POST", `/users/${world.ada.username}/revoke-sign-ins`);
console.log(`revoked: ${await told(portal.acquireTokenSilent({ scopes, account, forceRefresh: true }))}`);
console.log(`revoked, again: ${await told(portal.acquireTokenSilent({ scopes, account, forceRefresh: true }))}`);
