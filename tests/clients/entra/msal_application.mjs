// MSAL Node as an application: each kind of credential, and what is wrong with some.

import { X509Certificate, createHash, generateKeyPairSync } from "node:crypto";
import { ConfidentialClientApplication } from "@azure/msal-node";
import * as world from "./world.mjs";

function application(clientId, credential) {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      ...credential,
      authority: world.authority,
      knownAuthorities: [new URL(world.authorityHost).host],
    },
  });
}

async function told(app) {
  try {
    const result = await app.acquireTokenByClientCredential({ scopes: [world.GRAPH] });
    const from = result.fromCache ? "cache" : "provider";
    return `${from}, ${await world.users(result.accessToken)}`;
  } catch (error) {
    const { name, errorCode, errorNo, errorMessage } = error;
    return `${name} ${errorCode} ${errorNo}${world.reason(errorMessage)}`;
  }
}

const { raw } = new X509Certificate(world.certificatePem);
const thumbprint = (hash) => createHash(hash).update(raw).digest("hex");
const bySha1 = { thumbprint: thumbprint("sha1"), privateKey: world.keyPem };
const bySha256 = { thumbprintSha256: thumbprint("sha256"), privateKey: world.keyPem };
const withChain = { ...bySha256, x5c: world.certificatePem };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const byAnotherKey = { ...bySha256, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) };
const certified = (clientCertificate, id = world.certified) => told(application(id, { clientCertificate }));
const secret = (clientSecret) => application(world.daemon.id, { clientSecret });

const app = secret(world.daemon.secret);
console.log(`secret: ${await told(app)}`);
console.log(`again: ${await told(app)}`);
console.log(`wrong secret: ${await told(secret("not-the-secret"))}`);
console.log(`expired secret: ${await told(secret(world.expiredSecret))}`);

console.log(`certificate by SHA-1: ${await certified(bySha1)}`);
console.log(`certificate: ${await certified(bySha256)}`);
console.log(`certificate with x5c: ${await certified(withChain)}`);
console.log(`certificate of another: ${await certified(bySha256, world.daemon.id)}`);
console.log(`another key: ${await certified(byAnotherKey)}`);
await world.expireCertificate();
console.log(`expired certificate: ${await certified(bySha256)}`);

let calls = 0;
const federated = application(world.pipeline, {
  clientAssertion: () => {
    calls += 1;
    return world.federatedToken();
  },
});
console.log(`federated: ${await told(federated)}`);
console.log(`again: ${await told(federated)}, ${calls} assertions`);
const over = await world.federatedToken({ lifetime_seconds: 60 });
await world.steer("POST", "/clock/advance", { by: "20m" });
console.log(`federated, too late: ${await told(application(world.pipeline, { clientAssertion: over }))}`);
