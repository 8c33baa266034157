// openid-client for an application: metadata, client credentials, and what becomes of an error.

import { ClientSecretBasic, ClientSecretPost, clientCredentialsGrant } from "openid-client";
import { generateKeyPair } from "jose";
import * as world from "./world.mjs";

for (const [server, of] of [["", world.issuer], [", the org's", world.org]]) {
  for (const [document, algorithm] of [["openid-configuration", "oidc"], ["oauth-authorization-server", "oauth2"]]) {
    const config = await world.found(world.service, undefined, of, { algorithm });
    const { issuer, token_endpoint: token } = config.serverMetadata();
    const path = (url) => url.replace(world.org, "") || "/";
    console.log(`${document}${server}: ${path(issuer)}, ${path(token)}`);
  }
}

const { daemon, service } = world;

async function by(authentication, client, parameters, server) {
  return clientCredentialsGrant(await world.found(client, authentication, server), parameters);
}

console.log(`basic: ${await world.outcome(by(ClientSecretBasic(daemon.secret), daemon))}`);
console.log(`post: ${await world.outcome(by(ClientSecretPost(daemon.secret), daemon))}`);
console.log(`private key: ${await world.outcome(by(world.alone(world.keyed()), service))}`);
const atTheOrg = world.alone(world.keyed(world.key, `${world.org}/oauth2/v1/token`));
const { access_token: token } = await by(atTheOrg, service, { scope: "okta.users.read" }, world.org);
const users = await world.call(token, `${world.org}/api/v1/users`);
console.log(`private key, the org's: ${users.map(({ profile }) => profile.login)}`);
console.log(`private key, for the issuer: ${await world.outcome(by(world.alone(world.keyed(world.key, world.issuer)), service))}`);
console.log(`private key, the client beside it: ${await world.outcome(by(world.keyed(), service))}`);

console.log(`wrong secret: ${await world.outcome(by(ClientSecretBasic("not-the-secret"), daemon))}`);
const { privateKey: another } = await generateKeyPair("RS256");
console.log(`wrong key: ${await world.outcome(by(world.alone(world.keyed(another)), service))}`);
console.log(`wrong scope: ${await world.outcome(by(undefined, daemon, { scope: "orders.burn" }))}`);
// Okta says the next two in the shape of its API, which is no error of OAuth.
const nobody = { id: "0oa9nobody", secret: "a-secret" };
console.log(`unknown client: ${await world.outcome(by(ClientSecretBasic(nobody.secret), nobody))}`);
await world.steer("POST", "/faults", { to: "token", times: 1, error: { error: "E0000047" } });
console.log(`rate limited: ${await world.outcome(by(ClientSecretBasic(daemon.secret), daemon))}`);
