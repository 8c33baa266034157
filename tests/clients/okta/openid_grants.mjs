// openid-client with the grants that have no browser: device code, password, token exchange, JWT bearer.

import { SignJWT } from "jose";
import { genericGrantRequest, initiateDeviceAuthorization, pollDeviceAuthorizationGrant } from "openid-client";
import * as world from "./world.mjs";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

const native = await world.found(world.native);
const scope = "openid offline_access orders.read";

async function decided(decide) {
  const begun = await initiateDeviceAuthorization(native, { scope });
  const polled = world.outcome(pollDeviceAuthorizationGrant(native, begun));
  await decide(begun.user_code);
  return polled;
}

// Both wait for the same five seconds.
const [device, declined] = await Promise.all([decided(world.approveDevice), decided(world.denyDevice)]);
console.log(`device: ${device}`);
console.log(`device, declined: ${declined}`);

const byPassword = ({ username, password }) =>
  world.outcome(genericGrantRequest(native, "password", { username, password, scope }));
console.log(`password: ${await byPassword(world.ada)}`);
console.log(`wrong password: ${await byPassword({ ...world.ada, password: "not-the-password" })}`);

const daemon = await world.found(world.daemon);
const subject = await genericGrantRequest(native, "password", { ...world.ada, scope });
const exchanged = (subject_token, audience = "api://default") =>
  world.outcome(
    genericGrantRequest(daemon, EXCHANGE, {
      subject_token,
      subject_token_type: ACCESS_TOKEN,
      audience,
      scope: "orders.read",
    }),
  );
console.log(`token exchange: ${await exchanged(subject.access_token)}`);
console.log(`token exchange, of nothing: ${await exchanged("no.token.atall")}`);
console.log(`token exchange, for another: ${await exchanged(subject.access_token, "api://other")}`);

const teller = await world.found(world.teller);
async function inTheNameOf(login, audience = world.issuer) {
  const claims = new SignJWT().setIssuer(world.teller.id).setSubject(login).setAudience(audience);
  const timed = claims.setIssuedAt().setExpirationTime("1m").setJti(crypto.randomUUID());
  const assertion = await timed.setProtectedHeader({ alg: "RS256" }).sign(world.key);
  return world.outcome(genericGrantRequest(teller, JWT_BEARER, { assertion, scope: "orders.read" }));
}
console.log(`jwt bearer: ${await inTheNameOf(world.ada.username)}`);
console.log(`jwt bearer, for another: ${await inTheNameOf(world.ada.username, world.tokenUrl)}`);
console.log(`jwt bearer, of nobody: ${await inTheNameOf("nobody@okta.example")}`);
