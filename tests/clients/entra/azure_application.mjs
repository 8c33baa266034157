// azure-identity for JavaScript as an application: each kind of credential, and what is wrong with some.

import { generateKeyPairSync } from "node:crypto";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
} from "@azure/identity";
import * as world from "./world.mjs";

const here = { disableInstanceDiscovery: true };

async function told(credential) {
  try {
    return await world.users((await credential.getToken(world.GRAPH)).token);
  } catch (error) {
    const text = error.message;
    return `${error.name} ${/AADSTS\d+/.exec(text)[0]}${world.reason(text)}`;
  }
}

const secret = (value) => new ClientSecretCredential(world.tenant, world.daemon.id, value, here);
const federated = (assertion) => new ClientAssertionCredential(world.tenant, world.pipeline, assertion, here);
function certificate({ client = world.certified, key = world.keyPem, ...more }) {
  const both = { certificate: key + world.certificatePem };
  return told(new ClientCertificateCredential(world.tenant, client, both, { ...here, ...more }));
}

const right = secret(world.daemon.secret);
console.log(`secret: ${await told(right)}`);
const [first, second] = [await right.getToken(world.GRAPH), await right.getToken(world.GRAPH)];
console.log(`again: ${first.token === second.token ? "the same token" : "another token"}`);
console.log(`environment: ${await told(new EnvironmentCredential(here))}`);
console.log(`default: ${await told(new DefaultAzureCredential(here))}`);
console.log(`wrong secret: ${await told(secret("not-the-secret"))}`);
console.log(`expired secret: ${await told(secret(world.expiredSecret))}`);

console.log(`certificate: ${await certificate({})}`);
console.log(`certificate with x5c: ${await certificate({ sendCertificateChain: true })}`);
console.log(`certificate of another: ${await certificate({ client: world.daemon.id })}`);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = privateKey.export({ type: "pkcs8", format: "pem" });
console.log(`another key: ${await certificate({ key })}`);
await world.expireCertificate();
console.log(`expired certificate: ${await certificate({})}`);

console.log(`federated: ${await told(federated(() => world.federatedToken()))}`);
const over = await world.federatedToken({ lifetime_seconds: 60 });
await world.steer("POST", "/clock/advance", { by: "20m" });
console.log(`federated, too late: ${await told(federated(async () => over))}`);
