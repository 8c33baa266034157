// The applications of `directory.yaml`, and what the world that `tokenproof env` tells of says about them.

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importPKCS8 } from "jose";
import { discovery, modifyAssertion, None, PrivateKeyJwt } from "openid-client";
import { wrong } from "../openid.mjs";
import { ada, call, claims, steer } from "../steering.mjs";

export { ada, approved, approveDevice, call, claims, declined, denyDevice, steer } from "../steering.mjs";

const told = process.env;

export const org = told.OKTA_CLIENT_ORGURL;
export const issuer = told.TOKENPROOF_ISSUER;
export const tokenUrl = told.TOKENPROOF_TOKEN_URL;
export const ordersUrl = new URL(told.TOKENPROOF_API_URL);

export const daemon = { id: "0oa1daemonTokenPr0d7", secret: "okta-app-secret_Zk3Qv9-Lw7Rt2Xy5Bn8" };
export const native = { id: "0oa2nativeTokenPr0d7" };
export const page = { id: "0oa6pageTokenproof07", uri: "https://portal.okta.example/page" };
export const portal = {
  id: "0oa5portalTokenPr0d7",
  secret: "okta-app-secret_Ty7Nc2-Bk9Sd4Gf1Jm6",
  uri: "https://portal.okta.example/callback",
  afterwards: "https://portal.okta.example/",
};
export const service = { id: "0oa4servicTokenPr0d7" };
export const teller = { id: "0oa7tellerTokenPr0d7", secret: "okta-app-secret_Wq8Zx3-Cv6Bn1Mk5Lp" };
export const vault = {
  id: "0oa8boundTokenpr00d7",
  secret: "okta-app-secret_Rf2Vt6-Gb9Yh4Nj7Uk1",
  uri: "https://portal.okta.example/callback",
};

const pem = readFileSync(join(told.SAMPLE_CREDENTIAL, "client.key.pem"), "utf8");
export const key = await importPKCS8(createPrivateKey(pem).export({ type: "pkcs8", format: "pem" }), "RS256");

/** What the library has found of the server for a client, which authenticates with its secret in the body if nothing else is said. */
export function found({ id, secret }, authentication = secret ? undefined : None(), server = issuer, options) {
  return discovery(new URL(server), id, secret, authentication, options);
}

/** An assertion for the token endpoint, as Okta wants it; the library's are for the issuer. */
export function keyed(signing = key, audience = tokenUrl) {
  return PrivateKeyJwt(signing, { [modifyAssertion]: (header, payload) => void (payload.aud = audience) });
}

/** An assertion without the client's name beside it, which Okta takes for a second credential. */
export function alone(authenticate) {
  return async (server, client, body, headers) => {
    await authenticate(server, client, body, headers);
    body.delete("client_id");
  };
}

/** The orders that a token opens. */
export async function orders(token) {
  return `${(await call(token, ordersUrl)).orders.length} orders`;
}

/** What came of a request for a token: for whom it speaks, or the error that the library raises. */
export async function outcome(acquired) {
  try {
    const { access_token: token, token_type: type } = await acquired;
    return `${type}, ${claims(token).sub}, ${await orders(token)}`;
  } catch (error) {
    return wrong(error);
  }
}

/** An id token that is right but for one thing. */
export async function forgedIdToken({ id }, nonce, flaw) {
  const recipe = { token: "id_token", client: id, user: ada.username, claims: { nonce }, forge: flaw };
  return (await steer("POST", "/tokens", recipe)).value;
}
