// openid-client, which knows no vendor, for an application and for a user of Entra.

import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { generateKeyPair, importPKCS8 } from "jose";
import * as client from "openid-client";
import * as openid from "../openid.mjs";
import * as world from "./world.mjs";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

function found({ id, secret }, authentication = secret ? undefined : client.None(), tenant = world.tenant) {
  return client.discovery(new URL(`${world.authorityHost}/${tenant}/v2.0`), id, secret, authentication);
}

/** What a token opens, or the error that the library raises. */
async function told(acquired, opens = world.me) {
  try {
    const { token_type: type, access_token: token } = await acquired;
    return `${type}, ${await opens(token)}`;
  } catch (error) {
    const code = /^AADSTS[0-9]+/.exec(error.error_description) ?? "";
    return `${openid.wrong(error)} ${code}`.trim();
  }
}

async function issuer(tenant) {
  const config = await found(world.daemon, undefined, tenant);
  return config.serverMetadata().issuer.replace(world.authorityHost, "").replace(world.tenant, "tenant");
}

async function by(application, authentication) {
  const config = await found(application, authentication);
  return told(client.clientCredentialsGrant(config, { scope: world.GRAPH }), world.users);
}

/** Entra wants the token endpoint as audience and the certificate by name. */
function certificate(key) {
  const named = createHash("sha256").update(new X509Certificate(world.certificatePem).raw).digest("base64url");
  return client.PrivateKeyJwt(key, {
    [client.modifyAssertion]: (header, payload) => {
      header["x5t#S256"] = named;
      payload.aud = `${world.authority}/oauth2/v2.0/token`;
    },
  });
}

const { daemon } = world;
console.log(`openid-configuration: ${await issuer(world.tenant)}`);
console.log(`openid-configuration, common: ${await issuer("common").catch(openid.wrong)}`);
console.log(`basic: ${await by(daemon, client.ClientSecretBasic(daemon.secret))}`);
console.log(`post: ${await by(daemon, client.ClientSecretPost(daemon.secret))}`);
const pem = createPrivateKey(world.keyPem).export({ type: "pkcs8", format: "pem" });
console.log(`certificate: ${await by({ id: world.certified }, certificate(await importPKCS8(pem, "RS256")))}`);
console.log(`wrong secret: ${await by(daemon, client.ClientSecretPost("not-the-secret"))}`);
const { privateKey: another } = await generateKeyPair("RS256");
console.log(`another key: ${await by({ id: world.certified }, certificate(another))}`);

const { portal } = world;
const page = await found(portal);
// Else what comes from the token endpoint is taken at its word.
client.enableNonRepudiationChecks(page);
const signedIn = (resource) =>
  openid.signedIn(page, portal.uri, `openid profile email offline_access ${resource}`);

const asked = await signedIn(world.USER_READ);
const tokens = await openid.redeemed(page, asked);
console.log(`code: ${await told(tokens)}`);
console.log(`the same code: ${await told(openid.redeemed(page, asked))}`);
const again = openid.redeemed(page, await signedIn(world.USER_READ), { pkceCodeVerifier: "v".repeat(43) });
console.log(`another verifier: ${await told(again)}`);
console.log(`id token: ${await openid.identity(tokens)}`);
const other = openid.redeemed(page, await signedIn(world.USER_READ), { expectedNonce: "another" });
console.log(`id token, another nonce: ${await openid.identity(other)}`);
console.log(`userinfo: ${(await client.fetchUserInfo(page, tokens.access_token, tokens.claims().sub)).name}`);

const renewed = () => told(client.refreshTokenGrant(page, tokens.refresh_token));
console.log(`refresh: ${await renewed()}`);
console.log(`replaced: ${await renewed()}`);

const orders = await openid.redeemed(page, await signedIn(world.ORDERS_READ));
const api = await found(world.orders);
const behalf = (assertion) =>
  told(
    client.genericGrantRequest(api, JWT_BEARER, {
      assertion,
      requested_token_use: "on_behalf_of",
      scope: world.USER_READ,
    }),
  );
console.log(`on behalf of: ${await behalf(orders.access_token)}`);
console.log(`on behalf of nobody: ${await behalf("no.token.atall")}`);

const desktop = await found({ id: world.desktop });
async function byDevice(decide) {
  const begun = await client.initiateDeviceAuthorization(desktop, { scope: world.USER_READ });
  const polled = told(client.pollDeviceAuthorizationGrant(desktop, begun));
  await decide(begun.user_code);
  return polled;
}
// Both wait for the same five seconds.
const [device, declined] = await Promise.all([byDevice(world.approveDevice), byDevice(world.denyDevice)]);
console.log(`device: ${device}`);
console.log(`device, declined: ${declined}`);

const leaving = { id_token_hint: tokens.id_token, post_logout_redirect_uri: portal.uri, state: "here" };
const answer = await fetch(client.buildEndSessionUrl(page, leaving), { redirect: "manual" });
console.log(`logout: ${answer.status} ${answer.headers.get("location")}`);
