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
  // Or else it is the first that this chain finds.
  delete process.env.AZURE_CLIENT_SECRET;
  const chain = new DefaultAzureCredential({ managedIdentityClientId: world.assigned.clientId });
  console.log(`default: ${await told(chain)}`);
  console.log(`own: ${await told(new ManagedIdentityCredential())}`);
  for (const [kind, id] of Object.entries(world.assigned)) {
    console.log(`assigned, by ${kind}: ${await told(new ManagedIdentityCredential({ [kind]: id }))}`);
  }
  // The chain's token is in a cache that the process has for all of them.
  const { entries } = await world.steer("GET", "/journal?endpoint=managed_identity");
  console.log(`given: ${entries.filter(({ reply }) => reply.status === 200).length} tokens`);
  console.log(`nobody: ${await told(new ManagedIdentityCredential({ clientId: "nobody" }))}`);
}
