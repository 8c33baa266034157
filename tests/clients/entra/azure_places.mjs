// Tokens from azure-identity for JavaScript without a credential of its own: `vm`, `app-service` or `kubernetes`.

import { DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";
import * as world from "./world.mjs";

const [, , place] = process.argv;
const here = { disableInstanceDiscovery: true };

async function told(credential) {
  try {
    const { token } = await credential.getToken(world.GRAPH);
    return `${world.claims(token).appid.slice(0, 8)}, ${await world.users(token)}`;
  } catch ({ name }) {
    return name;
  }
}

if (place === "kubernetes") {
  console.log(`workload: ${await told(new WorkloadIdentityCredential(here))}`);
  console.log(`default: ${await told(new DefaultAzureCredential(here))}`);
} else {
  console.log(`own: ${await told(new ManagedIdentityCredential())}`);
  for (const [kind, id] of Object.entries(world.assigned)) {
    console.log(`assigned, by ${kind}: ${await told(new ManagedIdentityCredential({ [kind]: id }))}`);
  }
  console.log(`nobody: ${await told(new ManagedIdentityCredential({ clientId: "nobody" }))}`);
}
