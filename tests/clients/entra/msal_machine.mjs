// MSAL Node without a credential of its own: `vm`, `app-service` or `kubernetes`.

import { readFile } from "node:fs/promises";
import { ConfidentialClientApplication, ManagedIdentityApplication } from "@azure/msal-node";
import * as world from "./world.mjs";

const resource = "https://graph.microsoft.com";
const { clientId, objectId, resourceId } = world.assigned;
const assigned = {
  userAssignedClientId: clientId,
  userAssignedObjectId: objectId,
  userAssignedResourceId: resourceId,
};

const machine = (managedIdentityIdParams) => new ManagedIdentityApplication({ managedIdentityIdParams });

async function told(acquired) {
  try {
    const { fromCache, accessToken } = await acquired;
    const from = fromCache ? "cache" : "provider";
    return `${from}, ${world.claims(accessToken).appid.slice(0, 8)}, ${await world.users(accessToken)}`;
  } catch ({ name, errorCode, status }) {
    return [name, errorCode, status].filter(Boolean).join(" ");
  }
}

const managed = (application) => told(application.acquireToken({ resource }));

if (process.argv[2] === "kubernetes") {
  const workload = new ConfidentialClientApplication({
    auth: {
      clientId: process.env.AZURE_CLIENT_ID,
      clientAssertion: () => readFile(process.env.AZURE_FEDERATED_TOKEN_FILE, "utf8"),
      authority: world.authority,
      knownAuthorities: [new URL(world.authorityHost).host],
    },
  });
  console.log(`workload: ${await told(workload.acquireTokenByClientCredential({ scopes: [world.GRAPH] }))}`);
} else {
  const own = machine();
  console.log(`own: ${await managed(own)}`);
  console.log(`again: ${await managed(own)}`);
  for (const [kind, id] of Object.entries(assigned)) {
    console.log(`assigned, by ${kind}: ${await managed(machine({ [kind]: id }))}`);
  }
  console.log(`nobody: ${await managed(machine({ userAssignedClientId: "nobody" }))}`);
}
