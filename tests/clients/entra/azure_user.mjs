// azure-identity for JavaScript for a user: code, on behalf of, device, password, and when the user has to come back.

import { fileURLToPath } from "node:url";
import {
  AuthorizationCodeCredential,
  DeviceCodeCredential,
  InteractiveBrowserCredential,
  OnBehalfOfCredential,
  UsernamePasswordCredential,
} from "@azure/identity";
import * as world from "./world.mjs";

const here = { disableInstanceDiscovery: true };
// Claims have the cache passed over, and a refresh token used.
const FRESH = { claims: '{"access_token": {"nbf": {"essential": true, "value": "1"}}}' };

async function told(credential, options) {
  try {
    return await world.me((await credential.getToken(world.USER_READ, options)).token);
  } catch ({ name, message }) {
    return `${name} ${/AADSTS\d+|post_request_failed: \w+|Automatic authentication/.exec(message)[0]}`;
  }
}

/** Whether claims make it fetch another token. */
async function differs(credential) {
  const token = async (options) => (await credential.getToken(world.USER_READ, options)).token;
  const [first, again, fresh] = [await token(), await token(), await token(FRESH)];
  return `${first === again ? "kept" : "lost"}, then ${fresh === first ? "kept" : "renewed"}`;
}

function byCode(code) {
  const { id, secret, uri } = world.portal;
  return new AuthorizationCodeCredential(world.tenant, id, secret, code, uri, here);
}

const code = await world.codeFor(world.portal, world.USER_READ);
const portal = byCode(code);
console.log(`code: ${await told(portal)}`);
console.log(`refresh: ${await differs(portal)}`);
console.log(`the same code: ${await told(byCode(code))}`);

const orders = await byCode(await world.codeFor(world.portal, world.ORDERS_READ)).getToken(world.ORDERS_READ);
function onBehalfOf(userAssertionToken, clientSecret = world.orders.secret) {
  const who = { tenantId: world.tenant, clientId: world.orders.id, clientSecret, userAssertionToken };
  return told(new OnBehalfOfCredential({ ...who, ...here }));
}
console.log(`on behalf of: ${await onBehalfOf(orders.token)}`);
console.log(`on behalf of nobody: ${await onBehalfOf("no.token.atall")}`);
console.log(`on behalf of, wrong secret: ${await onBehalfOf(orders.token, "not-the-secret")}`);

const desktop = { tenantId: world.tenant, clientId: world.desktop, ...here };
// What opens a desktop's browser goes by this.
process.env.BROWSER = `${process.execPath} ${fileURLToPath(import.meta.resolve("./browser.mjs"))} %s`;
console.log(`browser: ${await told(new InteractiveBrowserCredential(desktop))}`);
function device(decide, more) {
  const userPromptCallback = ({ userCode }) => void decide(userCode);
  return new DeviceCodeCredential({ ...desktop, userPromptCallback, ...more });
}
const asking = device(world.approveDevice, { disableAutomaticAuthentication: true });
// Whoever polls too early waits for five seconds; all for the same ones.
const [approved, declined, account] = await Promise.all([
  told(device(world.approveDevice)),
  told(device(world.denyDevice)),
  asking.authenticate(world.USER_READ),
]);
console.log(`device: ${approved}`);
console.log(`device, declined: ${declined}`);
console.log(`signed in as: ${account.username}, ${await told(asking)}`);

function password({ username, password }) {
  return told(new UsernamePasswordCredential(world.tenant, world.desktop, username, password, here));
}
console.log(`password: ${await password(world.ada)}`);
console.log(`wrong password: ${await password({ ...world.ada, password: "not-the-password" })}`);
console.log(`second factor needed: ${await password(world.ben)}`);

await world.openDesktop();
const everybody = device(world.approveDevice, { tenantId: "organizations" });
console.log(`at organizations: ${await told(everybody)}`);
const [first, second] = [await everybody.getToken(world.USER_READ), await everybody.getToken(world.USER_READ)];
console.log(`nearly expired: ${first.token === second.token ? "kept" : "renewed"}`);

await world.steer("POST", `/users/${world.ada.username}/revoke-sign-ins`);
console.log(`revoked: ${await told(asking, FRESH)}`);
