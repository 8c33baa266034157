// The world that `tokenproof env` tells of: who is in it, its API, its users' browser, and what steers it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { call, signIn, steer } from "../steering.mjs";

export { ada, approveDevice, browse, claims, denyDevice, signIn, steer } from "../steering.mjs";

const told = process.env;

export const authorityHost = told.AZURE_AUTHORITY_HOST;
export const tenant = told.AZURE_TENANT_ID;
export const authority = `${authorityHost}/${tenant}`;

export const GRAPH = "https://graph.microsoft.com/.default";
export const USER_READ = "https://graph.microsoft.com/User.Read";
export const ORDERS_READ = "api://contoso-orders/Orders.Read";

// Of the built-in directory.
export const daemon = { id: told.AZURE_CLIENT_ID, secret: told.AZURE_CLIENT_SECRET };
export const expiredSecret = "entra-app-secret~OUT0FDATE";
export const certified = "5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d";
export const desktop = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";
export const orders = { id: "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4", secret: "entra-app-secret~N5hT8wQd" };
export const pipeline = "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e";
export const portal = {
  id: "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7",
  secret: "entra-app-secret~K7rB3xYs",
  uri: "http://localhost/callback",
};
export const ben = { username: "ben@contoso.example", password: "correct-horse-Entra-2" };

// The managed identity that is no machine's own, by each of its names.
export const assigned = {
  clientId: "9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b",
  objectId: "0f1a2b3c-4d5e-4f6a-9b7c-8d9e0f1a2b3c",
  resourceId:
    "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/orders" +
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-identity",
};

const sample = (name) => readFileSync(join(told.SAMPLE_CREDENTIAL, name), "utf8");
export const certificatePem = sample("client.cert.pem");
export const keyPem = sample("client.key.pem");

/** What an application learns with its token. */
export async function users(token) {
  return `${(await call(token, told.TOKENPROOF_API_URL)).value.length} users`;
}

/** Who a user's token speaks for. */
export async function me(token) {
  return (await call(token, told.TOKENPROOF_USER_API_URL)).userPrincipalName;
}

/** A token of the issuer that the pipeline's application trusts. */
export async function federatedToken(wanted = {}) {
  return (await steer("POST", "/federated-tokens", { client: pipeline, ...wanted })).value;
}

/** Puts other parts into an application of the directory. */
async function change(client, parts) {
  const { entra } = await steer("GET", "/directory");
  const application = entra.tenants[0].applications.find(({ id }) => id === client);
  await steer("PUT", `/directory/applications/${client}`, { ...application, ...parts });
}

/** The registered certificate is over since some time. */
export function expireCertificate() {
  return change(certified, { certificates: [{ pem: certificatePem, expires: "2021-01-01T00:00:00Z" }] });
}

/** The desktop application is for users of any tenant from now on, and its tokens are good for less than libraries keep. */
export function openDesktop() {
  return change(desktop, { sign_in_audience: "any_tenant", lifetimes: { access_token: "4m" } });
}

/** The status of an API's answer and the claims that it asks for. */
export async function challenge(url, token) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const [, encoded] = /claims="([^"]*)"/.exec(answer.headers.get("www-authenticate"));
  return { status: answer.status, claims: Buffer.from(encoded, "base64").toString() };
}

/** Whether a token lives for as long as one that may be challenged. */
export function life({ iat, exp }) {
  return exp - iat > 20 * 3600 ? "long" : "short";
}

/** What Entra says is wrong with a signature, behind its error. */
export function reason(text) {
  const found = /Reason - ([^.,\]]*)/.exec(text);
  return found ? `, ${found[1]}` : "";
}

/** The code of a sign-in that was begun without a library. */
export async function codeFor({ id, uri }, scope) {
  const asked = { client_id: id, response_type: "code", redirect_uri: uri, scope: `${scope} openid offline_access` };
  const back = await signIn(`${authority}/oauth2/v2.0/authorize?${new URLSearchParams(asked)}`);
  return back.get("code");
}
